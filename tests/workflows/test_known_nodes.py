"""Nodes that are found by their content instead of being read again."""

from dataclasses import replace
from typing import Any

import pytest

from workflows import node_types
from workflows.document import DocumentError, TaskConfig, from_json, to_json
from workflows.template_file import known_nodes
from workflows.template_file.known_nodes import KnownNodes, content_of
from workflows.template_file.specs import NodeSpec

DRAFT: dict[str, Any] = {
    "aime": 1,
    "name": "T",
    "nodes": [{"key": "a", "type": "task", "prompt": "x"}, {"key": "b", "type": "task", "prompt": "y"}],
}


def spec(key: str) -> NodeSpec:
    return NodeSpec(key=key, type="task", title=key, config=TaskConfig(prompt=key))


def test_unchanged_node_is_the_same_and_a_changed_one_is_read() -> None:
    first = from_json(DRAFT)
    changed = DRAFT | {"nodes": [DRAFT["nodes"][0], DRAFT["nodes"][1] | {"prompt": "z"}]}
    second = from_json(changed)
    assert second.nodes[0] is first.nodes[0]
    assert second.nodes[1] == replace(first.nodes[1], config=TaskConfig(prompt="z"))
    assert to_json(second) == changed
    assert to_json(first) == DRAFT


def test_problems_of_a_node_are_said_every_time_and_at_its_own_place() -> None:
    wrong = {"key": "c", "type": "task", "prompt": 5}
    twice = {"key": "d", "type": "task", "outputs": [{"name": "o", "type": "text"}] * 2}
    for nodes in ([wrong, twice], [twice, wrong], [wrong, twice]):
        with pytest.raises(DocumentError) as refused:
            from_json(DRAFT | {"nodes": nodes})
        paths = {problem.path for problem in refused.value.problems}
        assert paths == {f"nodes[{nodes.index(wrong)}].prompt", f"nodes[{nodes.index(twice)}].outputs[1].name"}


@pytest.mark.parametrize(("one", "other"), [(1, True), (1, 1.0), ("1", 1), (None, ""), ([], {}), ("a", "A")])
def test_different_values_are_different_contents(one: Any, other: Any) -> None:
    assert content_of({"x": one}) != content_of({"x": other})


def test_content_is_that_of_the_values_not_of_the_objects() -> None:
    shared, alike = ["words"], [["words"], ["words"]]
    assert content_of([shared, shared]) == content_of(alike)
    assert content_of({"a": object()}) == b""
    deep: list[Any] = []
    for _level in range(10_000):
        deep = [deep]
    assert content_of(deep) == b""


def test_old_nodes_go_and_used_ones_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_nodes, "MAX_NODES", 2)
    known = KnownNodes()
    for key in "abc":
        known.keep(key.encode(), spec(key))
    assert known.find(b"a") == spec("a")
    known.keep(b"d", spec("d"))
    assert known.find(b"b") is None
    assert known.find(b"a") == spec("a")


def test_long_nodes_and_unknown_kinds_are_not_kept() -> None:
    known = KnownNodes()
    known.keep(b"x" * (known_nodes.MAX_BYTES + 1), spec("a"))
    known.keep(b"b", replace(spec("b"), type="gone"))
    assert known.find(b"x" * (known_nodes.MAX_BYTES + 1)) is None
    assert known.find(b"b") is None


def test_kind_that_was_registered_anew_is_read_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    known = KnownNodes()
    known.keep(b"a", spec("a"))
    monkeypatch.setitem(node_types._types, "task", replace(node_types.get("task")))
    assert known.find(b"a") is None

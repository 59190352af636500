"""Where values come from: what can be reached, what is broken and how it is mended."""

from typing import Any

from workflows.node_types.task import TASK
from workflows.panels.bindings import InputRow, input_rows, output_rows, reachable
from workflows.template_file.parsing import read_document
from workflows.template_file.specs import Document
from workflows.topology import Graph


def document(edges: list[list[str]], **nodes: dict[str, Any]) -> Document:
    plain = [{"key": key, "type": "task", **fields} for key, fields in nodes.items()]
    return read_document({"aime": 1, "name": "T", "nodes": plain, "edges": edges})[0]


def gives(*outputs: str, **more: Any) -> dict[str, Any]:
    return {"outputs": [{"name": name, "type": "file"} for name in outputs], **more}


def taking(source: str, kind: str = "file") -> dict[str, Any]:
    return {"inputs": [{"name": "x", "type": kind, "from": source}]}


def row(found: Document, key: str) -> InputRow:
    index = [node.key for node in found.nodes].index(key)
    (only,) = input_rows(found.nodes[index], found.nodes[index], found, f"nodes[{index}]")
    return only


def test_reachable_are_all_upstream_nodes_nearest_first() -> None:
    found = document(
        [["a", "b"], ["b", "c"]], a=gives("one"), b=gives("two", title="Second"), c=gives("own"), d=gives("elsewhere")
    )
    groups = reachable(found, Graph.of(found), "c")
    assert [(group.title, [source.text for source in group.sources]) for group in groups] == [
        ("Second", ["b.two"]),
        ("a", ["a.one"]),
    ]


def test_nodes_without_outputs_are_left_out() -> None:
    found = document([["a", "b"]], a={}, b={})
    assert reachable(found, Graph.of(found), "b") == ()


def test_good_reference_names_its_node() -> None:
    shown = row(document([["a", "b"]], a=gives("one", title="First"), b=taking("a.one")), "b")
    assert (shown.source, shown.source_title, shown.broken) == ("a.one", "First", None)
    assert shown.source_kind is TASK


def test_reference_without_a_path_offers_the_edge() -> None:
    shown = row(document([], a=gives("one"), b=taking("a.one")), "b")
    assert shown.broken is not None
    assert shown.broken.fix_edge == ("a", "b")
    assert shown.reason == "a.one is not an output of any upstream node"
    assert shown.hint == "add the edge [a, b]"


def test_reference_to_a_removed_output_or_node_says_so_and_offers_no_edge() -> None:
    for source in ("a.gone", "gone.one"):
        shown = row(document([["a", "b"]], a=gives("one"), b=taking(source)), "b")
        assert shown.broken is not None
        assert shown.broken.fix_edge is None
        assert source in shown.reason


def test_reference_of_another_type_is_broken() -> None:
    shown = row(document([["a", "b"]], a=gives("one"), b=taking("a.one", "image")), "b")
    assert shown.reason == "a.one is of type file, this input takes image"


def test_rows_are_named_by_their_node_and_name() -> None:
    found = document([["a", "b"]], a=gives("one"), b=taking("a.one"))
    assert row(found, "b").place == "field-b-inputs-x"
    assert row(found, "b").path["value"] == '["inputs", 0, "value"]'
    assert [output.place for output in output_rows(found.nodes[0], TASK)] == ["field-a-outputs-one"]

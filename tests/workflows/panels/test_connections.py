"""Connecting without a pointer: what is connected, and what may be."""

import pytest

from workflows.panels.connections import Neighbour, connections_of
from workflows.template_file.parsing import read_document
from workflows.template_file.specs import Document
from workflows.topology import Graph


def document(*edges: str) -> Document:
    nodes = [{"key": "t", "type": "trigger.schedule", "cron": "0 9 * * *"}]
    nodes += [{"key": key, "type": "task"} for key in "abcd"]
    return read_document({"aime": 1, "name": "T", "nodes": nodes, "edges": [list(edge) for edge in edges]})[0]


def keys(neighbours: tuple[Neighbour, ...]) -> str:
    return "".join(neighbour.key for neighbour in neighbours)


@pytest.mark.parametrize(
    ("key", "upstream", "downstream", "before", "after"),
    [
        ("a", "t", "b", "d", "cd"),  # b and c come after a: neither may come before it
        ("b", "a", "c", "td", "d"),
        ("d", "", "", "tabc", "abc"),  # a trigger never comes after
        ("t", "", "a", "", "bcd"),  # nothing comes before a trigger
    ],
)
def test_only_what_closes_no_cycle_is_offered(
    key: str, upstream: str, downstream: str, before: str, after: str
) -> None:
    found = document("ta", "ab", "bc")
    shown = connections_of(found, Graph.of(found), found.node(key))
    assert (keys(shown.upstream), keys(shown.downstream)) == (upstream, downstream)
    assert (keys(shown.before), keys(shown.after)) == (before, after)


def test_neighbour_looks_like_its_card() -> None:
    found = document("ta")
    (trigger,) = connections_of(found, Graph.of(found), found.node("a")).upstream
    assert trigger == Neighbour("t", "t", "trigger", "clock")

"""The graph: order, ancestors, descendants, cycles; and the places of its nodes."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows import layout
from workflows.document import Document, NodeSpec
from workflows.graph import Graph
from workflows.topology import cycles


def graph_of(text: str) -> Graph:
    """Make a graph of edges such as "a-b b-c"."""
    edges = [(pair[0], pair[2]) for pair in text.split()]
    return Graph(sorted({key for edge in edges for key in edge}), edges)


def test_diamond() -> None:
    graph = graph_of("a-b a-c b-d c-d")
    assert graph.order == ("a", "b", "c", "d")
    assert graph.parents("d") == ("b", "c")
    assert graph.children("a") == ("b", "c")
    assert graph.ancestors("d") == {"a", "b", "c"}
    assert graph.descendants("a") == {"b", "c", "d"}
    assert graph.ancestors("a") == frozenset()
    assert list(cycles(graph)) == []


def test_ties_follow_the_document() -> None:
    assert Graph(["z", "m", "a"], []).order == ("z", "m", "a")
    assert Graph(["r", "z", "a"], [("r", "a"), ("r", "z")]).order == ("r", "z", "a")


def test_edges_that_make_no_sense_are_left_out() -> None:
    graph = Graph(["a", "b"], [("a", "b"), ("a", "b"), ("a", "a"), ("a", "gone"), ("gone", "b")])
    assert graph.edges == (("a", "b"),)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a-b b-a", [("a", "b")]),
        ("a-b b-c c-b c-d", [("b", "c")]),
        ("a-b b-c c-a a-c", [("a", "c")]),
        ("a-b b-a c-d d-c", [("a", "b"), ("c", "d")]),
    ],
)
def test_cycles_are_found(text: str, expected: list[tuple[str, ...]]) -> None:
    assert list(cycles(graph_of(text))) == expected


def test_nodes_of_a_cycle_end_the_order() -> None:
    assert graph_of("a-b b-c c-b").order == ("a", "b", "c")


edge_lists = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=20)


@given(edge_lists)
def test_order_of_an_acyclic_graph_puts_sources_first(pairs: list[tuple[int, int]]) -> None:
    edges = [(str(min(pair)), str(max(pair))) for pair in pairs]
    graph = Graph([str(number) for number in reversed(range(8))], edges)
    place = {key: index for index, key in enumerate(graph.order)}
    assert len(place) == 8
    assert all(place[above] < place[below] for above, below in graph.edges)
    assert not list(cycles(graph))


@given(edge_lists)
def test_ancestors_and_descendants_mirror_each_other(pairs: list[tuple[int, int]]) -> None:
    graph = Graph(map(str, range(8)), [(str(a), str(b)) for a, b in pairs])
    for key in graph.keys:
        assert all(key in graph.descendants(other) for other in graph.ancestors(key))
        assert all(key in graph.ancestors(other) for other in graph.descendants(key))


@given(edge_lists)
def test_without_one_edge_of_each_cycle_none_is_left(pairs: list[tuple[int, int]]) -> None:
    graph = Graph(map(str, range(8)), [(str(a), str(b)) for a, b in pairs])
    found = list(cycles(graph))
    for cycle in found:
        assert all(edge in graph.edges for edge in zip(cycle, (*cycle[1:], cycle[0]), strict=True))
    closing = {(cycle[-1], cycle[0]) for cycle in found}
    rest = Graph(graph.keys, [edge for edge in graph.edges if edge not in closing])
    assert not any(key in rest.ancestors(key) for key in rest.keys)


# --- Layout ---------------------------------------------------------------------------------------------------------
def document_of(edges: str, **places: Any) -> Document:
    graph = graph_of(edges)
    nodes = tuple(NodeSpec(key=key, type="task", title=key, position=places.get(key)) for key in graph.keys)
    return Document(name="T", nodes=nodes, edges=graph.edges)


def test_layers_go_from_left_to_right() -> None:
    wide, high = layout.COLUMN_WIDTH, layout.ROW_HEIGHT
    assert layout.positions(document_of("a-b a-c b-d c-d a-d")) == {
        "a": (0, 0),
        "b": (wide, 0),
        "c": (wide, high),
        "d": (2 * wide, 0),
    }


def test_given_places_stay_and_the_rest_goes_below() -> None:
    found = layout.positions(document_of("a-b", a=(16, 333)))
    assert found["a"] == (16, 333)
    assert found["b"][1] > 333
    assert layout.positions(document_of("a-b", a=(0, 0), b=(5, 5))) == {"a": (0, 0), "b": (5, 5)}


def test_broken_drafts_are_laid_out_too() -> None:
    assert len(set(layout.positions(document_of("a-b b-a b-c")).values())) == 3
    assert layout.positions(Document(name="T")) == {}


@given(edge_lists)
def test_places_are_on_the_grid_and_apart(pairs: list[tuple[int, int]]) -> None:
    edges = tuple((str(a), str(b)) for a, b in pairs)
    nodes = tuple(NodeSpec(key=str(number), type="task", title="n") for number in range(8))
    found = layout.positions(Document(name="T", nodes=nodes, edges=edges))
    assert len(set(found.values())) == 8
    assert all(x % layout.GRID == 0 and y % layout.GRID == 0 for x, y in found.values())

"""Random acyclic graphs, for properties of what is pure."""

from itertools import combinations, pairwise
from typing import Any

from hypothesis import strategies as st

from workflows.graph import Graph


def graph_of(text: str) -> Graph:
    """Make a graph from "a → b → c; a → d"."""
    keys: list[str] = []
    edges: list[tuple[str, str]] = []
    for chain in text.split(";"):
        names = [name.strip() for name in chain.split("→")]
        keys += names
        edges += list(pairwise(names))
    return Graph(keys, edges)


def giving(text: str) -> dict[str, dict[str, Any]]:
    """Give the fields of nodes that each give a text `out` and take that of each of their parents, for a document."""
    graph = graph_of(text)
    output = {"name": "out", "type": "text", "description": "What it found."}
    return {
        key: {
            "outputs": [output],
            "inputs": [{"name": f"of_{up}", "type": "text", "from": f"{up}.out"} for up in graph.parents(key)],
        }
        for key in graph.keys
    }


@st.composite
def graphs(draw: st.DrawFn, *, most: int = 8) -> Graph:
    """Any acyclic graph of up to `most` nodes, its nodes in any order of the document."""
    keys = [f"n{number}" for number in range(draw(st.integers(1, most)))]
    pairs = list(combinations(keys, 2))
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=14)) if pairs else []
    return Graph(draw(st.permutations(keys)), chosen)

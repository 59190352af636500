"""Automatic places of nodes: layers from left to right, in units of the canvas grid. Pure.

A node's layer is one more than the deepest of its parents; inside a layer nodes are ordered by the mean row
of their parents, ties by the document. Given positions stay as they are.
"""

from workflows.template_file.specs import Document
from workflows.topology import Graph

GRID = 8
COLUMN_WIDTH = 40 * GRID
ROW_HEIGHT = 24 * GRID


def positions(document: Document) -> dict[str, tuple[int, int]]:
    """Return the place of every node; those without one are laid out, below what is placed already."""
    placed = {node.key: node.position for node in document.nodes if node.position is not None}
    top = 0
    if placed and len(placed) < len(document.nodes):
        lowest = max(y for _, y in placed.values())
        top = -(-lowest // GRID) * GRID + ROW_HEIGHT
    wanted = [node.key for node in document.nodes if node.key not in placed]
    automatic = _layered(Graph.of(document), wanted)
    found = {key: (x, y + top) for key, (x, y) in automatic.items()}
    return {node.key: placed.get(node.key) or found[node.key] for node in document.nodes}


def _layered(graph: Graph, wanted: list[str]) -> dict[str, tuple[int, int]]:
    layer: dict[str, int] = {}
    for key in graph.order:
        layer[key] = 1 + max((layer.get(parent, -1) for parent in graph.parents(key)), default=-1)
    rows: dict[str, int] = {}
    for number in sorted(set(layer.values())):
        members = [key for key in graph.keys if layer[key] == number and key in wanted]
        members.sort(key=lambda key: _mean([rows[parent] for parent in graph.parents(key) if parent in rows]))
        rows.update((key, row) for row, key in enumerate(members))
    return {key: (layer[key] * COLUMN_WIDTH, rows[key] * ROW_HEIGHT) for key in wanted}


def _mean(rows: list[int]) -> float:
    return sum(rows) / len(rows) if rows else 0.0

"""The graph of a document: order, parents, children, ancestors, descendants. Pure.

Tolerant on purpose: edges to unknown nodes, self-loops and repeated edges are left out and cycles are put at
the end of the order, so that a broken draft can still be drawn and checked. `rules.py` reports them.
Ties in the order are broken by the place in the document.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import reduce
from operator import or_

from workflows.template_file.specs import Document

Edge = tuple[str, str]


class Graph:
    """Nodes and edges by key. Building costs O(nodes + edges); ancestors are computed once per node."""

    def __init__(self, keys: Iterable[str], edges: Iterable[Edge]) -> None:
        self.keys: tuple[str, ...] = tuple(dict.fromkeys(keys))
        known = set(self.keys)
        wanted = (edge for edge in edges if edge[0] in known and edge[1] in known and edge[0] != edge[1])
        self.edges: tuple[Edge, ...] = tuple(dict.fromkeys(wanted))
        self._parents: dict[str, list[str]] = {key: [] for key in self.keys}
        self._children: dict[str, list[str]] = {key: [] for key in self.keys}
        for above, below in self.edges:
            self._children[above].append(below)
            self._parents[below].append(above)
        self.order: tuple[str, ...] = self._sorted()
        self._bits = {key: 1 << index for index, key in enumerate(self.keys)}
        self._above: dict[str, int] = {}
        self._below: dict[str, int] = {}
        self._ancestors: dict[str, frozenset[str]] = {}
        self._descendants: dict[str, frozenset[str]] = {}

    @classmethod
    def of(cls, document: Document) -> "Graph":
        """Return the graph of a document."""
        return cls((node.key for node in document.nodes), document.edges)

    def parents(self, key: str) -> tuple[str, ...]:
        """Return the nodes with an edge to this one."""
        return tuple(self._parents[key])

    def children(self, key: str) -> tuple[str, ...]:
        """Return the nodes this one has an edge to."""
        return tuple(self._children[key])

    def ancestors(self, key: str) -> frozenset[str]:
        """Return every node upstream of this one."""
        if key not in self._ancestors:
            self._ancestors[key] = self._named(self._all_above()[key])
        return self._ancestors[key]

    def descendants(self, key: str) -> frozenset[str]:
        """Return every node downstream of this one."""
        if not self._below:
            self._below = self._gathered(tuple(reversed(self.order)), self._children)
        if key not in self._descendants:
            self._descendants[key] = self._named(self._below[key])
        return self._descendants[key]

    def is_above(self, above: str, below: str) -> bool:
        """Say whether a node is upstream of another one; False where either is unknown."""
        return above in self._bits and below in self._bits and bool(self._bits[above] & self._all_above()[below])

    def _all_above(self) -> dict[str, int]:
        if not self._above:
            self._above = self._gathered(self.order, self._parents)
        return self._above

    def _gathered(self, order: tuple[str, ...], near: Mapping[str, list[str]]) -> dict[str, int]:
        """Find what lies on one side of every node: its neighbours and what lies there of them.

        Walked only where cycles are. Sets are whole numbers, a bit for each node: joining them costs next to nothing.
        """
        found: dict[str, int] = {}
        for key in order:
            if all(other in found for other in near[key]):
                found[key] = reduce(or_, (found[other] | self._bits[other] for other in near[key]), 0)
            else:
                found[key] = sum(self._bits[other] for other in _reach(key, near))
        return found

    def _named(self, bits: int) -> frozenset[str]:
        return frozenset(key for key in self.keys if bits & self._bits[key])

    def _sorted(self) -> tuple[str, ...]:
        place = {key: index for index, key in enumerate(self.keys)}
        missing = {key: len(parents) for key, parents in self._parents.items()}
        ready = [key for key in self.keys if not missing[key]]
        order: list[str] = []
        for key in ready:  # grows while it is walked
            order.append(key)
            freed: list[str] = []
            for child in self._children[key]:
                missing[child] -= 1
                if not missing[child]:
                    freed.append(child)
            ready.extend(sorted(freed, key=place.__getitem__))
        return (*order, *(key for key in self.keys if missing[key]))


def cycles(graph: Graph) -> Iterator[tuple[str, ...]]:
    """Give cycles, each as the keys along it; with one edge of each taken away the graph has none left.

    Each costs O(nodes + edges) or more, and there may be one for each edge: take as many as are needed.
    """
    while cycle := _one_cycle(graph):
        yield cycle
        closing = (cycle[-1], cycle[0])
        graph = Graph(graph.keys, (edge for edge in graph.edges if edge != closing))


def _one_cycle(graph: Graph) -> tuple[str, ...]:
    start = next((key for key in graph.keys if graph.is_above(key, key)), None)
    if start is None:
        return ()
    came_from: dict[str, str] = {start: ""}
    waiting = [start]
    for key in waiting:  # breadth first: the shortest cycle through `start`
        new = [child for child in graph.children(key) if child not in came_from]
        came_from.update(dict.fromkeys(new, key))
        waiting.extend(new)
    path = [next(key for key in waiting if start in graph.children(key))]
    while path[-1] != start:
        path.append(came_from[path[-1]])
    return tuple(reversed(path))


def _reach(key: str, neighbours: Mapping[str, list[str]]) -> frozenset[str]:
    found: set[str] = set()
    waiting = list(neighbours[key])
    while waiting:
        other = waiting.pop()
        if other not in found:
            found.add(other)
            waiting.extend(neighbours[other])
    return frozenset(found)

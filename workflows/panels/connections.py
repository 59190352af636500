"""What a node is connected to, and what it can be: connecting without a pointer."""

from dataclasses import dataclass

from workflows.panels.bindings import kind_of
from workflows.rules import is_trigger
from workflows.template_file.specs import Document, NodeSpec
from workflows.topology import Graph


@dataclass(frozen=True)
class Neighbour:
    """A node at the other end of an edge, or one that could be."""

    key: str
    title: str
    tint: str
    icon: str


@dataclass(frozen=True)
class Connections:
    """The edges of a node, and the nodes that an edge may be added from and to without closing a cycle."""

    upstream: tuple[Neighbour, ...]
    downstream: tuple[Neighbour, ...]
    before: tuple[Neighbour, ...]
    after: tuple[Neighbour, ...]


def connections_of(document: Document, graph: Graph, node: NodeSpec) -> Connections:
    """Read the edges of a node and what may be added to them."""
    key = node.key
    others = [other for other in document.nodes if other.key != key]
    above, below = graph.ancestors(key), graph.descendants(key)
    parents, children = graph.parents(key), graph.children(key)
    may_follow = [other for other in others if other.key not in (*children, *above) and not is_trigger(other)]
    may_precede = [other for other in others if other.key not in (*parents, *below)]
    return Connections(
        upstream=tuple(_neighbour(other) for other in others if other.key in parents),
        downstream=tuple(_neighbour(other) for other in others if other.key in children),
        before=() if is_trigger(node) else tuple(_neighbour(other) for other in may_precede),
        after=tuple(_neighbour(other) for other in may_follow),
    )


def _neighbour(node: NodeSpec) -> Neighbour:
    kind = kind_of(node)
    return Neighbour(node.key, node.title, kind.tint if kind else "", kind.icon if kind else "box")

"""Nodes that were read before, found by their content: a save reads only the nodes that changed. Pure.

What is kept is frozen and follows from the node's own content and its kind alone, so it cannot become wrong; a kind
that was registered anew is read anew. Only nodes that are in order are kept, for problems name their place.
"""

import marshal
from typing import Any

from workflows import node_types
from workflows.node_types.base import NodeType
from workflows.template_file.specs import NodeSpec

MAX_NODES = 2000  # of each generation; some 10 MiB of usual ones
MAX_BYTES = 8192  # of a node; longer ones are read each time, so that the longest stay below 100 MiB together
_VERSION = 2  # of marshal's format: equal values give equal bytes, later versions write shared objects as references


class KnownNodes:
    """Two generations: a full one becomes the old one, whose nodes come back when they are used.

    Threads may share it: every step is one operation of a dict, and a lost entry is only read again.
    """

    def __init__(self) -> None:
        self._young: dict[bytes, tuple[NodeType, NodeSpec]] = {}
        self._old: dict[bytes, tuple[NodeType, NodeSpec]] = {}

    def find(self, content: bytes) -> NodeSpec | None:
        """Return the node of this content, if it was kept and its kind is the same record still."""
        found = self._young.get(content)
        if found is None:
            found = self._old.get(content)
            if found is None:
                return None
            self._put(content, *found)
        kind, node = found
        return node if node_types.find(kind.key) is kind else None

    def keep(self, content: bytes, node: NodeSpec) -> None:
        """Keep a node that was read without a problem."""
        kind = node_types.find(node.type)
        if kind is not None and len(content) <= MAX_BYTES:
            self._put(content, kind, node)

    def _put(self, content: bytes, kind: NodeType, node: NodeSpec) -> None:
        if len(self._young) >= MAX_NODES:
            self._old, self._young = self._young, {}
        self._young[content] = (kind, node)


def content_of(plain: Any) -> bytes:
    """Write plain values as bytes, the same for the same; empty for what is no tree of plain values or too deep."""
    try:
        return marshal.dumps(plain, _VERSION)
    except ValueError:
        return b""

"""The explicit list of node kinds. Pure.

`register` is for kinds outside this list: plug-ins, and those named by AIME_EXTRA_NODE_TYPES (bench and tests).
"""

from workflows.node_types.base import NodeType
from workflows.node_types.codebase import CODEBASE
from workflows.node_types.pipeline import PIPELINE
from workflows.node_types.schedule import SCHEDULE
from workflows.node_types.task import TASK
from workflows.template_file.specs import OutputSpec

_types: dict[str, NodeType] = {kind.key: kind for kind in (TASK, SCHEDULE, CODEBASE, PIPELINE)}


def register(kind: NodeType) -> None:
    """Add a kind. ValueError when another one has its key."""
    if _types.setdefault(kind.key, kind) is not kind:
        raise ValueError(f"node type {kind.key!r} is registered already")


def get(key: str) -> NodeType:
    """Return the kind with this key; KeyError when there is none."""
    return _types[key]


def find(key: str) -> NodeType | None:
    """Return the kind with this key, or None."""
    return _types.get(key)


def keys() -> tuple[str, ...]:
    """Return the keys of all kinds, built-in ones first."""
    return tuple(_types)


def fixed_outputs(key: str) -> tuple[OutputSpec, ...]:
    """Return the outputs that every node of this kind gives; none for an unknown kind."""
    kind = _types.get(key)
    return kind.fixed_outputs if kind else ()


def is_trigger(key: str) -> bool:
    """Say whether nodes of this kind start runs; an unknown kind does not."""
    return key in _types and _types[key].is_trigger

"""What a kind of node is: its words, its part of the file and its own rules. Pure; no execution here.

Executors live in `runs/executors/` under the same keys. A new kind is one module with one `NodeType` record and
one line in `__init__.py`: palette, card, inspector and validation read the record.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from workflows.node_types.fields import Field
from workflows.template_file.problems import Problem, gettext_noop
from workflows.template_file.reading import Reader
from workflows.template_file.specs import NodeConfig, NodeSpec, OutputSpec


def no_rules(node: NodeSpec, path: str) -> list[Problem]:
    """The rules of a kind that has none of its own."""
    return []


def nothing_by_hand(config: Any, started_at: datetime) -> dict[str, str]:
    """The values of a kind whose outputs are all asked for."""
    return {}


@dataclass(frozen=True)
class NodeType:
    """One kind of node.

    `read`: reads the kind's own keys of a node. `check`: rules beyond the shape, for publishing.
    `texts`: the texts of a config in which `{{ name }}` stands for an input, as (key, text); None: the kind
    takes inputs without naming them. `fixed_outputs`: given by every node of the kind.
    `not_yet`: a marked message id saying why nodes of the kind cannot run, empty when they can. `only_by_hand`: one
    saying that a trigger does not start runs by itself yet. `by_hand`: the values of its outputs that a run started by
    hand has without anybody's answer, from its config and the moment of the start.

    `label`, `summary` (one sentence) and `group` (the heading in the palette) are marked message ids; `icon` names a
    lucide icon, `tint` one of the tints of `icon-chip.css`. `card`: the fields of a node whose values are the second
    line of its card. `starter`: the fields of a new node, beside key, type and position. `form`: the controls of its
    own fields. `takes_inputs`, `has_own_outputs`, `has_executor`: which of the common parts a node of the kind has.
    """

    key: str
    label: str
    read: Callable[[Reader], NodeConfig]
    config: type[NodeConfig]
    check: Callable[[NodeSpec, str], list[Problem]] = no_rules
    texts: Callable[[Any], list[tuple[str, str]]] | None = None
    fixed_outputs: tuple[OutputSpec, ...] = ()
    is_trigger: bool = False
    not_yet: str = ""
    only_by_hand: str = ""
    by_hand: Callable[[Any, datetime], dict[str, str]] = nothing_by_hand
    icon: str = "box"
    tint: str = "task"
    group: str = gettext_noop("Other steps")
    summary: str = ""
    card: tuple[str, ...] = ()
    starter: Mapping[str, Any] = field(default_factory=dict)
    form: tuple[Field, ...] = ()
    takes_inputs: bool = True
    has_own_outputs: bool = True
    has_executor: bool = True

"""The values a template file consists of. Pure, frozen, compared by content.

Not here: how they are read (`parsing.py`), written (`serialising.py`) or checked against each other
(`rules.py`). Field names and order are those of the file (product.md section 8).
"""

import re
from dataclasses import dataclass, field
from typing import Any, Literal

from workflows.template_file.plain import without_defaults

ValueType = Literal["text", "code", "link", "image", "file"]
VALUE_TYPES: tuple[str, ...] = ("text", "code", "link", "image", "file")
InputKind = Literal["fixed", "reference", "ask"]
NOTIFY_MOMENTS: tuple[str, ...] = ("waiting", "done", "failed")
INITIATOR = "initiator"
EXECUTOR = "executor"

KEY = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")
NAME = re.compile(r"[^\W\d_][\w-]{0,39}\Z")  # letters of any script: inputs may be named in Chinese


def accepts(wanted: str, given: str) -> bool:
    """Say whether an input of type `wanted` may take an output of type `given`."""
    return wanted == given or (wanted == "text" and given in ("code", "link"))


@dataclass(frozen=True)
class InputSpec:
    """A named, typed value a node needs, and where it comes from.

    `value` belongs to kind fixed, `source` (node key, output name) to reference, `default` to ask.
    """

    name: str
    type: str
    kind: InputKind
    value: str = ""
    source: tuple[str, str] | None = None
    default: str = ""
    label: str = ""
    required: bool = True


@dataclass(frozen=True)
class OutputSpec:
    """A named, typed value a node gives; the description is the instruction for choosing it."""

    name: str
    type: str
    description: str = ""
    required: bool = True


@dataclass(frozen=True)
class NotifyRule:
    """Whom to tell (`initiator`, `executor` or a username) and at which moments."""

    who: str
    on: tuple[str, ...]


@dataclass(frozen=True)
class NodeConfig:
    """What one kind of node adds to the common fields; subclasses are frozen dataclasses."""

    @property
    def gives_unknown_outputs(self) -> bool:
        """Say whether the node's outputs stand elsewhere, so that references to them cannot be checked here."""
        return False

    def to_plain(self) -> dict[str, Any]:
        """Return the fields that differ from their defaults, JSON-able, in order."""
        return without_defaults(self)


@dataclass(frozen=True)
class NodeSpec:
    """A step of a template. `outputs` includes those its kind always gives (trigger values)."""

    key: str
    type: str
    title: str
    position: tuple[int, int] | None = None
    inputs: tuple[InputSpec, ...] = ()
    outputs: tuple[OutputSpec, ...] = ()
    confirm: bool = False
    executor: str = INITIATOR
    notify: tuple[NotifyRule, ...] = ()
    config: NodeConfig = field(default_factory=NodeConfig)

    def output(self, name: str) -> OutputSpec | None:
        """Return the output called `name`, or None."""
        return next((output for output in self.outputs if output.name == name), None)


@dataclass(frozen=True)
class Document:
    """A whole workflow template. Edges order the nodes: (upstream key, downstream key)."""

    name: str
    description: str = ""
    visibility: str = "space"
    nodes: tuple[NodeSpec, ...] = ()
    edges: tuple[tuple[str, str], ...] = ()

    def node(self, key: str) -> NodeSpec:
        """Return the node with this key; KeyError when there is none."""
        for node in self.nodes:
            if node.key == key:
                return node
        raise KeyError(key)

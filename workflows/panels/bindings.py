"""Inputs and outputs of a node as its panel shows them: where values come from, what is broken, what can be chosen."""

from dataclasses import dataclass, replace

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from workflows import node_types
from workflows.node_types.base import NodeType
from workflows.panels.fields import control_id, item_paths
from workflows.rules import structure_problems
from workflows.template_file.problems import Problem
from workflows.template_file.specs import Document, InputSpec, NodeSpec, OutputSpec
from workflows.topology import Graph

TEXT_HINT = gettext_noop("The agent writes it as a summary of its whole conversation, guided by this.")
PICK_HINT = gettext_noop("It is picked from what the agent made, guided by this.")


@dataclass(frozen=True)
class Source:
    """A reachable output that an input may take. `text`: how the document names it."""

    text: str
    output: OutputSpec


@dataclass(frozen=True)
class SourceGroup:
    """The outputs of one upstream node."""

    key: str
    title: str
    kind: NodeType | None
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class InputRow:
    """One input. `index`: its place in the node of the document, -1 where only its task template declares it.

    `source`: `node.output`; `source_title` and `source_kind` are of that node, empty when there is none.
    `broken`: why the reference leads nowhere, with what would mend it. `is_given`: the task template
    gives its name and type.
    """

    key: str
    spec: InputSpec
    index: int
    source: str = ""
    source_title: str = ""
    source_kind: NodeType | None = None
    broken: Problem | None = None
    is_given: bool = False

    @property
    def place(self) -> str:
        """The id of the row's element."""
        return control_id(self.key, ("inputs", self.spec.name))

    @property
    def path(self) -> dict[str, str]:
        """The paths of its fields, as `data-field` carries them."""
        return item_paths("inputs", self.index, ("type", "label", "default", "value", "required"))

    @property
    def reason(self) -> str:
        """Why it is broken, in the reader's language."""
        return self.broken.said.render(_) if self.broken else ""

    @property
    def hint(self) -> str:
        """What would mend it, in the reader's language."""
        return self.broken.hint.render(_) if self.broken and self.broken.hint else ""


@dataclass(frozen=True)
class OutputRow:
    """One output that the node itself declares, at its place in the document."""

    key: str
    spec: OutputSpec
    index: int

    @property
    def place(self) -> str:
        """The id of the row's element."""
        return control_id(self.key, ("outputs", self.spec.name))

    @property
    def path(self) -> dict[str, str]:
        """The paths of its fields, as `data-field` carries them."""
        return item_paths("outputs", self.index, ("type", "description", "required"))

    @property
    def hint(self) -> str:
        """How the description is used, as a marked text."""
        return TEXT_HINT if self.spec.type == "text" else PICK_HINT


def reachable(document: Document, graph: Graph, key: str) -> tuple[SourceGroup, ...]:
    """Return the outputs of every node upstream of this one, the nearest node first."""
    upstream = graph.ancestors(key) - {key}
    nodes = {node.key: node for node in reversed(document.nodes)}
    groups = [_group(nodes[other]) for other in reversed(graph.order) if other in upstream]
    return tuple(group for group in groups if group.sources)


def input_rows(node: NodeSpec, resolved: NodeSpec, document: Document, path: str) -> tuple[InputRow, ...]:
    """Describe the inputs of a node; `resolved` has those of its task template too."""
    nodes = {other.key: other for other in reversed(document.nodes)}
    broken = {problem.path: problem for problem in structure_problems(document)}
    own = {spec.name for spec in node.inputs}
    given = {spec.name for spec in resolved.inputs} if resolved is not node else set()
    specs = [*enumerate(node.inputs), *((-1, spec) for spec in resolved.inputs if spec.name not in own)]
    return tuple(
        replace(
            _row(node.key, spec, index, nodes),
            broken=broken.get(f"{path}.inputs[{index}].from"),
            is_given=spec.name in given,
        )
        for index, spec in specs
    )


def output_rows(node: NodeSpec, kind: NodeType) -> tuple[OutputRow, ...]:
    """Describe the outputs that the node itself declares."""
    own = node.outputs[len(kind.fixed_outputs) :]
    return tuple(OutputRow(node.key, spec, index) for index, spec in enumerate(own))


def _row(key: str, spec: InputSpec, index: int, nodes: dict[str, NodeSpec]) -> InputRow:
    if spec.source is None:
        return InputRow(key, spec, index)
    source = nodes.get(spec.source[0])
    return InputRow(
        key,
        spec,
        index,
        source=".".join(spec.source),
        source_title=source.title if source else "",
        source_kind=kind_of(source) if source else None,
    )


def _group(node: NodeSpec) -> SourceGroup:
    sources = tuple(Source(f"{node.key}.{output.name}", output) for output in node.outputs if output.name)
    return SourceGroup(node.key, node.title, kind_of(node), sources)


def kind_of(node: NodeSpec) -> NodeType | None:
    """Return the kind of a node; None when the document names one that is not known here."""
    try:
        return node_types.get(node.type)
    except KeyError:
        return None

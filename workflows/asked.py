"""What a person is asked when a run starts. Pure.

Asked are the inputs of kind ask, and the outputs of a trigger: started by hand, its event is told by a person.
Inputs of several nodes that are asked under one name are one question; its answer goes to all of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from workflows import node_types
from workflows.template_file.specs import Document, InputSpec, NodeSpec, OutputSpec

_ANY_MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class AskedValue:
    """One value that a node is asked for. `place`: `node.name`, its own address; `name`: the question that answers it.

    An output of a trigger is asked under its plain name unless an input is asked under that name.
    """

    node: str
    spec: InputSpec
    name: str
    of_trigger: bool = False

    @property
    def place(self) -> str:
        """The address of this value alone."""
        return f"{self.node}.{self.spec.name}"


@dataclass(frozen=True)
class AskedInput:
    """One question of the start form. `nodes`: keys of the nodes that get the answer.

    `of_trigger`: it stands for what an event would have told, and its label is a message id.
    """

    name: str
    type: str
    label: str
    default: str
    required: bool
    nodes: tuple[str, ...]
    of_trigger: bool = False


def asked_values(document: Document) -> tuple[AskedValue, ...]:
    """Return every value that is asked for, in the order of the document."""
    inputs = {spec.name for node in document.nodes for spec in node.inputs if spec.kind == "ask"}
    return tuple(value for node in document.nodes for value in _values_of(node, document, inputs))


def asked_inputs(document: Document, now: datetime | None = None) -> tuple[AskedInput, ...]:
    """Return the questions in the order of the document.

    Of several inputs with one name the first label and default that are given win; it is required when one is.
    `now`: the moment that the outputs of a schedule have unless another one is given.
    """
    asked: dict[str, AskedInput] = {}
    for value in asked_values(document):
        spec = value.spec
        before = asked.get(value.name, AskedInput(value.name, spec.type, "", "", required=False, nodes=()))
        asked[value.name] = AskedInput(
            name=value.name,
            type=before.type,
            label=before.label or spec.label,
            default=before.default or spec.default or _usual(document.node(value.node), spec.name, now),
            required=before.required or spec.required,
            nodes=(*before.nodes, value.node),
            of_trigger=value.of_trigger,
        )
    return tuple(asked.values())


def _values_of(node: NodeSpec, document: Document, inputs: set[str]) -> Iterable[AskedValue]:
    if not node_types.is_trigger(node.type):
        return [AskedValue(node.key, spec, spec.name) for spec in node.inputs if spec.kind == "ask"]
    values = [_value_of(output, node, document, inputs) for output in node.outputs]
    return sorted(values, key=lambda value: not value.spec.required)  # what the graph needs comes first


def _value_of(output: OutputSpec, node: NodeSpec, document: Document, inputs: set[str]) -> AskedValue:
    required = output.name not in _known(node) and _is_needed(document, node.key, output.name)
    spec = InputSpec(output.name, output.type, "ask", label=output.description, required=required)
    name = f"{node.key}.{output.name}" if output.name in inputs else output.name
    return AskedValue(node.key, spec, name, of_trigger=True)


def _is_needed(document: Document, key: str, output: str) -> bool:
    """Say whether a node would fail without this output."""
    inputs = (spec for node in document.nodes for spec in node.inputs)
    return any(spec.source == (key, output) and spec.required for spec in inputs)


def _known(node: NodeSpec) -> dict[str, str]:
    return node_types.get(node.type).by_hand(node.config, _ANY_MOMENT)


def _usual(node: NodeSpec, name: str, now: datetime | None) -> str:
    return node_types.get(node.type).by_hand(node.config, now).get(name, "") if now else ""

"""Document → plain values in canonical order, and those → YAML a person likes to read. Pure.

Defaults are left out; text of several lines becomes a literal block; words that another reader of YAML
could take for something else than text are quoted.
"""

from typing import Any

import yaml

from workflows import node_types
from workflows.template_file.parsing import FORMAT
from workflows.template_file.plain import to_plain
from workflows.template_file.specs import INITIATOR, Document, InputSpec, NodeSpec, OutputSpec
from workflows.template_file.yaml_events import resolve_plain

_LAST_KEYS = ("model", "tools", "limits", "retry")  # of a config; the others stand before the inputs
_NEEDS_ESCAPES = frozenset("\r\x85\u2028\u2029\ufeff")
_ON = "on"  # a key of the format; a person would not quote it
_TEXT_TAG = "tag:yaml.org,2002:str"
_OLD_RULES: Any = yaml.resolver.Resolver()  # YAML 1.1: `no`, `on`, dates … are not text there
_WIDE = 2**20


def plain_document(document: Document) -> dict[str, Any]:
    """Return the template as JSON-able values, as they stand in the file."""
    plain: dict[str, Any] = {"aime": FORMAT, "name": document.name}
    if document.description:
        plain["description"] = document.description
    if document.visibility != "space":
        plain["visibility"] = document.visibility
    plain["nodes"] = [plain_node(node) for node in document.nodes]
    if document.edges:
        plain["edges"] = [list(edge) for edge in document.edges]
    return plain


def plain_node(node: NodeSpec) -> dict[str, Any]:
    """Return one node as it stands in the file."""
    plain: dict[str, Any] = {"key": node.key, "type": node.type}
    if node.title != node.key:
        plain["title"] = node.title
    if node.position is not None:
        plain["position"] = list(node.position)
    config = node.config.to_plain()
    plain.update((key, value) for key, value in config.items() if key not in _LAST_KEYS)
    outputs = node.outputs[len(node_types.fixed_outputs(node.type)) :]
    common = {
        "inputs": [_plain_input(spec) for spec in node.inputs],
        "outputs": [_plain_output(spec) for spec in outputs],
        "confirm": node.confirm,
        "executor": node.executor if node.executor != INITIATOR else "",
        "notify": [to_plain(rule) for rule in node.notify],
    }
    plain.update((key, value) for key, value in common.items() if value)
    plain.update((key, value) for key, value in config.items() if key in _LAST_KEYS)
    return plain


def _plain_input(spec: InputSpec) -> dict[str, Any]:
    plain: dict[str, Any] = {"name": spec.name, "type": spec.type}
    if spec.kind == "fixed":
        plain["value"] = spec.value
    elif spec.source is not None:
        plain["from"] = ".".join(spec.source)
    else:
        plain["ask"] = True
        plain.update({"default": spec.default} if spec.default else {})
    plain.update({"label": spec.label} if spec.label else {})
    plain.update({} if spec.required else {"required": False})
    return plain


def _plain_output(spec: OutputSpec) -> dict[str, Any]:
    plain: dict[str, Any] = {"name": spec.name, "type": spec.type}
    plain.update({"description": spec.description} if spec.description else {})
    plain.update({} if spec.required else {"required": False})
    return plain


def write_yaml(plain: dict[str, Any] | list[Any]) -> str:
    """Return the YAML text of plain values."""
    text: str = yaml.serialize(_node(plain), Dumper=_Dumper, allow_unicode=True, width=_WIDE)
    return text


class _Dumper(yaml.SafeDumper):
    """Indents the items of lists, and reads plain words as `yaml_events` does."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def resolve(self, kind: Any, value: Any, implicit: Any) -> Any:
        if kind is yaml.ScalarNode and implicit[0]:
            return _tag(resolve_plain(value))
        return super().resolve(kind, value, implicit)  # type: ignore[no-untyped-call]


def _tag(value: Any) -> str:
    names = {str: "str", bool: "bool", int: "int", float: "float"}
    return f"tag:yaml.org,2002:{names.get(type(value), 'null')}"


def _node(value: Any) -> yaml.Node:
    if isinstance(value, dict):
        pairs = [(_text(key, is_key=True), _node(item)) for key, item in value.items()]
        return yaml.MappingNode("tag:yaml.org,2002:map", pairs, flow_style=not value)
    if isinstance(value, list):
        flat = not any(isinstance(item, dict | list) for item in value)
        return yaml.SequenceNode("tag:yaml.org,2002:seq", [_node(item) for item in value], flow_style=flat)
    if isinstance(value, str):
        return _text(value)
    word = {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)
    return yaml.ScalarNode(_tag(value), word)


def _text(value: str, *, is_key: bool = False) -> yaml.ScalarNode:
    style = _style(value)
    if is_key and (style == "|" or value == _ON):
        style = None
    return yaml.ScalarNode(_TEXT_TAG, value, style=style)


def _style(value: str) -> str | None:
    if _NEEDS_ESCAPES.intersection(value):
        return '"'
    if "\n" in value:
        return "|"
    plain_elsewhere = _OLD_RULES.resolve(yaml.ScalarNode, value, (True, False)) == _TEXT_TAG
    return None if plain_elsewhere else "'"

"""The declarative form of a kind of node, bound to the values of one node."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from workflows.node_types.fields import Choice, Field
from workflows.template_file.specs import NodeConfig


@dataclass(frozen=True)
class BoundField:
    """One control with its value. `place`: the id of the control; `path`: where in the node, as JSON."""

    field: Field
    value: Any
    place: str

    @property
    def path(self) -> str:
        """The path as `data-field` carries it."""
        return json.dumps(self.field.path)

    @property
    def default(self) -> str:
        """What an absent key means, as JSON."""
        return json.dumps(self.field.default)

    @property
    def template(self) -> str:
        """The template of the control."""
        return f"workflows/panels/fields/{self.field.widget}.html"

    @property
    def chosen(self) -> list[tuple[Choice, bool]]:
        """The choices, and which of them are on; chosen ones that are not known any more stand at the end."""
        on = self.value if isinstance(self.value, tuple) else (self.value,)
        known = [(choice, choice.value in on) for choice in self.field.choices]
        values = {choice.value for choice in self.field.choices}
        return known + [(Choice(str(value), str(value)), True) for value in on if value not in values]


@dataclass(frozen=True)
class FieldGroup:
    """Fields under one heading; without one they stand at the top of the form."""

    label: str
    fields: tuple[BoundField, ...]


def bound_groups(form: Iterable[Field], config: NodeConfig, key: str) -> tuple[FieldGroup, ...]:
    """Bind a form to a config, in groups, in the order of the form."""
    bound = [BoundField(field, value_at(config, field.path), control_id(key, field.path)) for field in form]
    return tuple(
        FieldGroup(label, tuple(fields)) for label, fields in groupby(bound, key=lambda item: item.field.group)
    )


def value_at(config: NodeConfig, path: tuple[str, ...]) -> Any:
    """Return the value of a config at a path."""
    value: Any = config
    for name in path:
        value = getattr(value, name)
    return value


def control_id(key: str, path: Iterable[object]) -> str:
    """Name a control; every node has its own, so that a morph never carries a value to another node."""
    return "-".join(["field", key, *(str(part) for part in path)])


def item_paths(name: str, index: int, keys: Iterable[str]) -> dict[str, str]:
    """Return the paths of one item of a list, as JSON: of the item itself under `whole`, and of its keys."""
    paths = {key: json.dumps([name, index, key]) for key in keys}
    return paths | {"whole": json.dumps([name, index])}

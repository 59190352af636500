"""Frozen dataclasses → plain JSON-able values with defaults left out. Pure."""

import dataclasses
from typing import Any


def without_defaults(value: Any) -> dict[str, Any]:
    """Return the fields of a dataclass that differ from their defaults, in the order of the class."""
    plain: dict[str, Any] = {}
    for item in dataclasses.fields(value):
        current = getattr(value, item.name)
        if not has_default(item, current):
            plain[item.name] = to_plain(current)
    return plain


def has_default(item: "dataclasses.Field[Any]", current: Any) -> bool:
    """Say whether `current` is what the field would be if it were left out."""
    if item.default is not dataclasses.MISSING:
        return bool(current == item.default)
    return item.default_factory is not dataclasses.MISSING and bool(current == item.default_factory())


def to_plain(value: Any) -> Any:
    """Turn tuples into lists and dataclasses into mappings, all the way down."""
    if dataclasses.is_dataclass(value):
        return without_defaults(value)
    if isinstance(value, tuple):
        return [to_plain(item) for item in value]
    return value

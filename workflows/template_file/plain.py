"""Frozen dataclasses → plain JSON-able values with defaults left out. Pure."""

import dataclasses
from typing import Any

_NO_DEFAULT = object()  # equal to nothing
_defaults: dict[type, tuple[tuple[str, Any], ...]] = {}


def without_defaults(value: Any) -> dict[str, Any]:
    """Return the fields of a dataclass that differ from their defaults, in the order of the class."""
    plain: dict[str, Any] = {}
    for name, default in _defaults.get(type(value)) or _find_defaults(type(value)):
        current = getattr(value, name)
        if current != default:
            plain[name] = to_plain(current)
    return plain


def _find_defaults(kind: type) -> tuple[tuple[str, Any], ...]:
    """Return the fields of a frozen dataclass with what each is if it is left out; looked up once for each class."""
    _defaults[kind] = tuple((item.name, _default(item)) for item in dataclasses.fields(kind))
    return _defaults[kind]


def _default(item: "dataclasses.Field[Any]") -> Any:
    if item.default is not dataclasses.MISSING:
        return item.default
    return _NO_DEFAULT if item.default_factory is dataclasses.MISSING else item.default_factory()


def to_plain(value: Any) -> Any:
    """Turn tuples into lists and dataclasses into mappings, all the way down."""
    if dataclasses.is_dataclass(value):
        return without_defaults(value)
    if isinstance(value, tuple):
        return [to_plain(item) for item in value]
    return value

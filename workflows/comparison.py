"""What differs between two documents, by node key. Pure; for the diff on the canvas and as text."""

from dataclasses import dataclass
from typing import Any

from workflows.template_file.serialising import plain_document, plain_node
from workflows.template_file.specs import Document

Edge = tuple[str, str]


@dataclass(frozen=True)
class Change:
    """One field before and after, as it stands in the file; None where it is left out."""

    path: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Difference:
    """`changed`: node key → changed fields. `document`: changed fields of the template itself."""

    document: tuple[Change, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: dict[str, tuple[Change, ...]]
    edges_added: tuple[Edge, ...]
    edges_removed: tuple[Edge, ...]
    moved: tuple[str, ...]

    def __bool__(self) -> bool:
        return any(
            (self.document, self.added, self.removed, self.changed, self.edges_added, self.edges_removed, self.moved)
        )


def compare(before: Document, after: Document) -> Difference:
    """Return what was done to `before` to get `after`. Nodes are the same when their keys are."""
    old = {node.key: plain_node(node) for node in before.nodes}
    new = {node.key: plain_node(node) for node in after.nodes}
    both = [key for key in new if key in old]
    changed = {key: _changes(_without(old[key]), _without(new[key])) for key in both}
    return Difference(
        document=_changes(_head(before), _head(after)),
        added=tuple(key for key in new if key not in old),
        removed=tuple(key for key in old if key not in new),
        changed={key: changes for key, changes in changed.items() if changes},
        edges_added=tuple(edge for edge in after.edges if edge not in before.edges),
        edges_removed=tuple(edge for edge in before.edges if edge not in after.edges),
        moved=tuple(key for key in both if old[key].get("position") != new[key].get("position")),
    )


def _head(document: Document) -> dict[str, Any]:
    plain = plain_document(document)
    return {key: plain.get(key) for key in ("name", "description", "visibility")}


def _without(plain: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in plain.items() if key != "position"}


def _changes(before: Any, after: Any, path: str = "") -> tuple[Change, ...]:
    """Compare values; go into mappings, and into lists of named things by their names."""
    if before == after:
        return ()
    old, new = _by_name(before), _by_name(after)
    if old is None or new is None:
        return (Change(path, before, after),)
    found: list[Change] = []
    for key in dict.fromkeys((*old, *new)):
        found += _changes(old.get(key), new.get(key), f"{path}.{key}" if path else key)
    return tuple(found) or (Change(path, before, after),)  # only the order differs


def _by_name(value: Any) -> dict[str, Any] | None:
    if isinstance(value, dict):
        return value
    if isinstance(value, list) and value and all(isinstance(item, dict) and "name" in item for item in value):
        return {item["name"]: item for item in value}
    return None

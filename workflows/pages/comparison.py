"""What differs between two documents of a template, as people read it: by node, by field, by line, and as marks."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from django.utils.translation import gettext as _

from workflows import node_types
from workflows.comparison import Change, Difference, compare
from workflows.layout import positions
from workflows.pages.field_labels import field_label
from workflows.template_file.serialising import plain_document, plain_node, write_yaml
from workflows.template_file.specs import Document, NodeSpec
from workflows.text_diff import Line, diff, whole

What = Literal["added", "removed", "changed"]
_NOT_SHOWN = ("key", "type", "position")


@dataclass(frozen=True)
class FieldRow:
    """One field that differs."""

    label: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Group:
    """What was done to one node; without a key to the template itself."""

    key: str
    title: str
    icon_name: str
    tint: str
    what: What
    fields: tuple[FieldRow, ...]


@dataclass(frozen=True)
class EdgeRow:
    """A connection that came or went, by the titles of its nodes."""

    above: str
    below: str
    what: What


@dataclass(frozen=True)
class Comparison:
    """Everything that differs. `moved`: titles of nodes that only stand elsewhere."""

    groups: tuple[Group, ...]
    edges: tuple[EdgeRow, ...]
    moved: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.groups or self.edges or self.moved)


def comparison(before: Document, after: Document) -> Comparison:
    """Compare two documents, in the order of the newer one; what was removed stands last."""
    found = compare(before, after)
    old = {node.key: node for node in before.nodes}
    new = {node.key: node for node in after.nodes}
    titles = {key: node.title for key, node in (old | new).items()}
    return Comparison(
        groups=tuple(_groups(found, old, new)),
        edges=(
            *(EdgeRow(titles.get(a, a), titles.get(b, b), "added") for a, b in found.edges_added),
            *(EdgeRow(titles.get(a, a), titles.get(b, b), "removed") for a, b in found.edges_removed),
        ),
        moved=tuple(titles[key] for key in found.moved if key not in found.changed),
    )


def canvas_of(before: Document, after: Document) -> tuple[dict[str, Any], dict[str, str]]:
    """Return a document with the nodes and edges of both, placed, and what the canvas marks in it.

    Marks: key of a node or `a→b` of an edge → added | removed | changed | moved.
    """
    found = compare(before, after)
    both = plain_document(after)
    places = positions(before) | positions(after)
    gone = [node for node in before.nodes if node.key in found.removed]
    both["nodes"] = [plain_node(node) | {"position": list(places[node.key])} for node in (*after.nodes, *gone)]
    both["edges"] = [list(edge) for edge in (*after.edges, *found.edges_removed)]
    marks = dict.fromkeys(found.moved, "moved") | dict.fromkeys(found.changed, "changed")
    marks |= dict.fromkeys(found.added, "added") | dict.fromkeys(found.removed, "removed")
    marks |= {"→".join(edge): "added" for edge in found.edges_added}
    marks |= {"→".join(edge): "removed" for edge in found.edges_removed}
    return both, marks


def _groups(found: Difference, old: dict[str, NodeSpec], new: dict[str, NodeSpec]) -> Iterator[Group]:
    if found.document:
        rows = tuple(_row(change, "") for change in found.document)
        yield Group("", _("The template"), "settings-2", "", "changed", rows)
    for key, node in new.items():
        if key in found.changed:
            yield _group(node, "changed", tuple(_row(change, node.type) for change in found.changed[key]))
        elif key in found.added:
            yield _group(node, "added", tuple(_all_rows(node, "added")))
    for key in found.removed:
        yield _group(old[key], "removed", tuple(_all_rows(old[key], "removed")))


def _group(node: NodeSpec, what: What, rows: tuple[FieldRow, ...]) -> Group:
    known = node_types.keys()
    kind = node_types.get(node.type) if node.type in known else None
    return Group(node.key, node.title, kind.icon if kind else "square", kind.tint if kind else "task", what, rows)


def _row(change: Change, node_type: str) -> FieldRow:
    label = field_label(change.path, node_type)
    if change.before is None:
        return FieldRow(label, whole(_text(change.after), "added"))
    if change.after is None:
        return FieldRow(label, whole(_text(change.before), "removed"))
    return FieldRow(label, diff(_text(change.before), _text(change.after)))


def _all_rows(node: NodeSpec, what: Literal["added", "removed"]) -> Iterator[FieldRow]:
    for key, value in plain_node(node).items():
        if key not in _NOT_SHOWN:
            yield FieldRow(field_label(key, node.type), whole(_text(value), what))


def _text(value: Any) -> str:
    """Write a value as people read it: text as it is, words in a row, anything else as in the file."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, str):
        return value or _("(empty)")
    if isinstance(value, list) and not any(isinstance(item, dict | list) for item in value):
        return ", ".join(str(item) for item in value) or _("(none)")
    return write_yaml(value) if isinstance(value, dict | list) else str(value)

"""Differences as people read them: words for fields, values as text, marks for the canvas."""

from typing import Any

from hypothesis import given

from tests.factories import document_of
from tests.workflows.strategies import documents
from workflows.document import Document, from_json
from workflows.pages.comparison import Comparison, canvas_of, comparison
from workflows.pages.field_labels import field_label


def compared(before: dict[str, Any], after: dict[str, Any]) -> Comparison:
    return comparison(from_json(before | {"name": "T"}), from_json(after | {"name": "T"}))


def test_fields_are_named_as_forms_name_them() -> None:
    assert field_label("prompt", "task") == "Prompt"
    assert field_label("limits.seconds", "task") == "Time limit, in seconds"
    assert field_label("inputs.style.value", "task") == "Input style · Value"
    assert field_label("outputs.design", "task") == "Output design"
    assert field_label("something.else", "unknown") == "something · else"


def test_values_are_written_for_people() -> None:
    before = document_of("a", nodes={"a": {"tools": ["files"]}})
    after = document_of("a", confirm=["a"], nodes={"a": {"tools": [], "limits": {"seconds": 60}}})
    (group,) = compared(before, after).groups
    shown = {row.label: [(line.kind, line.text) for line in row.lines] for row in group.fields}
    assert shown == {
        "Tools": [("removed", "files"), ("added", "(none)")],
        "Waits for a confirmation": [("added", "yes")],
        "Limits": [("added", "seconds: 60")],
    }


def test_order_is_that_of_the_newer_document_and_what_went_is_last() -> None:
    found = compared(document_of("a → b → c"), document_of("d → c → b"))
    assert [(group.key, group.what) for group in found.groups] == [("d", "added"), ("a", "removed")]
    edges = {(edge.above, edge.below): edge.what for edge in found.edges}
    assert edges == {("D", "C"): "added", ("C", "B"): "added", ("A", "B"): "removed", ("B", "C"): "removed"}


def test_moving_alone_is_said_apart() -> None:
    after = document_of("a → b", nodes={"a": {"position": [8, 8]}})
    found = compared(document_of("a → b"), after)
    assert (found.groups, found.moved) == ((), ("A",))
    assert canvas_of(from_json(document_of("a → b")), from_json(after))[1] == {"a": "moved"}


@given(documents(), documents())
def test_any_two_documents_can_be_compared(before: Document, after: Document) -> None:
    found = comparison(before, after)
    assert before != after or not found
    shown, marks = canvas_of(before, after)
    known = {node["key"] for node in shown["nodes"]} | {"→".join(edge) for edge in shown["edges"]}
    assert set(marks) <= known
    assert all(len(node["position"]) == 2 for node in shown["nodes"])


@given(documents())
def test_nothing_differs_from_itself(document: Document) -> None:
    assert not comparison(document, document)

"""The versions of a template: listed, compared, restored, and the restoring undone."""

import json
import re
from html import unescape

import pytest
from django.contrib.auth.models import User

from spaces.models import Space
from tests.workflows.views.life import HTMX, Browser, document, drafted, redrafted
from workflows.actions import publish
from workflows.models import Workflow


@pytest.fixture
def workflow(space: Space, builder: User, colleague: User) -> Workflow:
    """Two versions, the second is live, and a draft that is in none."""
    made = drafted(space, builder, name="Flow")
    publish(workflow=made, by=builder, note="The first")
    redrafted(made, colleague, "a → b → c")
    publish(workflow=made, by=colleague, note="With a third step")
    return redrafted(made, builder, "a → b → d")


@pytest.fixture
def page(workflow: Workflow) -> str:
    return f"/s/demo/workflows/{workflow.slug}/"


def test_versions_are_listed_newest_first(page: str, as_: Browser) -> None:
    html = as_("viewer").get(f"{page}versions/", headers=HTMX).content.decode()
    assert html.index("With a third step") < html.index("The first")
    assert html.count(">Live<") == 1
    assert "colleague" in html
    assert "Not published" in html
    assert "Restore" not in html, "a viewer changes nothing"
    assert "Restore" in as_("builder").get(f"{page}versions/", headers=HTMX).content.decode()


def test_list_costs_the_same_for_any_number(
    workflow: Workflow, page: str, builder: User, as_: Browser, django_assert_max_num_queries: object
) -> None:
    for number in range(5):
        redrafted(workflow, builder, "a → b", description=str(number))
        publish(workflow=workflow, by=builder)
    client = as_("builder")
    with django_assert_max_num_queries(9):  # type: ignore[operator]
        client.get(f"{page}versions/", headers=HTMX)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("before=1&after=2", ["Version 1 → Version 2", "Do c.", "B → C"]),
        ("before=2&after=draft", ["Version 2 → Draft", "Do d.", "Removed", "B → C"]),
        ("", ["Version 2 → Draft"]),
        ("before=draft&after=1", ["Draft → Version 1", "Removed"]),
        ("before=live&after=1", ["Version 2 → Version 1"]),
        ("before=1&after=1", ["Nothing differs"]),
    ],
)
def test_any_two_are_compared(page: str, as_: Browser, query: str, expected: list[str]) -> None:
    html = as_("viewer").get(f"{page}comparison/?{query}").content.decode()
    assert [text for text in expected if text not in html] == []


@pytest.mark.parametrize("query", ["before=9", "before=x", "after=-1", "before=99999999999", "before=%00", "after=²"])
def test_comparison_with_nothing_does_not_exist(page: str, as_: Browser, query: str) -> None:
    assert as_("builder").get(f"{page}comparison/?{query}").status_code == 404


def test_canvas_of_a_comparison_holds_both_with_marks(page: str, as_: Browser) -> None:
    html = as_("builder").get(f"{page}comparison/?before=2&after=draft").content.decode()
    shown = {
        name: json.loads(re.search(rf'id="comparison-{name}"[^>]*>(.*?)<', html)[1]) for name in ("document", "marks")
    }  # type: ignore[index]
    assert [node["key"] for node in shown["document"]["nodes"]] == ["a", "b", "d", "c"]
    assert all(len(node["position"]) == 2 for node in shown["document"]["nodes"])
    assert shown["marks"] == {"d": "added", "c": "removed", "b→d": "added", "b→c": "removed"}


def test_restoring_asks_first(page: str, as_: Browser) -> None:
    html = as_("builder").get(f"{page}versions/1/restorations/", headers=HTMX).content.decode()
    assert "Make version 1 the draft?" in html
    assert "last saved by builder, is in no version" in html
    assert 'name="base_revision" value="3"' in html


def test_published_draft_is_not_lost_by_restoring(page: str, workflow: Workflow, builder: User, as_: Browser) -> None:
    redrafted(workflow, builder, "a → b → c")
    html = as_("builder").get(f"{page}versions/1/restorations/", headers=HTMX).content.decode()
    assert "nothing is lost" in html


def test_restored_version_is_a_new_revision_and_undo_brings_the_draft_back(
    page: str, workflow: Workflow, as_: Browser
) -> None:
    client = as_("builder")
    answer = client.post(f"{page}versions/1/restorations/", {"base_revision": 3}, headers=HTMX)
    assert json.loads(answer.headers["HX-Trigger"]) == {"workflow:restored": {"revision": 4}}
    workflow.refresh_from_db()
    assert [node["key"] for node in workflow.draft["nodes"]] == ["a", "b"]
    former = unescape(re.search(r"<textarea[^>]*>\n(.*?)</textarea>", answer.content.decode(), re.DOTALL)[1])  # type: ignore[index]
    assert json.loads(former) == document("a → b → d", name="Flow")
    answer = client.post(f"{page}restorations/undone/", {"base_revision": 4, "document": former}, headers=HTMX)
    assert answer.headers["HX-Redirect"] == page
    workflow.refresh_from_db()
    assert (workflow.draft_revision, workflow.draft) == (5, document("a → b → d", name="Flow"))


def test_newer_draft_is_not_replaced(page: str, workflow: Workflow, as_: Browser) -> None:
    answer = as_("builder").post(f"{page}versions/1/restorations/", {"base_revision": 2}, headers=HTMX)
    assert answer.status_code == 409
    assert 'name="base_revision" value="3"' in answer.content.decode()
    workflow.refresh_from_db()
    assert workflow.draft_revision == 3


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"base_revision": 2, "document": '{"aime": 1, "name": "X", "nodes": []}'}, 409),
        ({"base_revision": 3, "document": "{"}, 422),
        ({"base_revision": 3, "document": "[" * 5000}, 422),
        ({"base_revision": 3, "document": '{"aime": 1}'}, 422),
        ({"base_revision": 3}, 422),
        ({}, 422),
    ],
)
def test_undo_overwrites_nothing_newer_and_takes_documents_only(
    page: str, workflow: Workflow, as_: Browser, data: dict[str, object], status: int
) -> None:
    assert as_("builder").post(f"{page}restorations/undone/", data, headers=HTMX).status_code == status
    workflow.refresh_from_db()
    assert workflow.draft_revision == 3


def test_undo_gives_nobody_the_right_to_hide_a_template(page: str, workflow: Workflow, as_: Browser) -> None:
    data = {"base_revision": 3, "document": json.dumps(document("a", name="Flow", visibility="personal"))}
    assert as_("colleague").post(f"{page}restorations/undone/", data, headers=HTMX).status_code == 403


def test_pages_without_htmx(page: str, as_: Browser) -> None:
    client = as_("builder")
    for answer in (
        client.get(f"{page}versions/"),
        client.get(f"{page}versions/1/restorations/"),
        client.post(f"{page}versions/1/restorations/", {"base_revision": 3}),
    ):
        assert answer.status_code == 200
        assert "<html" in answer.content.decode()


@pytest.mark.parametrize("path", ["versions/9/restorations/", "versions/0/restorations/"])
def test_unknown_version_does_not_exist(page: str, as_: Browser, path: str) -> None:
    assert as_("builder").get(page + path).status_code == 404


@pytest.mark.parametrize(("name", "status"), [("viewer", 403), ("outsider", 404)])
def test_restoring_is_for_builders(page: str, as_: Browser, name: str, status: int) -> None:
    assert as_(name).post(f"{page}versions/1/restorations/", {"base_revision": 3}).status_code == status
    assert as_(name).post(f"{page}restorations/undone/", {"base_revision": 3}).status_code == status


def test_outsider_sees_no_versions(page: str, as_: Browser) -> None:
    for path in ("versions/", "comparison/", "versions/1/"):
        assert as_("outsider").get(page + path).status_code == 404

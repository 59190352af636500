"""A draft that a version or a file takes the place of is kept, found among the versions, compared and brought back."""

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile

from spaces.models import Space
from tests.workflows.texts import EXAMPLE
from tests.workflows.views.life import HTMX, Browser, document, drafted, redrafted
from workflows.actions import publish, replace_draft
from workflows.document import from_json
from workflows.errors import DraftConflict
from workflows.models import KeptDraft, Workflow

TITLE = "The draft as it was before a version or a file took its place."


@pytest.fixture
def workflow(space: Space, builder: User, colleague: User) -> Workflow:
    """One version, and a draft of the colleague's that is in none."""
    made = drafted(space, builder, name="Flow")
    publish(workflow=made, by=builder)
    return redrafted(made, colleague, "a → b → d")


@pytest.fixture
def page(workflow: Workflow) -> str:
    return f"/s/demo/workflows/{workflow.slug}/"


def keys_of(workflow: Workflow) -> list[str]:
    workflow.refresh_from_db()
    return [node["key"] for node in workflow.draft["nodes"]]


def versions(browser: Browser, page: str, name: str = "builder") -> str:
    return browser(name).get(f"{page}versions/", headers=HTMX).content.decode()


def test_restoring_keeps_the_draft_and_it_comes_back(workflow: Workflow, page: str, as_: Browser) -> None:
    former = workflow.draft
    assert TITLE not in versions(as_, page)
    as_("builder").post(f"{page}versions/1/restorations/", {"base_revision": 2}, headers=HTMX)
    kept = KeptDraft.objects.get()
    assert (kept.document, kept.saved_by and kept.saved_by.username) == (former, "colleague")
    html = versions(as_, page)
    assert TITLE in html
    assert "colleague" in html
    assert "Kept draft → Draft" in as_("viewer").get(f"{page}comparison/?before=kept&after=draft").content.decode()

    answer = as_("builder").post(f"{page}restorations/kept/", {"base_revision": 3}, follow=True)
    assert "The kept draft is the draft again." in answer.content.decode()
    assert keys_of(workflow) == ["a", "b", "d"]
    assert not KeptDraft.objects.exists(), "what it replaced is a version"
    assert TITLE not in versions(as_, page)
    assert as_("viewer").get(f"{page}comparison/?before=kept&after=draft").status_code == 404


def test_draft_that_the_kept_one_replaces_is_kept_in_its_turn(
    workflow: Workflow, page: str, builder: User, as_: Browser
) -> None:
    as_("builder").post(f"{page}versions/1/restorations/", {"base_revision": 2})
    redrafted(workflow, builder, "a → e")
    as_("builder").post(f"{page}restorations/kept/", {"base_revision": 4})
    assert keys_of(workflow) == ["a", "b", "d"]
    as_("builder").post(f"{page}restorations/kept/", {"base_revision": 5})
    assert keys_of(workflow) == ["a", "e"]


def test_published_draft_is_not_kept_twice(workflow: Workflow, page: str, builder: User, as_: Browser) -> None:
    publish(workflow=workflow, by=builder)
    as_("builder").post(f"{page}versions/1/restorations/", {"base_revision": 2})
    assert keys_of(workflow) == ["a", "b"]
    assert not KeptDraft.objects.exists()


def test_file_that_replaces_a_draft_keeps_it(space: Space, builder: User, as_: Browser) -> None:
    target = drafted(space, builder, name="Requirement to code")
    file = SimpleUploadedFile("flow.yaml", EXAMPLE.encode())
    more = {"choice": "replace", "target": target.slug, "base_revision": 1}
    as_("builder").post("/s/demo/imports/", {"file": file, **more})
    assert keys_of(target) == ["analyse", "design"]
    assert [node["key"] for node in KeptDraft.objects.get().document["nodes"]] == ["a", "b"]


def test_draft_that_moved_on_is_not_replaced_and_nothing_is_kept(workflow: Workflow, page: str, as_: Browser) -> None:
    as_("builder").post(f"{page}versions/1/restorations/", {"base_revision": 2})
    kept = KeptDraft.objects.get().document
    answer = as_("builder").post(f"{page}restorations/kept/", {"base_revision": 2}, headers=HTMX)
    assert answer.status_code == 409
    assert "The draft changed meanwhile." in answer.content.decode()
    assert KeptDraft.objects.get().document == kept
    with pytest.raises(DraftConflict):
        replace_draft(workflow=workflow, by=workflow.owner, document=from_json(document("a")), base_revision=1)
    assert KeptDraft.objects.get().document == kept


def test_what_is_no_revision_or_no_kept_draft_is_refused(workflow: Workflow, page: str, as_: Browser) -> None:
    assert as_("builder").post(f"{page}restorations/kept/", {"base_revision": 2}, headers=HTMX).status_code == 409
    as_("builder").post(f"{page}versions/1/restorations/", {"base_revision": 2})
    assert as_("builder").post(f"{page}restorations/kept/", {}, headers=HTMX).status_code == 422
    KeptDraft.objects.update(document={"aime": 1, "nodes": 7})
    answer = as_("builder").post(f"{page}restorations/kept/", {"base_revision": 3}, headers=HTMX)
    assert answer.status_code == 422
    assert "cannot be read" in answer.content.decode()
    assert KeptDraft.objects.exists()


@pytest.mark.parametrize(("name", "status"), [("viewer", 403), ("outsider", 404)])
def test_bringing_back_is_for_builders(workflow: Workflow, page: str, as_: Browser, name: str, status: int) -> None:
    as_("builder").post(f"{page}versions/1/restorations/", {"base_revision": 2})
    assert as_(name).post(f"{page}restorations/kept/", {"base_revision": 3}).status_code == status
    if name == "viewer":
        assert "Bring back" not in versions(as_, page, "viewer")
    as_("builder").post(f"{page}deletions/")
    assert not KeptDraft.objects.exists(), "it goes with its template"

"""Acts on a template as a whole: its file, copies, archive, deletion, owner, visibility, favourites."""

import pytest
from django.contrib.auth.models import User

from runs.models import Run
from spaces.models import Space
from tests.factories import make_run
from tests.workflows.views.life import HTMX, Browser, drafted, redrafted
from workflows.actions import publish
from workflows.document import parse_yaml, to_json
from workflows.models import Favourite, Workflow, WorkflowVersion


@pytest.fixture
def workflow(space: Space, builder: User, colleague: User) -> Workflow:
    return drafted(space, builder, name="Flow")


@pytest.fixture
def page(workflow: Workflow) -> str:
    return f"/s/demo/workflows/{workflow.slug}/"


# --- Export ---------------------------------------------------------------------------------------------------------
def test_file_of_the_draft_and_of_a_version(workflow: Workflow, page: str, builder: User, as_: Browser) -> None:
    publish(workflow=workflow, by=builder)
    draft = redrafted(workflow, builder).draft
    answer = as_("viewer").get(f"{page}file/")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="flow.yaml"'
    assert answer.headers["Content-Type"] == "application/yaml; charset=utf-8"
    assert to_json(parse_yaml(answer.content.decode())) == draft
    answer = as_("viewer").get(f"{page}file/?version=1")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="flow-v1.yaml"'
    assert [node.key for node in parse_yaml(answer.content.decode()).nodes] == ["a", "b"]


@pytest.mark.parametrize("version", ["2", "0", "x", "-1", "9" * 30, "²"])
def test_file_of_no_version_does_not_exist(page: str, as_: Browser, version: str) -> None:
    assert as_("builder").get(f"{page}file/", {"version": version}).status_code == 404


def test_draft_that_was_never_saved_has_no_file(workflow: Workflow, page: str, as_: Browser) -> None:
    Workflow.objects.filter(pk=workflow.pk).update(draft={})
    assert as_("builder").get(f"{page}file/").status_code == 404


# --- Copies ---------------------------------------------------------------------------------------------------------
def test_duplicate_belongs_to_who_made_it(workflow: Workflow, page: str, as_: Browser) -> None:
    answer = as_("colleague").post(f"{page}duplicates/", headers=HTMX)
    copy = Workflow.objects.get(name="Flow (copy)")
    assert answer.headers["HX-Redirect"] == f"/s/demo/workflows/{copy.slug}/"
    assert (copy.owner.username, copy.live_version, copy.draft["nodes"]) == ("colleague", None, workflow.draft["nodes"])
    assert copy.draft["name"] == "Flow (copy)"


def test_duplicate_of_a_long_name_fits(space: Space, builder: User, as_: Browser) -> None:
    long = drafted(space, builder, name="x" * 120)
    as_("builder").post(f"/s/demo/workflows/{long.slug}/duplicates/")
    assert Workflow.objects.exclude(pk=long.pk).get().name.endswith("x (copy)")


# --- Archive and deletion -------------------------------------------------------------------------------------------
def test_archive_and_back(workflow: Workflow, page: str, as_: Browser) -> None:
    client = as_("builder")
    assert client.post(f"{page}archives/").headers["Location"] == "/s/demo/"
    workflow.refresh_from_db()
    assert workflow.archived_at is not None
    assert client.post(f"{page}restored-archives/", {"next": "/s/demo/?archived=1"}).headers["Location"] == (
        "/s/demo/?archived=1"
    )
    workflow.refresh_from_db()
    assert workflow.archived_at is None


def test_going_back_never_leaves_the_site(page: str, as_: Browser) -> None:
    for elsewhere in ("https://example.org/", "//example.org", "javascript:alert(1)"):
        answer = as_("builder").post(f"{page}archives/", {"next": elsewhere})
        assert answer.headers["Location"] == "/s/demo/"


def test_template_without_runs_is_deleted_with_its_versions(
    workflow: Workflow, page: str, builder: User, as_: Browser
) -> None:
    publish(workflow=workflow, by=builder)
    publish(workflow=workflow, by=builder)
    as_("viewer").post(f"{page}favourite/", {"marked": "yes"})
    answer = as_("builder").post(f"{page}deletions/", follow=True)
    assert "“Flow” is deleted" in answer.content.decode()
    assert not Workflow.objects.exists()
    assert not WorkflowVersion.objects.exists()


def test_template_with_runs_is_archived_and_the_runs_stay_readable(
    workflow: Workflow, page: str, builder: User, as_: Browser
) -> None:
    publish(workflow=workflow, by=builder)
    workflow.refresh_from_db()
    run = make_run(workflow)
    redrafted(workflow, builder)
    publish(workflow=workflow, by=builder)
    answer = as_("builder").post(f"{page}deletions/", follow=True)
    assert "“Flow” has runs, so it was archived" in answer.content.decode()
    workflow.refresh_from_db()
    assert workflow.archived_at is not None
    assert [version.number for version in workflow.versions.all()] == [2, 1]
    assert workflow.live_version is not None
    assert as_("viewer").get(f"/s/demo/runs/{run.public_id}/").status_code == 200
    assert Run.objects.get().version.number == 1


@pytest.mark.parametrize("act", ["archives", "restored-archives", "deletions", "transfers"])
@pytest.mark.parametrize(("name", "status"), [("colleague", 403), ("viewer", 403), ("outsider", 404)])
def test_managing_is_for_the_owner_and_admins(
    workflow: Workflow, page: str, as_: Browser, act: str, name: str, status: int
) -> None:
    assert as_(name).post(f"{page}{act}/", {"owner": "admin"}).status_code == status
    workflow.refresh_from_db()
    assert (workflow.archived_at, workflow.owner.username) == (None, "builder")


# --- Owner and visibility -------------------------------------------------------------------------------------------
def test_template_is_handed_over_to_a_member_who_may_edit(workflow: Workflow, page: str, as_: Browser) -> None:
    client = as_("admin")
    html = client.get(f"{page}transfers/", headers=HTMX).content.decode()
    assert all(f'value="{name}"' in html for name in ("admin", "colleague"))
    assert 'value="viewer"' not in html
    answer = client.post(f"{page}transfers/", {"owner": "colleague"}, follow=True)
    assert "belongs to colleague now" in answer.content.decode()
    workflow.refresh_from_db()
    assert workflow.owner.username == "colleague"


@pytest.mark.parametrize("name", ["viewer", "outsider", "nobody", "", "builder"])
def test_template_is_not_handed_over_to_others(workflow: Workflow, page: str, as_: Browser, name: str) -> None:
    assert as_("builder").post(f"{page}transfers/", {"owner": name}).status_code == 422
    workflow.refresh_from_db()
    assert workflow.owner.username == "builder"


def test_personal_template_leaves_its_former_owner(workflow: Workflow, page: str, as_: Browser) -> None:
    client = as_("builder")
    client.post(f"{page}visibility/", {"visibility": "personal"})
    client.post(f"{page}transfers/", {"owner": "colleague"})
    assert client.get(page).status_code == 404
    assert as_("colleague").get(page).status_code == 200


def test_visibility_is_a_new_revision(workflow: Workflow, page: str, as_: Browser) -> None:
    as_("builder").post(f"{page}visibility/", {"visibility": "personal"})
    workflow.refresh_from_db()
    assert (workflow.visibility, workflow.draft["visibility"], workflow.draft_revision) == ("personal", "personal", 2)
    assert as_("colleague").get(page).status_code == 404
    as_("builder").post(f"{page}visibility/", {"visibility": "space"})
    assert as_("colleague").get(page).status_code == 200


def test_visibility_is_changed_by_the_owner_or_an_admin(workflow: Workflow, page: str, as_: Browser) -> None:
    assert as_("colleague").post(f"{page}visibility/", {"visibility": "personal"}).status_code == 403
    assert as_("builder").post(f"{page}visibility/", {"visibility": "secret"}).status_code == 422
    workflow.refresh_from_db()
    assert workflow.visibility == "space"


# --- Favourites -----------------------------------------------------------------------------------------------------
def test_favourite_is_marked_and_unmarked(workflow: Workflow, page: str, as_: Browser) -> None:
    client = as_("viewer")
    html = client.post(f"{page}favourite/", {"marked": "yes"}, headers=HTMX).content.decode()
    assert 'aria-pressed="true"' in html
    client.post(f"{page}favourite/", {"marked": "yes"}, headers=HTMX)
    assert [favourite.user.username for favourite in Favourite.objects.all()] == ["viewer"]
    html = client.post(f"{page}favourite/", headers=HTMX).content.decode()
    assert 'aria-pressed="false"' in html
    assert not Favourite.objects.exists()
    assert client.post(f"{page}favourite/", {"marked": "yes"}).headers["Location"] == "/s/demo/"


@pytest.mark.parametrize(
    "act", ["duplicates", "archives", "restored-archives", "deletions", "favourite", "visibility", "unpublications"]
)
def test_looking_changes_nothing(page: str, as_: Browser, act: str) -> None:
    assert as_("builder").get(f"{page}{act}/").status_code == 405

"""Publishing from the page: what is shown, exactly that is published, once."""

import json

import pytest
from django.contrib.auth.models import User

from spaces.models import Space
from tests.workflows.views.life import HTMX, Browser, drafted, redrafted
from workflows.actions import archive_workflow, publish, unpublish
from workflows.models import Workflow


@pytest.fixture
def workflow(space: Space, builder: User) -> Workflow:
    return drafted(space, builder, name="Flow")


@pytest.fixture
def address(workflow: Workflow) -> str:
    return f"/s/demo/workflows/{workflow.slug}/publications/"


def test_dialog_of_a_first_version(workflow: Workflow, address: str, as_: Browser) -> None:
    html = as_("builder").get(address, headers=HTMX).content.decode()
    assert "<html" not in html
    assert "Publish version 1" in html
    assert 'name="base_revision" value="1"' in html
    assert "This one has 2 nodes." in html


def test_dialog_shows_what_changes_by_node_and_word(
    workflow: Workflow, address: str, builder: User, as_: Browser
) -> None:
    publish(workflow=workflow, by=builder)
    redrafted(workflow, builder)
    html = as_("builder").get(address, headers=HTMX).content.decode()
    assert "What changes against version 1" in html
    assert 'data-jump="c"' in html
    assert "Do c." in html
    assert "B → C" in html


def test_publishing_makes_a_version_live_and_tells_the_page(workflow: Workflow, address: str, as_: Browser) -> None:
    answer = as_("builder").post(address, {"base_revision": 1, "note": "First\r\nline"}, headers=HTMX)
    assert answer.status_code == 200
    assert json.loads(answer.headers["HX-Trigger"]) == {"workflow:published": {"number": 1}}
    html = answer.content.decode()
    assert "Version 1 is live" in html
    assert f"/s/demo/workflows/{workflow.slug}/start/" in html
    version = workflow.versions.get()
    assert (version.note, version.published_by.username) == ("First\nline", "builder")


def test_without_htmx_the_same_is_a_page(workflow: Workflow, address: str, as_: Browser) -> None:
    client = as_("builder")
    assert "<html" in client.get(address).content.decode()
    answer = client.post(address, {"base_revision": 1}, follow=True)
    assert answer.redirect_chain == [(f"/s/demo/workflows/{workflow.slug}/", 302)]
    assert "Version 1 is live" in answer.content.decode()


def test_draft_that_moved_on_is_not_published(workflow: Workflow, address: str, builder: User, as_: Browser) -> None:
    redrafted(workflow, builder)
    answer = as_("builder").post(address, {"base_revision": 1, "note": "Mine"}, headers=HTMX)
    assert answer.status_code == 409
    html = answer.content.decode()
    assert "changed meanwhile" in html
    assert 'name="base_revision" value="2"' in html
    assert ">Mine</textarea>" in html, "what was typed stays"
    assert not workflow.versions.exists()


def test_form_sent_twice_publishes_once(workflow: Workflow, address: str, as_: Browser) -> None:
    client = as_("builder")
    client.post(address, {"base_revision": 1}, headers=HTMX)
    answer = client.post(address, {"base_revision": 1}, headers=HTMX)
    assert answer.status_code == 409
    assert "live already, as version 1" in answer.content.decode()
    assert workflow.versions.count() == 1


def test_up_to_date_draft_offers_nothing_to_publish(
    workflow: Workflow, address: str, builder: User, as_: Browser
) -> None:
    publish(workflow=workflow, by=builder)
    html = as_("builder").get(address, headers=HTMX).content.decode()
    assert "Up to date" in html
    assert "publish-act" not in html


def test_errors_are_listed_with_the_way_to_them(space: Space, builder: User, as_: Browser) -> None:
    bad = drafted(space, builder, "a", nodes=[{"key": "a", "type": "task", "title": "Analyse", "prompt": "{{ goal }}"}])
    address = f"/s/demo/workflows/{bad.slug}/publications/"
    html = as_("builder").get(address, headers=HTMX).content.decode()
    assert "1 problem blocks publishing" in html
    assert 'data-jump="a" data-field="prompt"' in html
    assert "Analyse · Prompt" in html
    assert "publish-act" not in html
    answer = as_("builder").post(address, {"base_revision": 1}, headers=HTMX)
    assert answer.status_code == 422
    assert not bad.versions.exists()


@pytest.mark.parametrize(
    "data", [{}, {"base_revision": "x"}, {"base_revision": 2**40}, {"base_revision": 1, "note": "x" * 2001}]
)
def test_wrong_form_is_refused(workflow: Workflow, address: str, as_: Browser, data: dict[str, object]) -> None:
    assert as_("builder").post(address, data, headers=HTMX).status_code == 422
    assert not workflow.versions.exists()


@pytest.mark.parametrize(("name", "status"), [("viewer", 403), ("outsider", 404), ("builder", 200)])
def test_publishing_is_for_builders(workflow: Workflow, address: str, as_: Browser, name: str, status: int) -> None:
    assert as_(name).get(address).status_code == status
    assert as_(name).post(address, {"base_revision": 1}, headers=HTMX).status_code == status


def test_archived_template_is_not_published(workflow: Workflow, address: str, builder: User, as_: Browser) -> None:
    archive_workflow(workflow=workflow, by=builder)
    assert as_("builder").post(address, {"base_revision": 1}).status_code == 403


def test_unpublishing_takes_the_live_version_out_of_use(workflow: Workflow, builder: User, as_: Browser) -> None:
    publish(workflow=workflow, by=builder)
    answer = as_("builder").post(f"/s/demo/workflows/{workflow.slug}/unpublications/", headers=HTMX)
    assert "workflow:unpublished" in answer.headers["HX-Trigger"]
    assert "Version 1 is out of use" in answer.content.decode()
    workflow.refresh_from_db()
    assert workflow.live_version is None
    assert as_("builder").get(f"/s/demo/workflows/{workflow.slug}/start/").status_code == 404
    assert publish(workflow=workflow, by=builder, base_revision=1).number == 2, "the same draft may be published again"


def test_unpublishing_twice_is_no_failure(workflow: Workflow, builder: User, as_: Browser) -> None:
    publish(workflow=workflow, by=builder)
    assert unpublish(workflow=workflow, by=builder) == 1
    answer = as_("builder").post(f"/s/demo/workflows/{workflow.slug}/unpublications/", follow=True)
    assert "No version is in use" in answer.content.decode()

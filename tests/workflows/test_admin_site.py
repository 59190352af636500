"""The admin site's pages of templates: to look at, and no content of personal ones."""

import dataclasses

import pytest
from django.apps import apps
from django.contrib import admin as site
from django.contrib.auth.models import User
from django.test import Client

from spaces.models import Space
from tests.factories import make_space
from tests.workflows.task_templates.conftest import make_task_template
from tests.workflows.texts import EXAMPLE
from workflows import actions
from workflows.document import parse_yaml
from workflows.models import ExecutorConsent, KeptDraft, TaskTemplate, TaskTemplateVersion, Workflow

pytestmark = pytest.mark.django_db
LISTS = ("/admin/workflows/workflow/", "/admin/workflows/workflowversion/")


@pytest.fixture
def space(admin: User, builder: User) -> Space:
    return make_space(admin=admin, builder=builder)


def publish(space: Space, by: User, visibility: str) -> Workflow:
    document = dataclasses.replace(parse_yaml(EXAMPLE), visibility=visibility)
    workflow = actions.create_workflow(space=space, by=by, document=document)
    actions.publish(workflow=workflow, by=by, note="A note of mine")
    workflow.refresh_from_db()
    return workflow


def pages(workflow: Workflow) -> list[str]:
    assert workflow.live_version is not None
    return [f"{LISTS[0]}{workflow.pk}/change/", f"{LISTS[1]}{workflow.live_version.pk}/change/"]


def test_staff_looks_but_never_changes(space: Space, client: Client, admin: User, builder: User) -> None:
    workflow = publish(space, builder, "space")
    client.force_login(admin)
    for page, content in zip(pages(workflow), ("open questions", "A note of mine"), strict=True):
        response = client.get(page)
        assert content in response.content.decode()
        assert 'name="_save"' not in response.content.decode()
        assert client.post(page, {}).status_code == 403
    for page in LISTS:
        assert client.get(page + "?q=requirement").status_code == 200
        assert client.get(page + "add/").status_code == 403


def test_content_of_personal_templates_is_not_shown(space: Space, client: Client, admin: User, builder: User) -> None:
    workflow = publish(space, builder, "personal")
    client.force_login(admin)
    for page in (*pages(workflow), *LISTS):
        text = client.get(page).content.decode()
        assert "Requirement to code" in text, "metadata is shown"
        for content in ("open questions", "A note of mine", "From a requirement"):
            assert content not in text


@pytest.mark.parametrize(("page", "lookup"), [(LISTS[0], "draft__icontains"), (LISTS[1], "note__startswith")])
def test_no_address_asks_for_content(
    space: Space, client: Client, admin: User, builder: User, page: str, lookup: str
) -> None:
    publish(space, builder, "personal")
    client.force_login(admin)
    assert client.get(page, {lookup: "A"}).status_code == 400


# --- Task templates and consents ------------------------------------------------------------------------------------
NEW = ("tasktemplate", "tasktemplateversion", "executorconsent", "keptdraft")


def make_others(space: Space, builder: User, visibility: str) -> list[str]:
    """Make a task template, a consent and a kept draft; return the pages of each list and row."""
    make_task_template(space, builder, "Review", visibility=visibility, prompt="Mind the quokka.")
    TaskTemplate.objects.update(description="A quokka")
    workflow = publish(space, builder, visibility)
    ExecutorConsent.objects.create(workflow=workflow, user=builder)
    KeptDraft.objects.create(workflow=workflow, document={"name": "An older quokka"}, saved_by=builder)
    rows = [model.objects.get() for model in (TaskTemplate, TaskTemplateVersion, ExecutorConsent, KeptDraft)]
    lists = [f"/admin/workflows/{name}/" for name in NEW]
    return [*lists, *(f"{address}{row.pk}/change/" for address, row in zip(lists, rows, strict=True))]


def test_every_model_but_favourites_is_registered() -> None:
    """Marks are a person's own; nobody has to look after them."""
    registered = {model.__name__ for model in site.site._registry if model._meta.app_label == "workflows"}
    models = {model.__name__ for model in apps.get_app_config("workflows").get_models()}
    assert models - registered == {"Favourite"}


@pytest.mark.parametrize(("visibility", "shown"), [("space", 3), ("personal", 0)])
def test_task_templates_consents_and_kept_drafts_are_shown_and_never_changed(
    space: Space, client: Client, admin: User, builder: User, visibility: str, shown: int
) -> None:
    addresses = make_others(space, builder, visibility)
    client.force_login(admin)
    texts = [client.get(address).content.decode() for address in addresses]
    assert all("Review" in text or "Requirement to code" in text for text in texts), "metadata is shown"
    assert sum("quokka" in text for text in texts) == shown
    for address in addresses[len(NEW) :]:
        assert client.post(address, {}).status_code == 403
    for address in addresses[: len(NEW)]:
        assert client.get(f"{address}add/").status_code == 403
        assert client.get(f"{address}?q=review").status_code == 200


@pytest.mark.parametrize(
    ("name", "lookup"),
    [
        ("tasktemplate", "description__icontains"),
        ("tasktemplateversion", "document__icontains"),
        ("tasktemplateversion", "template__description__icontains"),
        ("executorconsent", "workflow__draft__icontains"),
        ("keptdraft", "document__icontains"),
        ("workflowversion", "workflow__draft__icontains"),
    ],
)
def test_no_address_asks_for_content_of_another_row(
    space: Space, client: Client, admin: User, builder: User, name: str, lookup: str
) -> None:
    make_others(space, builder, "personal")
    client.force_login(admin)
    assert client.get(f"/admin/workflows/{name}/", {lookup: "q"}).status_code == 400

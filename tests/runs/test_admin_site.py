"""The admin site shows every model of runs, changes nothing, and keeps what was written in personal runs to itself."""

import pytest
from django.apps import apps
from django.contrib import admin as site
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from runs.models import (
    Artifact,
    Attachment,
    Blob,
    Heartbeat,
    Host,
    Notification,
    NotificationSetting,
    Reuse,
    Run,
    SavedFilter,
    SideEffect,
)
from runs.uploads import Upload
from tests.factories import make_run, make_space, make_workflow
from tests.runs.turns import HOST, answer

SECRET = "quokka"
MODELS = [model for model in apps.get_app_config("runs").get_models() if model.__name__ != "MessageDelta"]


@pytest.fixture
def client_of_admin(admin: User) -> Client:
    client = Client()
    client.force_login(admin)
    return client


def make(builder: User, visibility: str) -> Run:
    """A run whose every text holds the secret word."""
    nodes = {
        "a": {
            "inputs": [{"name": "goal", "type": "text", "ask": True}],
            "outputs": [
                {"name": "file", "type": "file", "description": "x"},
                {"name": "note", "type": "text", "description": "x"},
            ],
        }
    }
    space = make_space(builder=builder)
    run = make_run(
        make_workflow("a → b", space=space, owner=builder, visibility=visibility, nodes=nodes), inputs={"goal": SECRET}
    )
    outputs = {"file": Upload(f"{SECRET}.md", SECRET.encode()), "note": SECRET}
    answer(run, "a", SECRET, outputs=outputs)
    first, second = run.node_runs.order_by("key")
    Reuse.objects.create(node_run=second, because_of=first, reason="its inputs did not change: a.file")
    SideEffect.objects.create(
        node_run=first, attempt=first.attempts.get(), kind="link", key=f"link:{SECRET}", target=SECRET, result=SECRET
    )
    SavedFilter.objects.create(space=space, user=builder, name=SECRET, query=f"q={SECRET}")
    Attachment.objects.create(message=first.messages.earliest("ordinal"), artifact=first.artifacts.get(), place=1)
    Notification.objects.create(user=builder, run=run, node_run=first, kind="done")
    NotificationSetting.objects.create(user=builder, done=False)
    Host.objects.create(id=HOST, slot=0, machine="here", pid=1, started_at=timezone.now(), heartbeat_at=timezone.now())
    Heartbeat.objects.create(name="supervisor", beat_at=timezone.now())
    return run


def pages(model: type) -> list[str]:
    """The list of a model and the page of each of its rows."""
    name = f"admin:runs_{model.__name__.lower()}"
    rows = model._default_manager.all()  # type: ignore[attr-defined]
    return [reverse(f"{name}_changelist"), *(reverse(f"{name}_change", args=[row.pk]) for row in rows)]


def test_every_model_is_registered_but_the_transient_one() -> None:
    assert {model for model in site.site._registry if model._meta.app_label == "runs"} == set(MODELS)


@pytest.mark.parametrize("model", MODELS)
def test_pages_of_a_model_open_and_search(client_of_admin: Client, builder: User, model: type) -> None:
    make(builder, "space")
    addresses = pages(model)
    assert len(addresses) > 1
    for address in [*addresses, addresses[0] + "?q=1"]:
        assert client_of_admin.get(address).status_code == 200, address


def test_nothing_of_a_personal_run_that_somebody_wrote_is_shown(client_of_admin: Client, builder: User) -> None:
    make(builder, "personal")
    for model in MODELS:
        for address in pages(model):
            assert SECRET not in client_of_admin.get(address).content.decode(), address


def test_texts_of_a_run_that_the_space_sees_are_shown(client_of_admin: Client, builder: User) -> None:
    run = make(builder, "space")
    assert SECRET in client_of_admin.get(reverse("admin:runs_run_change", args=[run.pk])).content.decode()
    artifact = Artifact.objects.get()
    assert SECRET in client_of_admin.get(reverse("admin:runs_artifact_change", args=[artifact.pk])).content.decode()
    assert SECRET not in client_of_admin.get(pages(Blob)[1]).content.decode()  # bytes are never shown


def test_nothing_can_be_added_changed_or_deleted(client_of_admin: Client, builder: User) -> None:
    run = make(builder, "space")
    assert client_of_admin.get(reverse("admin:runs_run_add")).status_code == 403
    assert client_of_admin.post(reverse("admin:runs_run_delete", args=[run.pk]), {"post": "yes"}).status_code == 403
    address = reverse("admin:runs_run_change", args=[run.pk])
    assert client_of_admin.post(address, {"title": "changed"}).status_code == 403
    run.refresh_from_db()
    assert run.title == SECRET


def test_lists_cost_the_same_for_one_row_and_for_many(
    client_of_admin: Client, builder: User, django_assert_max_num_queries: object
) -> None:
    run = make(builder, "space")
    for _ in range(5):
        answer(make_run(run.version.workflow, inputs={"goal": "x"}), "a", outputs={"note": "x"})
    for model in MODELS:
        with django_assert_max_num_queries(14):  # type: ignore[operator]
            client_of_admin.get(pages(model)[0])


@pytest.mark.parametrize(
    ("model", "lookup"), [("message", "text__contains"), ("run", "title__startswith"), ("artifact", "name")]
)
def test_no_address_of_the_admin_site_asks_for_content(
    client_of_admin: Client, builder: User, model: str, lookup: str
) -> None:
    make(builder, "personal")
    answer_ = client_of_admin.get(reverse(f"admin:runs_{model}_changelist"), {lookup: SECRET})
    assert answer_.status_code == 400

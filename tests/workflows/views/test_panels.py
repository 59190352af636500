"""The inspector's fragments: what a person sees of a node, and what they get for what cannot be shown."""

import json
import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from spaces.models import Space
from tests.factories import make_space, make_workflow
from workflows import node_types
from workflows.models import ExecutorConsent, Workflow

NODES: dict[str, dict[str, Any]] = {
    "a": {"outputs": [{"name": "analysis", "type": "file", "description": "The analysis"}]},
    "b": {"prompt": "{{ analysis }}", "inputs": [{"name": "analysis", "type": "file", "from": "a.analysis"}]},
}
ADDRESS = "/s/demo/workflows/flow/panels/"


@pytest.fixture
def space(admin: User, builder: User, viewer: User) -> Space:
    return make_space(admin=admin, builder=builder, viewer=viewer)


@pytest.fixture
def workflow(space: Space, builder: User) -> Workflow:
    return make_workflow("a → b", space=space, owner=builder, slug="flow", nodes=NODES)


def show(client: Client, document: Any, key: str = "", **more: str) -> Any:
    text = document if isinstance(document, str) else json.dumps(document)
    return client.post(f"{ADDRESS}{key}/" if key else ADDRESS, {"document": text, **more})


def test_node_is_shown_as_the_browser_has_it(workflow: Workflow, builder_client: Client) -> None:
    document = workflow.draft | {
        "nodes": [workflow.draft["nodes"][0], workflow.draft["nodes"][1] | {"title": "Brand new"}]
    }
    answer = show(builder_client, document, "b", tab="inputs")
    html = answer.content.decode()
    assert answer.status_code == 200
    assert 'value="Brand new"' in html
    assert "A › <b>analysis</b>" in html
    workflow.refresh_from_db()
    assert workflow.draft["nodes"][1]["title"] == "B"


KINDS: dict[str, dict[str, Any]] = {
    "task": {
        "prompt": "{{ goal }} {{ gone }} {{ style }}",
        "inputs": [
            {"name": "goal", "type": "text", "ask": True, "default": "x", "label": "Goal"},
            {"name": "gone", "type": "text", "from": "nobody.nothing"},
            {"name": "style", "type": "link", "value": "https://example.org", "required": False},
            {"name": "picture", "type": "image", "ask": True},
        ],
        "outputs": [{"name": "text", "type": "text"}, {"name": "page", "type": "file", "required": False}],
        "confirm": True,
        "executor": "viewer",
        "notify": [{"who": "initiator", "on": ["waiting"]}, {"who": "stranger", "on": ["failed", "done"]}],
        "model": "other-model",
        "limits": {"tokens": 1234},
    },
    "trigger.schedule": {"cron": "0 9 * * 1-5", "zone": "Asia/Shanghai"},
    "trigger.codebase": {"connection": "gitea", "events": ["tag"], "branches": ["main", "release/*"]},
    "pipeline": {"connection": "ci", "job": "build", "parameters": {"ref": "{{ branch }}"}},
}


@pytest.mark.parametrize("read_only", ["false", "true"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_its_form(workflow: Workflow, builder_client: Client, kind: str, read_only: str) -> None:
    node = {"key": "n", "type": kind, **KINDS[kind]}
    answer = show(builder_client, {"aime": 1, "name": "T", "nodes": [node]}, "n", read_only=read_only)
    html = answer.content.decode()
    assert answer.status_code == 200
    for field in node_types.get(kind).form:
        assert f'data-field="{escape(json.dumps(field.path))}"' in html, field
    controls = re.findall(r"<\w+[^>]* data-field=[^>]*>", html)
    assert [" disabled" in control for control in controls] == [read_only == "true"] * len(controls)
    assert read_only == "false" or set(re.findall(r'data-act="([^"]+)"', html)) <= {"try-output"}


@pytest.mark.parametrize("key", ["", "a"])
@pytest.mark.parametrize("text", ["", "{", "[" * 100_000])
def test_unreadable_document_is_said_in_the_panel(
    workflow: Workflow, builder_client: Client, key: str, text: str
) -> None:
    answer = show(builder_client, text, key)
    assert answer.status_code == 422
    assert "The server could not read the document" in answer.content.decode()
    assert 'id="inspector-panel"' in answer.content.decode()


def test_too_large_a_document_is_refused(workflow: Workflow, builder_client: Client) -> None:
    answer = show(builder_client, " " * (2 * 1024 * 1024 + 1), "a")
    assert answer.status_code == 422
    assert "too large" in answer.content.decode()


@pytest.mark.parametrize("document", [None, [], 1, {"nodes": 1}, {"nodes": [None, {"key": "a", "type": "unheard-of"}]}])
def test_document_of_any_shape_is_no_exception(workflow: Workflow, builder_client: Client, document: Any) -> None:
    answer = show(builder_client, document, "a")
    assert answer.status_code == 404
    assert "There is no such step" in answer.content.decode()
    assert show(builder_client, document).status_code == 200


def test_unknown_node_is_said_in_the_panel(workflow: Workflow, builder_client: Client) -> None:
    answer = show(builder_client, workflow.draft, "gone")
    assert answer.status_code == 404
    assert "There is no such step" in answer.content.decode()


def test_unfinished_parts_are_shown_and_do_not_stop_the_form(workflow: Workflow, builder_client: Client) -> None:
    node = {"key": "a", "type": "task", "inputs": [{"name": "", "type": "text"}], "limits": {"tokens": "many"}, "x": 1}
    answer = show(builder_client, {"nodes": [node, {"key": "a"}]}, "a")
    assert answer.status_code == 200
    assert 'value="200000"' in answer.content.decode()


@pytest.mark.parametrize("key", ["", "a"])
def test_who_may_see_a_panel(workflow: Workflow, viewer: User, outsider: User, key: str) -> None:
    client = Client()
    client.force_login(outsider)
    assert show(client, workflow.draft, key).status_code == 404
    client.force_login(viewer)
    html = show(client, workflow.draft, key).content.decode()
    controls = re.findall(r"<\w+[^>]* data-field=[^>]*>", html)
    assert controls
    assert all(" disabled" in control for control in controls)


def test_personal_and_archived_templates(workflow: Workflow, viewer: User, builder_client: Client) -> None:
    Workflow.objects.filter(pk=workflow.pk).update(archived_at=timezone.now())
    assert 'data-act="add-input"' not in show(builder_client, workflow.draft, "a").content.decode()
    Workflow.objects.filter(pk=workflow.pk).update(visibility="personal")
    client = Client()
    client.force_login(viewer)
    assert show(client, workflow.draft, "a").status_code == 404


def test_panel_is_posted_and_stores_nothing(
    workflow: Workflow, builder_client: Client, django_assert_max_num_queries: Any
) -> None:
    assert builder_client.get(f"{ADDRESS}a/").status_code == 405
    before = Workflow.objects.values().get()
    with django_assert_max_num_queries(9):  # session, person, member, template, and at most five for the panel
        show(builder_client, workflow.draft, "a")
    assert Workflow.objects.values().get() == before


def test_executor_s_consent_is_shown(workflow: Workflow, viewer: User, admin: User, builder_client: Client) -> None:
    document = {"nodes": [{"key": "a", "type": "task", "executor": "admin"}]}
    assert "Waits for the consent of admin" in show(builder_client, document, "a").content.decode()
    ExecutorConsent.objects.create(workflow=workflow, user=admin)
    assert "admin agreed" in show(builder_client, document, "a").content.decode()
    ExecutorConsent.objects.update(revoked_at=timezone.now())
    assert "Waits for the consent of admin" in show(builder_client, document, "a").content.decode()


def test_own_consent_is_given_in_the_panel(workflow: Workflow, builder: User, builder_client: Client) -> None:
    document = {"nodes": [{"key": "a", "type": "task", "executor": "builder"}]}
    html = show(builder_client, document, "a").content.decode()
    assert 'data-address="/s/demo/workflows/flow/consents/"' in html
    ExecutorConsent.objects.create(workflow=workflow, user=builder)
    html = show(builder_client, document, "a").content.decode()
    assert 'data-address="/s/demo/workflows/flow/revocations/"' in html


def test_visibility_is_for_the_owner_and_admins(workflow: Workflow, admin: User, builder_client: Client) -> None:
    control = re.compile(r'<select[^>]* data-field=\'\["visibility"\]\'[^>]*>')
    (mine,) = control.findall(show(builder_client, workflow.draft).content.decode())
    assert " disabled" not in mine
    Workflow.objects.filter(pk=workflow.pk).update(owner=admin)
    (theirs,) = control.findall(show(builder_client, workflow.draft).content.decode())
    assert " disabled" in theirs


def test_broken_reference_says_why_and_offers_the_edge(workflow: Workflow, builder_client: Client) -> None:
    html = show(builder_client, workflow.draft | {"edges": []}, "b").content.decode()
    assert "data-broken" in html
    assert "a.analysis is not an output of any upstream node" in html
    assert 'data-act="fix-edge" data-above="a" data-below="b"' in html

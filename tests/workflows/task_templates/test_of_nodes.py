"""A step of the editor becomes a task template: what it holds, what is refused, who may."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from spaces.models import Space
from tests.workflows.task_templates.conftest import client_of
from workflows.models import TaskTemplate, Workflow

ADDRESS = "/s/demo/workflows/flow/node-templates/"
NODE: dict[str, Any] = {
    "key": "check",
    "type": "task",
    "title": "Check it",
    "position": [8, 16],
    "prompt": "Check {{ code }} for {{ focus }}.",
    "inputs": [
        {"name": "code", "type": "code", "from": "write.code"},
        {"name": "focus", "type": "text", "ask": True, "default": "faults"},
    ],
    "outputs": [{"name": "findings", "type": "text", "description": "What is wrong"}],
    "confirm": True,
    "tools": ["files"],
}


@pytest.fixture
def workflow(space: Space, builder: User) -> Workflow:
    document = {"aime": 1, "name": "Flow", "nodes": []}
    return Workflow.objects.create(space=space, owner=builder, slug="flow", name="Flow", draft=document)


def post(browser: Client, **body: Any) -> Any:
    given = {"node": NODE, "name": "Check", "description": "", "visibility": "space"} | body
    return browser.post(ADDRESS, json.dumps(given), content_type="application/json")


def test_node_becomes_the_first_version_and_its_card_is_answered(workflow: Workflow, builder_client: Client) -> None:
    answer = post(builder_client, description="Looks for faults.")
    assert answer.status_code == 201
    made = TaskTemplate.objects.get(slug="check")
    assert (made.name, made.description, made.owner.username) == ("Check", "Looks for faults.", "builder")
    held = made.versions.get(number=1).document
    assert held == {
        "prompt": NODE["prompt"],
        "inputs": [{"name": "code", "type": "code", "value": ""}, NODE["inputs"][1]],
        "outputs": NODE["outputs"],
        "tools": ["files"],
    }
    found = answer.json()
    assert found["reference"] == "check@1"
    card = found["card"]
    assert (card["slug"], card["number"], card["newest"], card["personal"]) == ("check", 1, 1, False)
    assert (card["inputs"], card["outputs"]) == (held["inputs"], held["outputs"])


def test_second_of_a_name_gets_a_slug_of_its_own(workflow: Workflow, builder_client: Client) -> None:
    post(builder_client)
    assert post(builder_client).json()["reference"] == "check-2@1"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"name": " "}, "Name: This field is required."),
        ({"name": "x" * 121}, "Name: Ensure this value has at most 120 characters (it has 121)."),
        ({"visibility": "world"}, "Who may see it: "),
        ({"node": NODE | {"prompt": ""}}, "prompt: "),
        ({"node": NODE | {"outputs": [{"name": "a", "type": "tune"}]}}, "outputs[0].type: "),
        ({"node": NODE | {"prompt": "{{ other }}"}}, "prompt: "),
        ({"node": "a step"}, "prompt: "),
        ({"node": None}, "prompt: "),
    ],
)
def test_what_cannot_be_one_is_refused_in_words(
    workflow: Workflow, builder_client: Client, body: dict[str, Any], said: str
) -> None:
    answer = post(builder_client, **body)
    assert answer.status_code == 422
    assert any(line.startswith(said) for line in answer.json()["errors"]), answer.json()
    assert not TaskTemplate.objects.exists()


@pytest.mark.parametrize("body", ["{", "[]", '{"other": 1}'])
def test_body_of_another_form_is_refused(workflow: Workflow, builder_client: Client, body: str) -> None:
    answer = builder_client.post(ADDRESS, body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_who_may_not_edit_makes_none(workflow: Workflow, viewer: User, outsider: User, builder: User) -> None:
    assert post(client_of(viewer)).status_code == 403
    assert post(client_of(outsider)).status_code == 404
    Workflow.objects.update(visibility="personal")
    admin = User.objects.get(username="admin")
    assert post(client_of(admin)).status_code == 404
    assert post(client_of(builder), visibility="personal").status_code == 201
    assert TaskTemplate.objects.get().visibility == "personal"

"""A text that was pasted into the editor: read as a part of a template file, or refused in words."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.factories import make_space, make_workflow
from tests.workflows.texts import EXAMPLE
from workflows.document import parse_yaml, to_json
from workflows.models import Workflow
from workflows.template_file.yaml_events import MAX_BYTES

ADDRESS = "/s/demo/workflows/flow-1/clippings/"
PART = """aime: 1
name: Part
nodes:
  - {key: b, type: task, prompt: "{{ a }}", inputs: [{name: a, type: text, from: a.out}]}
edges: [[a, b]]
"""


@pytest.fixture
def workflow(builder: User, viewer: User) -> Workflow:
    return make_workflow("a → b", space=make_space(builder=builder, viewer=viewer), owner=builder)


def post(client: Client, text: Any) -> Any:
    return client.post(ADDRESS, json.dumps({"text": text}), content_type="application/json")


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("text", [EXAMPLE, EXAMPLE.replace("\n", "\r\n"), "\ufeff" + EXAMPLE])
def test_text_of_a_file_is_answered_as_a_document(workflow: Workflow, builder_client: Client, text: str) -> None:
    answer = post(builder_client, text)
    assert answer.status_code == 200
    assert answer.json() == {"document": to_json(parse_yaml(EXAMPLE))}
    assert Workflow.objects.get().draft_revision == workflow.draft_revision


def test_part_may_refer_to_what_is_not_in_it(workflow: Workflow, builder_client: Client) -> None:
    document = post(builder_client, PART).json()["document"]
    assert document["nodes"][0]["inputs"] == [{"name": "a", "type": "text", "from": "a.out"}]
    assert document["edges"] == [["a", "b"]]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (EXAMPLE.replace("type: task", "type: tusk", 1), "nodes[0].type: tusk is not known here"),
        ("", "The file is empty"),
        ("aime: 1\nnodes: [", "line 3, column 1: This is not YAML"),
        ("just words", "This must be a mapping"),
        ("aime: 1\nname: &a T\nnodes: [*a]", ""),
        (None, "The file is empty"),
        (7, "The file is empty"),
        ("aime: 1 #" + "x" * MAX_BYTES, "The file is larger than 1 MiB"),
    ],
)
def test_other_text_is_refused_in_words(workflow: Workflow, builder_client: Client, text: Any, said: str) -> None:
    answer = post(builder_client, text)
    assert answer.status_code == 422
    lines = answer.json()["errors"]
    assert lines and any(line.startswith(said) for line in lines), lines


def test_who_may_not_edit_reads_nothing(workflow: Workflow, viewer: User, outsider: User, builder: User) -> None:
    assert post(client_of(viewer), EXAMPLE).status_code == 403
    assert post(client_of(outsider), EXAMPLE).status_code == 404
    body = json.dumps({"text": EXAMPLE, "more": 1})
    assert client_of(builder).post(ADDRESS, body, content_type="application/json").status_code == 400

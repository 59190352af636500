"""The draft as JSON: saving by revision, conflicts, what is refused and how it is said, copies."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from tests.factories import document_of, make_space, make_workflow
from workflows.models import Workflow

ADDRESS = "/s/demo/workflows/flow-1/draft/"
COPIES = "/s/demo/workflows/flow-1/copies/"


def post(client: Client, body: Any, address: str = ADDRESS) -> Any:
    """Send JSON."""
    text = body if isinstance(body, str | bytes) else json.dumps(body)
    return client.post(address, text, content_type="application/json")


@pytest.fixture
def workflow(builder: User, viewer: User) -> Workflow:
    return make_workflow("a → b", space=make_space(builder=builder, viewer=viewer), owner=builder)


@pytest.fixture
def viewer_client(viewer: User) -> Client:
    client = Client()
    client.force_login(viewer)
    return client


def changed(workflow: Workflow, **fields: Any) -> dict[str, Any]:
    """Return the draft with another name."""
    return workflow.draft | {"name": "Changed"} | fields


def test_saving_makes_a_revision_and_says_what_is_wrong(workflow: Workflow, builder_client: Client) -> None:
    document = changed(workflow)
    document["nodes"][1]["prompt"] = "Use {{ nothing }}."
    answer = post(builder_client, {"base_revision": 1, "document": document})
    assert answer.status_code == 200
    said = answer.json()
    assert said["revision"] == 2
    assert said["has_changes"] is True
    assert said["saved_by"] == {"username": "builder", "name": "builder"}
    assert [(p["key"], p["field"], p["severity"]) for p in said["problems"]] == [("b", ["prompt"], "error")]
    workflow.refresh_from_db()
    assert workflow.name == workflow.draft["name"] == "Changed"


def test_saving_what_is_live_is_no_change(workflow: Workflow, builder_client: Client) -> None:
    answer = post(builder_client, {"base_revision": 1, "document": workflow.draft})
    assert answer.json()["has_changes"] is False
    assert answer.json()["live"] == 1


def test_draft_is_read_by_those_who_see_the_template(
    workflow: Workflow, builder_client: Client, viewer_client: Client
) -> None:
    post(builder_client, {"base_revision": 1, "document": changed(workflow)})
    said = viewer_client.get(ADDRESS).json()
    assert said["revision"] == 2
    assert said["document"]["name"] == "Changed"
    assert said["saved_at"].endswith("Z")


def test_second_of_two_editors_gets_the_newer_draft(workflow: Workflow, builder_client: Client) -> None:
    post(builder_client, {"base_revision": 1, "document": changed(workflow)})
    late = post(builder_client, {"base_revision": 1, "document": changed(workflow, name="Late")})
    assert late.status_code == 409
    said = late.json()
    assert (said["revision"], said["document"]["name"]) == (2, "Changed")
    assert said["saved_by"]["username"] == "builder"
    workflow.refresh_from_db()
    assert (workflow.draft_revision, workflow.name) == (2, "Changed")


@pytest.mark.parametrize(
    ("document", "path", "key", "field"),
    [
        ({"aime": 1, "nodes": []}, "name", None, ["name"]),
        ({"aime": 1, "name": "x", "colour": "red"}, "colour", None, ["colour"]),
        ({"aime": 1, "name": "x", "nodes": [{"key": "a", "type": "tusk"}]}, "nodes[0].type", "a", ["type"]),
        (
            {"aime": 1, "name": "x", "nodes": [{"key": "a", "type": "task", "inputs": [{"name": "i", "type": "t"}]}]},
            "nodes[0].inputs[0].type",
            "a",
            ["inputs", 0, "type"],
        ),
        ({"aime": 1, "name": "x", "nodes": [{"type": "task"}]}, "nodes[0].key", None, ["key"]),
        ({"aime": 1, "name": "x", "nodes": "many"}, "nodes", None, ["nodes"]),
        ("text", "", None, []),
        (None, "", None, []),
    ],
)
def test_wrong_shape_is_refused_with_its_place(
    workflow: Workflow, builder_client: Client, document: Any, path: str, key: str | None, field: list[Any]
) -> None:
    answer = post(builder_client, {"base_revision": 1, "document": document})
    assert answer.status_code == 422
    places = {problem["path"]: (problem["key"], problem["field"]) for problem in answer.json()["problems"]}
    assert places[path] == (key, field)
    workflow.refresh_from_db()
    assert workflow.draft_revision == 1


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        b"\xff",
        "[]",
        "[" * 100_000,
        '{"document": {}}',
        '{"base_revision": "1", "document": {}}',
        '{"base_revision": true, "document": {}}',
        '{"base_revision": 1, "document": {}, "force": true}',
    ],
)
def test_what_is_no_request_is_refused(workflow: Workflow, builder_client: Client, body: Any) -> None:
    answer = post(builder_client, body)
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_text_that_no_database_holds_is_refused(workflow: Workflow, builder_client: Client) -> None:
    for name in ("a\u0000b", "\ud800"):
        answer = post(builder_client, {"base_revision": 1, "document": changed(workflow, name=name)})
        assert answer.status_code == 422


def test_too_large_is_refused_before_it_is_read(workflow: Workflow, builder_client: Client) -> None:
    body = {"base_revision": 1, "document": changed(workflow, description="x" * (2 * 1024 * 1024))}
    answer = post(builder_client, body)
    assert answer.status_code == 413
    assert "2 MiB" in answer.json()["error"]


def test_thousand_nodes_are_saved_and_one_more_is_refused(workflow: Workflow, builder_client: Client) -> None:
    nodes = [{"key": f"n{number}", "type": "task"} for number in range(1001)]
    source = {"aime": 1, "name": "Large", "nodes": nodes[:1000]}
    assert post(builder_client, {"base_revision": 1, "document": source}).status_code == 200
    answer = post(builder_client, {"base_revision": 2, "document": source | {"nodes": nodes}})
    assert answer.status_code == 422
    assert [problem["path"] for problem in answer.json()["problems"]] == ["nodes"]
    assert "1000" in answer.json()["problems"][0]["message"]


def test_viewers_and_outsiders_save_nothing(workflow: Workflow, viewer_client: Client, outsider: User) -> None:
    body = {"base_revision": 1, "document": changed(workflow)}
    refused = post(viewer_client, body)
    assert refused.status_code == 403
    assert refused.json()["error"]
    stranger = Client()
    stranger.force_login(outsider)
    assert post(stranger, body).status_code == 404
    assert post(Client(), body).status_code == 302
    workflow.refresh_from_db()
    assert workflow.draft_revision == 1


def test_archived_is_not_saved(workflow: Workflow, builder_client: Client) -> None:
    Workflow.objects.update(archived_at=timezone.now())
    answer = post(builder_client, {"base_revision": 1, "document": changed(workflow)})
    assert answer.status_code == 403
    assert "archived" in answer.json()["error"]


def test_visibility_is_the_owners_to_change(admin: User, builder: User, builder_client: Client) -> None:
    workflow = make_workflow("a", space=make_space(admin=admin, builder=builder), owner=admin)
    document = changed(workflow, visibility="personal")
    answer = post(builder_client, {"base_revision": 1, "document": document})
    assert answer.status_code == 403
    assert "owner" in answer.json()["error"]


def test_personal_template_of_somebody_else_is_not_there(admin: User, builder: User, builder_client: Client) -> None:
    make_workflow("a", space=make_space(admin=admin, builder=builder), owner=admin, visibility="personal")
    body = {"base_revision": 1, "document": document_of("a")}
    for address in (ADDRESS, COPIES):
        assert post(builder_client, body, address).status_code == 404


def test_forged_request_is_refused(workflow: Workflow, builder: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(builder)
    assert post(client, {"base_revision": 1, "document": changed(workflow)}).status_code == 403
    workflow.refresh_from_db()
    assert workflow.draft_revision == 1


def test_copy_becomes_a_template_of_its_own(workflow: Workflow, builder: User, builder_client: Client) -> None:
    answer = post(builder_client, {"document": changed(workflow, name="名" * 120)}, COPIES)
    assert answer.status_code == 201
    made = Workflow.objects.exclude(pk=workflow.pk).get()
    assert answer.json()["address"] == f"/s/demo/workflows/{made.slug}/"
    assert (made.owner, made.draft["nodes"]) == (builder, workflow.draft["nodes"])
    assert made.name.endswith("(copy)")
    workflow.refresh_from_db()
    assert workflow.draft_revision == 1


def test_copy_is_for_builders_and_for_documents(
    workflow: Workflow, builder_client: Client, viewer_client: Client
) -> None:
    assert post(viewer_client, {"document": workflow.draft}, COPIES).status_code == 403
    assert post(builder_client, {"document": {"aime": 1}}, COPIES).status_code == 422
    assert post(builder_client, "{", COPIES).status_code == 400
    assert Workflow.objects.count() == 1


def test_copy_of_an_archived_template_saves_what_was_typed(workflow: Workflow, builder_client: Client) -> None:
    Workflow.objects.update(archived_at=timezone.now())
    assert post(builder_client, {"document": changed(workflow)}, COPIES).status_code == 201

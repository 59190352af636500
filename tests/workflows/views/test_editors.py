"""The editor page: who sees it, who may edit, and what it hands to the browser's code."""

import json
import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from tests.factories import make_space, make_workflow
from workflows.models import Workflow

ADDRESS = "/s/demo/workflows/flow-1/"


def data(html: str, name: str) -> Any:
    """Read a JSON script of a page."""
    found = re.search(rf'<script id="{name}" type="application/json">(.*?)</script>', html, re.DOTALL)
    assert found, f"no {name} in the page"
    return json.loads(found[1])


def test_new_workflow_opens_in_the_editor(builder: User, builder_client: Client) -> None:
    make_space(builder=builder)
    answer = builder_client.post("/s/demo/workflows/")
    workflow = Workflow.objects.get()
    assert answer.headers["Location"] == f"/s/demo/workflows/{workflow.slug}/"
    html = builder_client.get(answer.headers["Location"]).content.decode()
    assert data(html, "draft")["document"] == {"aime": 1, "name": "Untitled workflow", "nodes": []}
    assert data(html, "draft")["live"] is None


def test_every_node_of_the_page_has_a_place(builder: User, builder_client: Client) -> None:
    make_workflow("a → b", space=make_space(builder=builder), owner=builder)
    nodes = data(builder_client.get(ADDRESS).content.decode(), "draft")["document"]["nodes"]
    assert [len(node["position"]) for node in nodes] == [2, 2]
    assert nodes[0]["position"][0] < nodes[1]["position"][0]


def test_catalogue_has_kinds_and_people(builder: User, builder_client: Client) -> None:
    make_workflow(space=make_space(builder=builder), owner=builder)
    known = data(builder_client.get(ADDRESS).content.decode(), "catalogue")
    assert known["types"]["task"]["starter"] is not None
    assert known["types"]["trigger.schedule"]["fixed_outputs"][0]["name"] == "time"
    assert known["members"] == [{"username": "builder", "name": "builder"}]
    assert known["texts"]["save.saved"] == "Saved"


def test_text_of_a_document_cannot_end_its_script(builder: User, builder_client: Client) -> None:
    source = {"aime": 1, "name": "</script><b>", "nodes": [{"key": "a", "type": "task", "prompt": "<!-- </script>"}]}
    make_workflow(source, space=make_space(builder=builder), owner=builder)
    html = builder_client.get(ADDRESS).content.decode()
    assert "</script><b>" not in html
    assert data(html, "draft")["document"]["name"] == "</script><b>"


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), (None, 404)])
def test_making_is_for_builders(viewer: User, role: str | None, status: int) -> None:
    make_space(**({role: viewer} if role else {}))  # type: ignore[arg-type]
    client = Client()
    client.force_login(viewer)
    assert client.post("/s/demo/workflows/").status_code == status
    assert not Workflow.objects.exists()


def test_viewers_read_only(builder: User, viewer: User) -> None:
    make_workflow(space=make_space(builder=builder, viewer=viewer), owner=builder)
    client = Client()
    client.force_login(viewer)
    html = client.get(ADDRESS).content.decode()
    assert "data-readonly" in html
    assert "<node-palette" not in html
    assert "Builders of the space change it" in html


def test_archived_is_read_only(builder: User, builder_client: Client) -> None:
    workflow = make_workflow(space=make_space(builder=builder), owner=builder)
    Workflow.objects.update(archived_at=timezone.now())
    html = builder_client.get(f"/s/demo/workflows/{workflow.slug}/").content.decode()
    assert "data-readonly" in html
    assert "archived" in html


@pytest.mark.parametrize("address", [ADDRESS, f"{ADDRESS}versions/1/", f"{ADDRESS}draft/"])
def test_personal_template_does_not_exist_for_others(admin: User, builder: User, address: str) -> None:
    space = make_space(admin=admin, builder=builder)
    make_workflow(space=space, owner=admin, visibility="personal")
    client = Client()
    client.force_login(builder)
    assert client.get(address).status_code == 404


def test_version_is_shown_as_it_was(builder: User, builder_client: Client) -> None:
    workflow = make_workflow("a → b", space=make_space(builder=builder), owner=builder)
    workflow.draft["nodes"][0]["title"] = "Changed since"
    workflow.draft_revision = 2
    workflow.save()
    html = builder_client.get(f"{ADDRESS}versions/1/").content.decode()
    assert "Version 1, read only" in html
    assert data(html, "draft")["document"]["nodes"][0]["title"] == "A"
    assert builder_client.get(f"{ADDRESS}versions/2/").status_code == 404


def test_page_takes_few_queries(builder: User, builder_client: Client, django_assert_max_num_queries: Any) -> None:
    make_workflow(space=make_space(builder=builder), owner=builder)
    with django_assert_max_num_queries(14):
        builder_client.get(ADDRESS)

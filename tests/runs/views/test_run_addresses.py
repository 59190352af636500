"""What addresses of a run lead to: its canvas, a part of the page, an artifact, the runs before and after it."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from runs.models import Artifact, NodeRun, Run
from runs.uploads import Upload
from spaces.models import Space
from tests.factories import make_run, make_workflow
from tests.runs.turns import answer
from workflows.models import Visibility, Workflow

Browser = Callable[[str], Client]


def data_of(html: str, name: str) -> Any:
    """Read a JSON script of a page."""
    found = re.search(rf'<script id="{name}" type="application/json">(.*?)</script>', html)
    assert found, f"no {name}"
    return json.loads(found[1])


def test_canvas_has_the_nodes_of_the_version_that_runs(page: str, workflow: Workflow, as_: Browser) -> None:
    workflow.draft = {"aime": 1, "name": "changed", "nodes": []}
    workflow.save(update_fields=["draft"])
    html = as_("viewer").get(page).content.decode()
    document = data_of(html, "run-document")
    assert [(node["key"], node["title"]) for node in document["nodes"]] == [("a", "Analyse"), ("b", "Build")]
    assert document["edges"] == [["a", "b"]]
    assert [output["name"] for output in document["nodes"][0]["outputs"]] == ["analysis", "summary"]
    assert all(len(node["position"]) == 2 for node in document["nodes"])
    assert set(data_of(html, "catalogue")["types"]) == {"task"}


def test_canvas_has_no_prompts(page: str, as_: Browser) -> None:
    assert "prompt" not in json.dumps(data_of(as_("viewer").get(page).content.decode(), "run-document"))


def test_list_says_what_the_cards_show(page: str, as_: Browser) -> None:
    html = as_("builder").get(page).content.decode()
    assert 'id="node-a" data-key="a" data-status="waiting" data-word="Waiting for you"' in html
    assert 'id="node-b" data-key="b" data-status="pending" data-word="Not reached"' in html


def test_list_says_what_is_stale(waiting: Run, page: str, as_: Browser) -> None:
    client = as_("builder")
    seen = re.search(r'name="outputs" value="(\w+)"', client.get(page).content.decode())
    assert seen
    client.post(f"{page}nodes/a/confirmations/", {"version": 1, "outputs": seen[1]})
    node = NodeRun.objects.get(run=waiting, key="b")
    node.inputs = {
        "x": {"type": "text", "value": "", "source": "a.summary", "source_version": 1, "sha256": "0" * 64},
    }
    node.save(update_fields=["inputs"])
    item = re.search(r'<li class="node-list__item" id="node-b"[^>]*>', client.get(page).content.decode())
    assert item
    assert "data-stale" in item[0]


@pytest.mark.parametrize(
    ("tab", "shown"), [("chat", "chat"), ("outputs", "outputs"), ("canvas", "canvas"), ("<b>", "chat"), ("", "chat")]
)
def test_address_names_the_part_of_the_page(page: str, as_: Browser, tab: str, shown: str) -> None:
    html = as_("builder").get(page, {"tab": tab}).content.decode()
    assert f'data-tab="{shown}"' in html
    assert html.count('aria-current="page"') >= 1


def test_address_of_an_artifact_opens_it_in_the_node_that_made_it(waiting: Run, page: str, as_: Browser) -> None:
    artifact = Artifact.objects.get(node_run__run=waiting)
    html = as_("viewer").get(page, {"artifact": artifact.public_id}).content.decode()
    assert f'data-artifact="{page}artifacts/{artifact.public_id}/"' in html
    assert 'data-node="a" data-version="1"' in html
    assert "data-follow" not in html


def test_artifact_of_another_run_or_of_none_does_not_exist_here(
    waiting: Run, workflow: Workflow, page: str, as_: Browser
) -> None:
    other = make_run(workflow)
    client = as_("builder")
    artifact = Artifact.objects.get(node_run__run=waiting)
    assert client.get(f"/s/demo/runs/{other.public_id}/", {"artifact": artifact.public_id}).status_code == 404
    assert client.get(page, {"artifact": "nothing"}).status_code == 404


def test_runs_of_the_template_before_and_after_are_linked(
    workflow: Workflow, space: Space, builder: User, as_: Browser
) -> None:
    first, second, third = (make_run(workflow) for _ in range(3))
    make_run(make_workflow("x", space=space, owner=builder))
    client = as_("viewer")
    pages = [client.get(f"/s/demo/runs/{run.public_id}/").content.decode() for run in (first, second, third)]
    assert "Previous run" not in pages[0]
    assert f'href="/s/demo/runs/{first.public_id}/" aria-label="Previous run of this template"' in pages[1]
    assert f'href="/s/demo/runs/{third.public_id}/" aria-label="Next run of this template"' in pages[1]
    assert f"before={first.public_id}&amp;after={second.public_id}" in pages[1]
    assert "Next run" not in pages[2]


def test_personal_runs_of_others_are_no_neighbours(workflow: Workflow, builder: User, as_: Browser) -> None:
    first, hidden, last = (make_run(workflow) for _ in range(3))
    Run.objects.filter(pk=hidden.pk).update(visibility=Visibility.PERSONAL)
    address = f"/s/demo/runs/{last.public_id}/"
    assert hidden.public_id in as_("builder").get(address).content.decode()
    html = as_("viewer").get(address).content.decode()
    assert hidden.public_id not in html
    assert f'href="/s/demo/runs/{first.public_id}/" aria-label="Previous run' in html


def test_a_followed_node_can_be_pinned_and_a_pinned_one_followed(page: str, as_: Browser) -> None:
    client = as_("viewer")
    followed, pinned = client.get(page).content.decode(), client.get(f"{page}?node=a").content.decode()
    assert 'hx-push-url="?node=a" title="The page follows the run' in followed
    assert "Follow the run" not in followed
    assert "Follow the run" in pinned


def test_an_artifact_that_was_revised_leads_to_its_version(run: Run, as_: Browser) -> None:
    answer(run, "a", outputs={"analysis": Upload("analysis.md", b"# One"), "summary": "One."})
    client, page = as_("builder"), f"/s/demo/runs/{run.public_id}/"
    client.post(f"{page}nodes/a/restarts/", {"version": 1})
    artifact = Artifact.objects.get(node_run__run=run, node_run__number=1)
    html = client.get(page, {"artifact": artifact.public_id}).content.decode()
    assert 'data-node="a" data-version="1"' in html
    assert "Version 2 is current" in html

"""Task templates in the editor: the catalogue in the page, the inspector's panel, the draft's problems, files."""

import json
import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from spaces.models import Space
from tests.workflows.task_templates.conftest import draft_using, make_task_template, save
from workflows.actions import import_document, publish
from workflows.document import parse_yaml, to_yaml
from workflows.models import TaskTemplate, Workflow
from workflows.queries import draft_of, problems_of


@pytest.fixture
def workflow(review: TaskTemplate, space: Space, builder: User) -> Workflow:
    return draft_using(space, builder, "review@1")


def address(workflow: Workflow, rest: str = "") -> str:
    return f"/s/demo/workflows/{workflow.slug}/{rest}"


def panel(browser: Client, workflow: Workflow, **node: Any) -> str:
    document = workflow.draft | {"nodes": [workflow.draft["nodes"][0] | node]}
    answer = browser.post(address(workflow, "panels/check/"), {"document": json.dumps(document)})
    assert answer.status_code == 200
    return answer.content.decode()


def test_catalogue_of_the_page_has_the_pinned_and_the_newest_version(
    workflow: Workflow, review: TaskTemplate, builder: User, builder_client: Client
) -> None:
    save(review, builder, prompt="{{ code }} {{ focus }} !")
    html = builder_client.get(address(workflow)).content.decode()
    found = re.search(r'<script id="catalogue" type="application/json">(.*?)</script>', html, re.DOTALL)
    assert found
    assert set(json.loads(found[1])["task_templates"]) == {"review@1", "review@2"}


def test_panel_offers_the_newer_version_with_what_it_changes(
    workflow: Workflow, review: TaskTemplate, builder: User, builder_client: Client
) -> None:
    assert "A newer version is available" not in panel(builder_client, workflow)
    save(review, builder, note="Sharper", prompt="{{ code }} {{ focus }} !")
    html = panel(builder_client, workflow)
    assert "A newer version is available: v2." in html
    found = re.search(r'data-load="([^"]+)"', html)
    assert found
    change = builder_client.get(found[1].replace("&amp;", "&")).content.decode()
    assert "Sharper" in change
    assert '{{ code }} {{ focus }}<mark class="diff__mark"> !</mark>' in change
    assert "A newer version is available" not in panel(builder_client, workflow, task_template="review@2")


def test_panel_of_a_prompt_leads_to_saving_it_as_a_task_template(workflow: Workflow, builder_client: Client) -> None:
    link = f"/s/demo/task-templates/new/?from={workflow.slug}&amp;node=check"
    assert link not in panel(builder_client, workflow)
    workflow.draft["nodes"][0] = {"key": "check", "type": "task", "title": "Check", "prompt": "Look at it."}
    workflow.save(update_fields=["draft"])
    assert link in panel(builder_client, workflow)
    assert "Look at it." in builder_client.get(link.replace("&amp;", "&")).content.decode()


def test_draft_says_what_is_wrong_with_its_task_template(workflow: Workflow, builder_client: Client) -> None:
    document = workflow.draft | {"nodes": [workflow.draft["nodes"][0] | {"task_template": "revew@1"}]}
    answer = builder_client.post(
        address(workflow, "draft/"),
        json.dumps({"base_revision": workflow.draft_revision, "document": document}),
        content_type="application/json",
    )
    assert answer.status_code == 200
    (problem,) = answer.json()["problems"]
    assert (problem["path"], problem["severity"], problem["suggestion"]) == (
        "nodes[0].task_template",
        "error",
        "did you mean review?",
    )


def test_file_with_a_task_template_comes_back_as_it_went(
    workflow: Workflow, space: Space, builder: User, admin: User
) -> None:
    text = to_yaml(draft_of(workflow))
    assert "task_template: review@1\n" in text
    assert to_yaml(parse_yaml(text)) == text
    other = Space.objects.create(slug="other", name="Other")
    other.memberships.create(user=builder, role="builder")
    imported = import_document(space=other, by=builder, document=parse_yaml(text))
    assert [problem.path for problem in problems_of(imported)] == ["nodes[0].task_template"]
    make_task_template(other, builder)
    assert problems_of(imported) == []
    assert publish(workflow=imported, by=builder).document["nodes"][0]["task_template"] == "review@1"

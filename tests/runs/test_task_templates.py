"""Runs of workflows whose nodes use task templates: a published version keeps the task that it pinned."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from runs.actions.nodes import restart
from runs.actions.runs import start_run
from runs.errors import InvalidInputs
from runs.graphs import tries_of, version_graph
from runs.models import Message, NodeRun, Run
from spaces.models import Space
from tests.factories import make_space
from tests.runs.turns import answer
from tests.workflows.task_templates.conftest import make_task_template, save
from workflows.actions import create_workflow, publish
from workflows.document import from_json
from workflows.models import TaskTemplate, Workflow

WRITE = {"key": "write", "type": "task", "title": "Write", "prompt": "Write it.", "tools": ["files"],
         "outputs": [{"name": "code", "type": "text", "description": "The code"}]}  # fmt: skip
CHECK = {"key": "check", "type": "task", "title": "Check", "task_template": "review",
         "inputs": [{"name": "code", "type": "text", "from": "write.code"}]}  # fmt: skip
LAST = {"key": "last", "type": "task", "title": "Mend", "prompt": "Mend {{ findings }}",
        "inputs": [{"name": "findings", "type": "text", "from": "check.findings"}]}  # fmt: skip
SOURCE = {"aime": 1, "name": "Checked", "nodes": [WRITE, CHECK, LAST], "edges": [["write", "check"], ["check", "last"]]}


@pytest.fixture
def space(admin: User, builder: User) -> Space:
    return make_space(admin=admin, builder=builder)


@pytest.fixture
def review(space: Space, builder: User) -> TaskTemplate:
    return make_task_template(space, builder, limits={"seconds": 60}, retry={"attempts": 5})


@pytest.fixture
def workflow(review: TaskTemplate, space: Space, builder: User) -> Workflow:
    made = create_workflow(space=space, by=builder, document=from_json(SOURCE))
    publish(workflow=made, by=builder)
    made.refresh_from_db()
    return made


def begin(workflow: Workflow, **inputs: Any) -> Run:
    workflow.refresh_from_db()
    assert workflow.live_version is not None
    return start_run(version=workflow.live_version, by=workflow.owner, inputs=inputs)


def told(run: Run, key: str = "check") -> str:
    """Give the first message of the latest version of a node."""
    node = NodeRun.objects.get(run=run, key=key, is_latest=True)
    return Message.objects.filter(node_run=node).earliest("ordinal").text


def test_node_is_told_what_its_task_template_says_with_its_own_bindings(workflow: Workflow) -> None:
    run = begin(workflow, focus="speed")
    answer(run, "write", outputs={"code": "x = 1"})
    message = told(run)
    assert message.startswith("Review \n<input-")
    assert "x = 1" in message
    assert "for speed." in message
    node = NodeRun.objects.get(run=run, key="check", is_latest=True)
    assert {name: entry["source"] for name, entry in node.inputs.items()} == {"code": "write.code", "focus": None}


def test_outputs_limits_and_retry_are_those_of_the_version(workflow: Workflow) -> None:
    assert workflow.live_version_id is not None
    spec = version_graph(workflow.live_version_id).specs["check"]
    config: Any = spec.config
    assert [output.name for output in spec.outputs] == ["findings"]
    assert (config.limits.seconds, tries_of(spec), config.task_template) == (60, 5, "review@1")
    run = begin(workflow)
    answer(run, "write", outputs={"code": "x = 1"})
    answer(run, "check", outputs={"findings": "one fault"})
    assert "one fault" in told(run, "last")


def test_running_and_later_runs_keep_the_pinned_version(
    workflow: Workflow, review: TaskTemplate, builder: User
) -> None:
    run = begin(workflow)
    save(review, builder, prompt="Newer: {{ code }} {{ focus }}", outputs=[])
    answer(run, "write", outputs={"code": "x = 1"})
    assert told(run).startswith("Review ")
    answer(run, "check", outputs={"findings": "one fault"})
    restart(node_run=NodeRun.objects.get(run=run, key="check", is_latest=True), by=builder)
    assert NodeRun.objects.get(run=run, key="check", is_latest=True).number == 2
    assert told(run).startswith("Review ")
    version_graph.cache_clear()  # as in another process
    again = begin(workflow)
    answer(again, "write", outputs={"code": "x = 1"})
    assert told(again).startswith("Review ")


def test_publishing_again_takes_the_newer_version_and_leaves_the_old_run(
    workflow: Workflow, review: TaskTemplate, builder: User
) -> None:
    old = begin(workflow)
    save(review, builder, prompt="Newer: {{ code }} {{ focus }}")
    publish(workflow=workflow, by=builder)
    new = begin(workflow)
    for run in (old, new):
        answer(run, "write", outputs={"code": "x = 1"})
    assert told(old).startswith("Review ")
    assert told(new).startswith("Newer: ")


def test_pin_is_found_though_the_template_became_personal_and_archived(
    workflow: Workflow, review: TaskTemplate, admin: User
) -> None:
    TaskTemplate.objects.filter(pk=review.pk).update(
        visibility="personal", owner=admin, archived_at="2026-01-01T00:00Z"
    )
    version_graph.cache_clear()
    run = begin(workflow)
    answer(run, "write", outputs={"code": "x = 1"})
    assert told(run).startswith("Review ")


def test_start_form_asks_for_the_inputs_of_the_task_template(
    workflow: Workflow, review: TaskTemplate, builder: User, builder_client: Client
) -> None:
    html = builder_client.get(f"/s/demo/workflows/{workflow.slug}/start/").content.decode()
    assert 'name="focus"' in html
    assert "faults" in html
    assert 'name="code"' not in html
    with pytest.raises(InvalidInputs):
        begin(workflow, code="x")
    focus = {"name": "focus", "type": "text", "ask": True, "label": "What to look for"}
    save(review, builder, inputs=[{"name": "code", "type": "text", "value": ""}, focus])
    publish(workflow=workflow, by=builder)
    assert "What to look for" in builder_client.get(f"/s/demo/workflows/{workflow.slug}/start/").content.decode()

"""A node that uses a task template: what the version brings, and what the node may still give."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from spaces.models import Space
from tests.factories import make_space, make_workflow
from tests.workflows.task_templates.conftest import make_task_template, save
from workflows.models import Workflow
from workflows.panels.panel import Panel, Viewer, node_panel


@pytest.fixture
def space(builder: User, viewer: User) -> Space:
    return make_space(builder=builder, viewer=viewer)


@pytest.fixture
def workflow(space: Space, builder: User) -> Workflow:
    return make_workflow("a", space=space, owner=builder, slug="flow")


def panel_of(workflow: Workflow, user: User, **node: Any) -> Panel:
    document = {"aime": 1, "name": "T", "nodes": [{"key": "a", "type": "task", **node}]}
    return node_panel(document, "a", Viewer(user, workflow))


def test_version_brings_prompt_and_outputs(workflow: Workflow, space: Space, builder: User) -> None:
    make_task_template(space, builder)
    shown = panel_of(workflow, builder, task_template="review@1")
    assert shown.template is not None
    assert (shown.template.is_found, shown.template.name, shown.template.number) == (True, "Review", 1)
    assert "{{" in shown.template.prompt
    assert shown.outputs == ()
    assert shown.fixed_outputs
    assert all(row.is_given and row.index == -1 for row in shown.inputs)


def test_input_that_the_node_binds_is_the_node_s(workflow: Workflow, space: Space, builder: User) -> None:
    make_task_template(space, builder)
    name = panel_of(workflow, builder, task_template="review@1").inputs[0].spec.name
    kind = panel_of(workflow, builder, task_template="review@1").inputs[0].spec.type
    bound = [{"name": name, "type": kind, "ask": True}]
    shown = panel_of(workflow, builder, task_template="review@1", inputs=bound)
    assert (shown.inputs[0].index, shown.inputs[0].is_given, shown.inputs[0].spec.kind) == (0, True, "ask")


def test_newer_version_is_offered(workflow: Workflow, space: Space, builder: User) -> None:
    template = make_task_template(space, builder)
    assert panel_of(workflow, builder, task_template="review@1").template.newest == ""  # type: ignore[union-attr]
    save(template, builder, prompt="Look again at {{ code }}.")
    use = panel_of(workflow, builder, task_template="review@1").template
    assert use is not None
    assert (use.newest, use.newest_number, use.number) == ("review@2", 2, 1)
    assert [choice.reference for choice in use.choices] == ["review@2"]


def test_reference_that_leads_nowhere_stays_a_node_of_its_own(workflow: Workflow, builder: User) -> None:
    use = panel_of(workflow, builder, task_template="gone@3").template
    assert use is not None
    assert (use.is_found, use.reference) == (False, "gone@3")


def test_personal_task_template_of_another_is_not_offered(
    workflow: Workflow, space: Space, builder: User, viewer: User
) -> None:
    make_task_template(space, builder, visibility="personal")
    assert panel_of(workflow, viewer).template.choices == ()  # type: ignore[union-attr]
    assert len(panel_of(workflow, builder).template.choices) == 1  # type: ignore[union-attr]


def test_personal_task_template_of_another_is_not_told_by_a_made_up_document(
    workflow: Workflow, space: Space, builder: User, viewer: User
) -> None:
    make_task_template(space, builder, visibility="personal")
    nodes = [{"key": "up", "type": "task", "task_template": "review@1"}, {"key": "a", "type": "task", "prompt": "x"}]
    document = {"aime": 1, "name": "T", "visibility": "personal", "nodes": nodes, "edges": [["up", "a"]]}
    shown = node_panel(document, "up", Viewer(viewer, workflow))
    assert (shown.inputs, shown.fixed_outputs) == ((), ())
    assert node_panel(document, "a", Viewer(viewer, workflow)).sources == ()
    assert node_panel(document, "a", Viewer(builder, workflow)).sources != ()

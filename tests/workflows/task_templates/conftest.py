"""The space and the task template that the tests of this folder begin with."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from spaces.models import Space
from tests.factories import make_space
from workflows.models import TaskTemplate, Workflow
from workflows.task_templates import actions
from workflows.task_templates.content import read_content

CONTENT: dict[str, Any] = {
    "prompt": "Review {{ code }} for {{ focus }}.",
    "inputs": [
        {"name": "code", "type": "text", "value": ""},
        {"name": "focus", "type": "text", "ask": True, "default": "faults"},
    ],
    "outputs": [{"name": "findings", "type": "text", "description": "What is wrong"}],
}


@pytest.fixture
def space(admin: User, builder: User, viewer: User) -> Space:
    return make_space(admin=admin, builder=builder, viewer=viewer)


@pytest.fixture
def review(space: Space, builder: User) -> TaskTemplate:
    """A task template of the builder's, with one version."""
    return make_task_template(space, builder)


def make_task_template(
    space: Space, owner: User, name: str = "Review", *, visibility: str = "space", **content: Any
) -> TaskTemplate:
    """Make a task template through the real action."""
    node, problems = read_content(CONTENT | content)
    assert not problems
    words = actions.Words(name, "Looks for faults.")
    return actions.create_task_template(space=space, by=owner, words=words, content=node, visibility=visibility)


def save(template: TaskTemplate, by: User, *, note: str = "", **content: Any) -> Any:
    """Save what the template holds, changed, as its next version."""
    template.refresh_from_db()
    newest = template.versions.get(number=template.newest).document
    node, problems = read_content(newest | content)
    assert not problems
    words = actions.Words(template.name, template.description, note)
    version = actions.save_task_template(template=template, by=by, words=words, content=node, base=template.newest)
    template.refresh_from_db()
    return version


def draft_using(space: Space, owner: User, reference: str, *, visibility: str = "space") -> Workflow:
    """Make a workflow whose draft has one node that uses a task template."""
    node = {"key": "check", "type": "task", "title": "Check", "task_template": reference,
            "inputs": [{"name": "code", "type": "text", "value": "x = 1"}]}  # fmt: skip
    count = Workflow.objects.count()
    return Workflow.objects.create(
        space=space, owner=owner, slug=f"uses-{count}", name=f"Uses {count}", visibility=visibility,
        draft={"aime": 1, "name": f"Uses {count}", "visibility": visibility, "nodes": [node]},
    )  # fmt: skip


def client_of(user: User) -> Client:
    """Give the browser of a person."""
    client = Client()
    client.force_login(user)
    return client

"""Publishing what names a task template while somebody takes the template away, on two connections."""

from functools import partial
from typing import Any

import pytest
from django.contrib.auth.models import User

from spaces.models import Space
from tests.support.held import while_held
from tests.workflows.task_templates.conftest import draft_using
from workflows.actions import publish
from workflows.errors import PublishRefused, TaskTemplateUsed
from workflows.models import TaskTemplate, WorkflowVersion
from workflows.task_templates.actions import delete_task_template, show_task_template

pytestmark = pytest.mark.django_db(transaction=True)


def publish_new(space: Space, owner: User) -> WorkflowVersion:
    """Make a draft that uses the task template, and publish it."""
    return publish(workflow=draft_using(space, owner, "review"), by=owner)


def test_what_is_published_while_its_task_template_is_deleted_is_refused(
    review: TaskTemplate, space: Space, builder: User
) -> None:
    deleting = partial(delete_task_template, template=review, by=builder)
    _none, refusal = while_held(deleting, partial(publish_new, space, builder))
    assert isinstance(refusal, PublishRefused)
    assert [problem.path for problem in refusal.problems] == ["nodes[0].task_template"]
    assert not WorkflowVersion.objects.exists()
    assert not TaskTemplate.objects.exists()


@pytest.mark.parametrize("act", [delete_task_template, partial(show_task_template, visibility="personal")])
def test_task_template_stays_while_what_uses_it_is_published(
    act: Any, review: TaskTemplate, space: Space, builder: User
) -> None:
    version, refusal = while_held(partial(publish_new, space, builder), partial(act, template=review, by=builder))
    assert isinstance(refusal, TaskTemplateUsed)
    assert version.document["nodes"][0]["task_template"] == "review@1"
    assert TaskTemplate.objects.get().visibility == "space"

"""Starting a run while its template is deleted, on two connections."""

from functools import partial

import pytest
from django.contrib.auth.models import User
from django.test import Client

from runs.errors import ActRefused
from runs.models import Run
from spaces.models import Space
from tests.factories import make_run, make_workflow
from tests.support.held import while_held
from workflows.actions import delete_workflow
from workflows.models import Workflow, WorkflowVersion

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def workflow(engine_space: Space, builder: User) -> Workflow:
    return make_workflow("a", space=engine_space, owner=builder, node_type="noop")


def test_run_that_starts_while_its_template_is_deleted_is_refused(workflow: Workflow, builder: User) -> None:
    deleting = partial(delete_workflow, workflow=Workflow.objects.get(), by=builder)
    is_gone, refusal = while_held(deleting, partial(make_run, workflow, by=builder))
    assert is_gone
    assert isinstance(refusal, ActRefused)
    assert "deleted" in str(refusal)
    assert not Run.objects.exists()


def test_page_says_that_the_template_was_deleted_meanwhile(
    workflow: Workflow, builder: User, engine_space: Space
) -> None:
    client = Client()
    client.force_login(builder)
    deleting = partial(delete_workflow, workflow=Workflow.objects.get(), by=builder)
    post = partial(client.post, f"/s/{engine_space.slug}/workflows/{workflow.slug}/start/")
    _is_gone, answer = while_held(deleting, post)
    assert answer.status_code == 409
    assert "deleted meanwhile" in answer.content.decode()


def test_template_is_archived_when_a_run_starts_first(workflow: Workflow, builder: User) -> None:
    deleting = partial(delete_workflow, workflow=Workflow.objects.get(), by=builder)
    run, is_gone = while_held(partial(make_run, workflow, by=builder), deleting)
    assert is_gone is False
    assert Run.objects.get() == run
    assert Workflow.objects.get().archived_at is not None


def test_runs_that_start_together_do_not_wait_for_each_other(workflow: Workflow, builder: User) -> None:
    waited = []

    def second() -> Run:
        run = make_run(workflow, by=builder)
        waited.append(Run.objects.count())
        return run

    while_held(partial(make_run, workflow, by=builder), second)
    assert waited == [1], "the second run was there before the first one was committed"
    assert WorkflowVersion.objects.count() == 1

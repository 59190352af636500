"""Addresses that nobody can follow: NUL, numbers without end, parts of another run. All are 404, never a failure."""

from collections.abc import Callable

import pytest
from django.test import Client

from runs.models import Run
from tests.factories import make_run
from workflows.models import Workflow

As = Callable[[str], Client]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    [
        "runs/%00/", "runs/a%00b/overview/", "runs/{run}/?node=a%00", "runs/{run}/panel/?node=%00",
        "runs/{run}/messages/%00/", "runs/{run}/messages/%00/text/", "runs/{run}/artifacts/%00/",
        "runs/{run}/artifacts/%00/content/", "runs/{run}/nodes/%00/messages/", "runs/{run}/nodes/x/messages/",
        "runs/{run}/?node=a&version=99999999999", "runs/{run}/?node=a&version=-1",
        "runs/{run}/nodes/a/messages/?after=x",
        "runs/%ff%fe/", "runs/{run}/?node=%ed%a0%80",
    ],
)  # fmt: skip
def test_strange_address_leads_nowhere(as_: As, run: Run, path: str) -> None:
    assert as_("builder").get(f"/s/demo/{path.format(run=run.public_id)}").status_code == 404


@pytest.mark.parametrize("end", ["", "text/"])
def test_message_is_not_shown_below_another_run(as_: As, waiting: Run, workflow: Workflow, end: str) -> None:
    other = make_run(workflow)
    message = waiting.node_runs.get(key="a").messages.first()
    assert message is not None
    client = as_("builder")
    assert client.get(f"/s/demo/runs/{waiting.public_id}/messages/{message.public_id}/{end}").status_code == 200
    assert client.get(f"/s/demo/runs/{other.public_id}/messages/{message.public_id}/{end}").status_code == 404

"""Old node versions are read, never acted on: every act is refused with the reason by page, command and socket."""

import io
import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connections
from django.test import Client

from runs.consumers import LiveConsumer
from runs.live import hub
from runs.models import Attempt, Message, OutputValue, Run, RunEvent
from tests.runs.conftest import StartRun
from tests.runs.engine import assert_sound, statuses, turn
from tests.runs.graphs import giving

pytestmark = pytest.mark.django_db(transaction=True)
PAGE_ACTS = {
    "say": "messages/new", "stop": "stops", "confirm": "confirmations", "done": "completions", "restart": "restarts",
    "retry_turn": "retries", "cancel": "cancellations", "choose": "outputs/out",
}  # fmt: skip
REASON = "Version 1 of this node is history; version 2 is current."


@pytest.fixture
def run(start: StartRun, builder: User) -> Run:
    """A run whose first node has an old version and a latest one that waits to be confirmed."""
    run = start("a → b", node_type="task", confirm=["a"], nodes=giving("a → b"))
    turn(run, "a", out="1")
    client = Client()
    client.force_login(builder)
    client.post(f"/s/engine/runs/{run.public_id}/nodes/a/restarts/", {"version": 1})
    turn(run, "a", out="2")
    assert statuses(run) == "a2:waiting/confirm b1:pending"
    return run


def all_of(run: Run) -> list[Any]:
    """Everything that an act would change."""
    return [
        statuses(run),
        RunEvent.objects.filter(run=run).count(),
        Attempt.objects.filter(node_run__run=run).count(),
        Message.objects.filter(node_run__run=run).count(),
        list(OutputValue.objects.filter(node_run__run=run).values_list("text", "is_current")),
    ]


@pytest.mark.parametrize("fragment", [False, True])
@pytest.mark.parametrize("act", PAGE_ACTS)
def test_page_refuses_an_act_on_an_old_version(run: Run, builder_client: Client, act: str, fragment: bool) -> None:
    before, data = all_of(run), {"version": 1, "text": "Hello"}
    headers = {"HX-Request": "true", "HX-Request-Type": "partial"} if fragment else {}
    address = f"/s/engine/runs/{run.public_id}/nodes/a/{PAGE_ACTS[act]}/"
    answer = builder_client.post(address, data, headers=headers)
    assert answer.status_code == 409
    assert REASON in answer.content.decode()
    assert all_of(run) == before
    assert_sound(run)


@pytest.mark.parametrize("act", ["confirm", "done", "restart", "retry"])
def test_plan_of_an_old_version_is_refused(run: Run, builder_client: Client, act: str) -> None:
    address = f"/s/engine/runs/{run.public_id}/nodes/a/plan/"
    answer = builder_client.get(address, {"act": act, "version": 1})
    assert answer.status_code == 409
    assert REASON in answer.content.decode()


@pytest.mark.parametrize("more", [(), ("--plan",)])
@pytest.mark.parametrize("act", sorted(set(PAGE_ACTS) - {"choose"}))
def test_command_refuses_an_act_on_an_old_version(run: Run, act: str, more: tuple[str, ...]) -> None:
    if more and act in ("say", "stop", "cancel"):
        pytest.skip("has no plan")
    before, out = all_of(run), io.StringIO()
    said = ["Hello"] if act == "say" else []
    with pytest.raises(CommandError) as refused:
        call_command(
            "node_act", run.public_id, "a", act, *said, *more, "--node-version", "1", "--user", "builder", "--json",
            stdout=out,
        )  # fmt: skip
    assert refused.value.returncode == 1
    assert json.loads(out.getvalue())["error"] == REASON
    assert all_of(run) == before


async def test_socket_takes_no_act_whatever_it_is_sent(run: Run, builder: User) -> None:
    socket = WebsocketCommunicator(LiveConsumer.as_asgi(), f"/ws/live/?{urlencode({'run': run.public_id})}")
    socket.scope["user"] = builder
    assert (await socket.connect(120))[0]
    before = await sync_to_async(all_of)(run)
    for act in PAGE_ACTS:
        for version in (1, 2):
            await socket.send_to(json.dumps({"act": act, "node": "a", "version": version, "text": "Hello"}))
    await socket.disconnect(timeout=120)
    assert await sync_to_async(all_of)(run) == before


def test_old_version_is_read_whole(run: Run, builder_client: Client) -> None:
    html = builder_client.get(f"/s/engine/runs/{run.public_id}/", {"node": "a", "version": 1}).content.decode()
    assert "You read version 1 of this node. Version 2 is current." in html
    assert "Do a." in html
    assert 'action="' + f"/s/engine/runs/{run.public_id}/nodes/a/" not in html


@pytest.fixture(autouse=True)
async def _close_connections() -> AsyncIterator[None]:
    yield
    await hub().stop()
    await sync_to_async(connections.close_all)()

"""What carries an attempt through a database that goes away: retried calls, lost claims, a listener that reconnects."""

import asyncio
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.db import OperationalError

from runs import desk, execution, host, listening, quarantine, sql, tasks
from runs.agent.openai_model import OpenAIModel
from runs.desk import Desk, through_restarts
from runs.executors.base import Done, Dropped
from runs.models import Attempt, MessageDelta, OutputValue, Run, RunEvent
from runs.models import Host as HostRow
from runs.transitions.claiming import CLAIM_LOCK
from tests.runs.conftest import StartRun
from tests.runs.crews import ENDPOINT
from tests.runs.engine import HOST, attempt_of, node, speak, statuses, take_all, take_one, turn
from tests.support.nodes import BlockingExecutor

pytestmark = pytest.mark.django_db(transaction=True)


def kill(pid: int) -> None:
    """End a connection from outside, as a restart of the database does."""
    with psycopg.connect(**listening.plain_parameters(), autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 2000)", (pid,))


def own_pid() -> int:
    return int(sql.rows("SELECT pg_backend_pid()")[0][0])


def test_call_on_a_killed_connection_is_made_again_on_a_new_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "RETRY_S", 0.01)
    before = own_pid()
    kill(before)
    assert through_restarts(own_pid) != before


def test_call_while_the_database_stays_away_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "RETRY_S", 0.01)
    monkeypatch.setattr(desk, "DATABASE_AWAY_S", 0.5)
    tries = []

    def away() -> None:
        tries.append(1)
        raise OperationalError("gone")

    with pytest.raises(OperationalError, match="gone"):
        through_restarts(away)
    assert len(tries) > 1


async def test_heartbeat_while_the_database_stays_away_for_long_never_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "RETRY_S", 0.01)
    monkeypatch.setattr(desk, "DATABASE_AWAY_S", 0.02)
    tries = []

    def away_for_a_while() -> int:
        tries.append(1)
        if len(tries) < 12:
            raise OperationalError("gone")
        return len(tries)

    lent = Desk()
    assert await lent.beat(away_for_a_while) == 12
    await lent.close()


def test_transition_on_a_killed_connection_has_one_effect(start: StartRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "RETRY_S", 0.01)
    run = start("a → b")
    job = take_one(run, "a")
    kill(own_pid())
    through_restarts(turn_end, job)
    through_restarts(turn_end, job)  # the commit whose answer was lost
    assert statuses(run) == "a1:done b1:queued"


def turn_end(job: Any) -> None:
    execution.store_outcome(job, Done())


async def test_listener_whose_connection_was_killed_listens_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "RETRY_FIRST_S", 0.01)
    async with asyncio.timeout(120), await listening.connect() as other:
        heard = listening.listen("aime_test")
        assert await anext(heard) == listening.Heard("", "")
        await other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN \"aime_test\"%'"
        )
        assert await anext(heard) == listening.Heard("", ""), "what was sent meanwhile is gone; look yourself"
        await other.execute("SELECT pg_notify('aime_test', 'hello')")
        assert await anext(heard) == listening.Heard("aime_test", "hello")
        await heard.aclose()


async def test_desk_gives_one_model_client_a_name(settings: Any) -> None:
    settings.AIME_MODEL = ENDPOINT
    lent = Desk()
    assert isinstance(lent.model(None), OpenAIModel)
    assert lent.model(None) is lent.model("fake") is not lent.model("other")
    await lent.close()


# --- One attempt at a time ------------------------------------------------------------------------------------------
def test_claim_alone_while_another_claims_tries_again_and_gives_up(start: StartRun) -> None:
    run = start("a")
    with psycopg.connect(**listening.plain_parameters()) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", (CLAIM_LOCK,))
        assert execution.claim_alone(HOST, attempt_of(run, "a").pk) is None
    job = execution.claim_alone(HOST, attempt_of(run, "a").pk)
    assert job is not None and job.key == "a"


def test_blocking_node_with_a_bug_fails_and_says_so(start: StartRun, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_self: object, _job: object) -> None:
        raise KeyError("a bug")

    monkeypatch.setattr(BlockingExecutor, "execute", broken)
    run = start("a", node_type="blocking")
    tasks.execute_attempt(attempt_of(run, "a").pk)
    assert (node(run, "a").status, node(run, "a").error_kind) == ("failed", "internal")
    assert "KeyError" in node(run, "a").error


def test_dropped_outcome_writes_nothing(start: StartRun) -> None:
    run = start("a")
    execution.store_outcome(take_all()["a"], Dropped())
    assert statuses(run) == "a1:running"


def test_quarantine_of_an_attempt_that_is_gone_does_nothing(start: StartRun) -> None:
    run = start("a")
    turn(run, "a")
    quarantine.execute_in_quarantine(attempt_of(run, "a").pk)
    assert statuses(run) == "a1:done"


def test_message_for_a_taken_slot_ends_at_once() -> None:
    assert host.take_slot(uuid4(), 3)
    tasks.run_host(3)
    assert HostRow.objects.count() == 1


def test_bug_a_host_declared_gone_asked_for_its_successor_without_a_pause(start: StartRun, settings: Any) -> None:
    settings.AIME_LEASE_S = 0.3
    living = host.Host(0)

    async def live() -> None:
        serving = asyncio.create_task(living.serve())
        async with asyncio.timeout(120):
            while not await living._crew.desk.db(sql.count, "UPDATE runs_host SET state = 'gone'"):
                await asyncio.sleep(0.02)
            while living._claiming:
                await asyncio.sleep(0.02)
            await serving

    asyncio.run(live())
    run = start("a")
    assert statuses(run) == "a1:queued"


def test_rows_say_what_they_are(start: StartRun) -> None:
    run = start("a", node_type="task", nodes={"a": {"outputs": [{"name": "out", "type": "text"}]}})
    job = take_one(run, "a")
    message = speak(job, "hello")
    delta = MessageDelta.objects.order_by("seq").last()
    assert str(message) == f"{job.node_run_id}/2 assistant (streaming)"
    assert str(delta) == f"{run.pk}#{delta.seq} +3"
    assert str(Attempt.objects.get()) == f"{job.node_run_id}#1 (running)"
    assert str(RunEvent.objects.filter(run=run).first()) == f"{run.pk}#1 run.started"
    assert str(run.sequence) == f"{run.pk}: {run.sequence.seq}"
    assert str(OutputValue(node_run_id=1, name="out")) == "1.out"
    assert not run.is_terminal and not node(run, "a").is_terminal
    assert run.public_id in str(Run.objects.get())

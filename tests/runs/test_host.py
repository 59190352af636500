"""The asyncio host in this process: slots, chains, branches, hand-over, shutdown. Nodes here call no model."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.db import connection
from django_q.models import OrmQ

from runs import execution, host, shutdown, sql
from runs.crew import Crew
from runs.executors.base import Job
from runs.host import Host
from runs.models import Attempt, NodeRun, Run
from runs.models import Host as HostRow
from runs.transitions import acts
from runs.transitions.claiming import claim
from runs.transitions.starting import HandOff
from tests.runs.conftest import StartRun
from tests.runs.engine import HOST, assert_sound, attempt_of, kinds, node, statuses, take_all, verdict_of

pytestmark = pytest.mark.django_db(transaction=True)
WAIT_S = 120.0


@pytest.fixture(autouse=True)
def _quick(settings: Any) -> None:
    settings.AIME_LEASE_S = 1.5
    settings.AIME_HOST_SLOTS = 20


@asynccontextmanager
async def serving(slot: int = 0) -> AsyncIterator[Host]:
    """A host at work; at the end it is told to finish as if its life were over and its successor there."""
    living = Host(slot)
    task = asyncio.create_task(living.serve())
    try:
        yield living
    finally:
        living._claiming = False
        living._ends_at = 0
        living._crew.woken.set()
        original, host.SUCCESSOR_S = host.SUCCESSOR_S, 0.0
        await asyncio.wait_for(task, WAIT_S)
        host.SUCCESSOR_S = original


def drive(live: Callable[[], Awaitable[None]]) -> None:
    """Run a loop, and close the connection that its look-ups used."""

    async def whole() -> None:
        try:
            await live()
        finally:
            await sync_to_async(lambda: connection.close())()  # noqa: PLW0108  (resolved there, not here)

    asyncio.run(whole())


def with_host(run: Run, *, hosts: int = 1, during: Callable[[], Awaitable[None]] | None = None) -> None:
    """Let hosts work until the run has ended, or waits."""

    async def live() -> None:
        async with serving(0), serving(1) if hosts == 2 else _nobody():
            if during is not None:
                await during()
            await until(lambda: verdict_of(run) != "running")

    drive(live)
    assert_sound(run)


@asynccontextmanager
async def _nobody() -> AsyncIterator[None]:
    yield


async def until(true: Callable[[], bool], limit_s: float = WAIT_S) -> None:
    async with asyncio.timeout(limit_s):
        while not await sync_to_async(true)():
            await asyncio.sleep(0.02)


# --- Work -----------------------------------------------------------------------------------------------------------
def test_host_with_a_chain_of_forty_nodes_runs_each_once_in_order(start: StartRun) -> None:
    run = start(" → ".join(f"n{number}" for number in range(40)))
    with_host(run)
    assert verdict_of(run) == "done"
    order = Attempt.objects.order_by("finished_at").values_list("node_run__key", flat=True)
    assert list(order) == [f"n{number}" for number in range(40)]


def test_two_hosts_with_many_branches_run_each_node_once_and_the_join_last(start: StartRun) -> None:
    branches = [f"b{number}" for number in range(12)]
    run = start("; ".join(f"a → {branch} → z" for branch in branches))
    with_host(run, hosts=2)
    assert verdict_of(run) == "done"
    assert Attempt.objects.count() == 14
    # The order of events is the order of commits; times are those of a transaction's begin, before it got the lock.
    happened = kinds(run)
    begun = happened.index("node.status z running")
    assert all(happened.index(f"node.status {key} done") < begun for key in ["a", *branches])


def test_host_with_parallel_branches_runs_them_at_the_same_time(start: StartRun) -> None:
    slow = {key: {"milliseconds": 1500} for key in "abcde"}
    run = start("a → z; b → z; c → z; d → z; e → z", node_type="slow", nodes=slow)
    with_host(run)
    spans = Attempt.objects.filter(node_run__key__in=slow).values_list("started_at", "finished_at")
    assert max(started for started, _ in spans) < min(finished for _, finished in spans)


def test_host_with_few_slots_runs_no_more_at_once(start: StartRun, settings: Any) -> None:
    settings.AIME_HOST_SLOTS = 2
    run = start("a; b; c; d", node_type="slow", nodes={key: {"milliseconds": 100} for key in "abcd"})
    with_host(run)
    spans = list(Attempt.objects.values_list("started_at", "finished_at"))
    for started, _ in spans:
        assert sum(1 for other, ended in spans if other <= started < ended) <= 2


def test_host_with_a_broken_node_fails_it_alone(start: StartRun) -> None:
    run = start("a; b → c", nodes={"a": {"type": "broken"}})
    with_host(run)
    assert statuses(run) == "a1:failed b1:done c1:done"
    version = node(run, "a")
    assert (version.error_kind, version.error_retryable) == ("internal", False)
    assert version.error == f"Aime itself failed while it ran this node (ZeroDivisionError, process {os.getpid()})."
    assert "ZeroDivisionError" in version.error_detail


def test_host_with_a_provider_that_says_wait_leaves_the_retry_to_its_time(start: StartRun) -> None:
    run = start("a; b", nodes={"a": {"type": "broken", "milliseconds": 30_000}})

    async def during() -> None:
        await until(lambda: statuses(run) == "a1:retrying b1:done")
        await sync_to_async(acts.cancel_run)(run.pk, by=run.initiator_id)

    with_host(run, during=during)
    assert statuses(run) == "a1:cancelled b1:done"


def test_host_woken_by_a_start_takes_it_without_waiting_for_its_next_look(
    start: StartRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(host, "LOOK_S", 3600.0)
    first = start("x")

    async def during() -> None:
        await until(lambda: verdict_of(first) == "done")
        run = await sync_to_async(start)("a → b")
        await until(lambda: verdict_of(run) == "done")

    with_host(first, during=during)


def test_host_keeps_its_lease_alive_longer_than_one_lease(start: StartRun, settings: Any) -> None:
    settings.AIME_LEASE_S = 0.6
    run = start("a", node_type="slow", nodes={"a": {"milliseconds": 3000}})
    with_host(run)
    attempt = attempt_of(run, "a")
    assert (attempt.status, attempt.number) == ("succeeded", 1)
    assert (attempt.heartbeat_at - attempt.started_at).total_seconds() > 0.6


def test_host_drops_a_cancelled_node_at_once(start: StartRun, builder: User) -> None:
    run = start("a → b", node_type="slow", nodes={"a": {"milliseconds": 600_000}})

    async def during() -> None:
        await until(lambda: statuses(run).startswith("a1:running"))
        await sync_to_async(acts.cancel_node)(run.pk, "a", 1, by=builder.pk)

    with_host(run, during=during)  # its limit is far below the ten minutes that the node takes
    assert statuses(run) == "a1:cancelled b1:pending"


def test_host_that_missed_the_cancel_drops_the_node_at_its_heartbeat(start: StartRun, settings: Any) -> None:
    settings.AIME_LEASE_S = 0.6
    run = start("a", node_type="slow", nodes={"a": {"milliseconds": 600_000}})

    async def during() -> None:
        await until(lambda: statuses(run) == "a1:running")
        await sync_to_async(_cancel_silently)(run)

    with_host(run, during=during)  # its limit is far below the ten minutes that the node takes


def _cancel_silently(run: Run) -> None:
    sql.count("UPDATE runs_attempt SET status = 'cancelled', finished_at = now(), lease_expires_at = NULL")
    sql.count("UPDATE runs_noderun SET status = 'cancelled', finished_at = now()")
    sql.count("UPDATE runs_run SET status = 'cancelled', finished_at = now()")


def test_host_gives_back_what_runs_under_its_name_without_its_knowledge(start: StartRun, settings: Any) -> None:
    settings.AIME_LEASE_S = 0.6
    run = start("a", node_type="slow")

    async def during() -> None:
        await until(lambda: verdict_of(run) == "done")
        other = await sync_to_async(start)("b")
        living = (await sync_to_async(HostRow.objects.get)(state="up")).pk
        await until(lambda: verdict_of(other) == "done")
        third = await sync_to_async(start)("c", node_type="blocking")  # the host's lane leaves it alone
        await sync_to_async(_claim_for)(third, living)
        await until(lambda: attempt_of(third, "c").number == 2)
        assert (await sync_to_async(Attempt.objects.get)(node_run__run=third, number=1)).loss == "shutdown"

    with_host(run, during=during)


def _claim_for(run: Run, living: Any) -> None:
    while not claim(living, free=1, lease_s=5, max_parallel=0, attempt_id=attempt_of(run, "c").pk).jobs:
        time.sleep(0.01)


# --- Slots and life -------------------------------------------------------------------------------------------------
def test_host_in_a_taken_slot_ends_at_once() -> None:
    assert host.take_slot(uuid4(), 0)
    asyncio.run(asyncio.wait_for(Host(0).serve(), WAIT_S))
    assert HostRow.objects.count() == 1


def test_slot_of_a_silent_host_is_taken_and_the_old_one_is_told(settings: Any) -> None:
    old, new = uuid4(), uuid4()
    assert host.take_slot(old, 0)
    assert not host.take_slot(new, 0)
    sql.count("UPDATE runs_host SET heartbeat_at = now() - interval '1 minute'")
    assert host.take_slot(new, 0)
    assert not host.beat_host(old) and host.beat_host(new)
    assert host.has_host(0) and not host.has_host(1)


def test_host_at_the_end_of_its_life_hands_over_without_a_gap(
    start: StartRun, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(host, "LOOK_S", 0.05)
    run = start(" → ".join(f"n{number}" for number in range(10)), node_type="slow",
                nodes={f"n{number}": {"milliseconds": 300} for number in range(10)})  # fmt: skip

    async def live() -> None:
        settings.AIME_HOST_LIFE_S = 1.0
        first = Host(0)
        task = asyncio.create_task(first.serve())
        await until(OrmQ.objects.exists)  # it called its successor
        settings.AIME_HOST_LIFE_S = 1000
        async with serving(0):
            await asyncio.wait_for(task, WAIT_S)
            await until(lambda: verdict_of(run) == "done")

    drive(live)
    assert OrmQ.objects.first().task["func"] == "runs.tasks.run_host"
    hosts = set(Attempt.objects.values_list("host", flat=True))
    assert len(hosts) == 2, "both worked on the chain"
    assert Attempt.objects.count() == 10
    assert set(HostRow.objects.values_list("state", flat=True)) == {"gone"}
    assert_sound(run)


def test_shutdown_gives_running_attempts_back_uncounted(start: StartRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host, "FINISH_S", 0.1)
    reading, writing = os.pipe()
    monkeypatch.setattr(shutdown._gate, "reading", reading)
    monkeypatch.setattr(shutdown._gate, "writing", writing)
    run = start("a; b", node_type="slow", nodes={"a": {"milliseconds": 600_000}, "b": {"milliseconds": 600_000}})

    async def live() -> None:
        task = asyncio.create_task(Host(0).serve())
        await until(lambda: statuses(run) == "a1:running b1:running")
        assert not shutdown.is_announced()
        shutdown.announce()
        shutdown.announce()
        assert shutdown.is_announced()
        await asyncio.wait_for(task, WAIT_S)

    drive(live)
    os.close(reading)
    assert statuses(run) == "a1:queued b1:queued"
    lost = Attempt.objects.filter(status="lost")
    assert {(attempt.loss, attempt.error) for attempt in lost} == {("shutdown", "Aime was shut down.")}
    assert not Attempt.objects.filter(quarantine=True).exists()
    assert HostRow.objects.get().state == "gone"
    assert_sound(run)


def test_host_whose_embedded_model_is_away_leaves_tasks_queued(start: StartRun, settings: Any) -> None:
    settings.AIME_MODEL = {**settings.AIME_MODEL, "embedded": True, "base_url": "http://127.0.0.1:9/v1"}
    task, other = start("a", node_type="task"), start("x")

    async def during() -> None:
        await until(lambda: verdict_of(other) == "done")
        assert await sync_to_async(statuses)(task) == "a1:queued"

    with_host(other, during=during)


async def test_listens_says_whether_something_accepts_connections() -> None:
    server = await asyncio.start_server(lambda _r, w: w.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    assert await host.listens(f"http://127.0.0.1:{port}/v1")
    server.close()
    await server.wait_closed()
    assert not await host.listens(f"http://127.0.0.1:{port}/v1")


# --- The worker's lane ----------------------------------------------------------------------------------------------
def test_blocking_node_is_executed_under_a_heartbeat(start: StartRun, settings: Any) -> None:
    settings.AIME_LEASE_S = 0.3
    run = start("a → b", node_type="blocking", nodes={"a": {"milliseconds": 2500}})
    execution.execute_blocking(attempt_of(run, "a").pk)
    assert statuses(run) == "a1:done b1:queued"
    attempt = Attempt.objects.get(node_run__key="a")
    assert (attempt.heartbeat_at - attempt.started_at).total_seconds() > 0.3


def test_claim_alone_of_something_gone_gives_nothing(start: StartRun) -> None:
    run = start("a")
    take_all()
    assert execution.claim_alone(HOST, attempt_of(run, "a").pk) is None
    assert NodeRun.objects.get().status == "running"


# --- Regressions ----------------------------------------------------------------------------------------------------
def test_bug_a_shutdown_in_the_middle_of_handing_on_left_a_running_attempt_behind(start: StartRun) -> None:
    for _time in range(3):
        run = start("a → b", nodes={"b": {"type": "slow", "milliseconds": 60_000}})
        job = take_all()["a"]

        async def live(job: Job = job) -> None:
            crew = Crew(hand_off=lambda living: HandOff(living, 6, 9))
            crew.open()
            await asyncio.sleep(0.1)
            crew.start(job)
            while not crew._storing:
                await asyncio.sleep(0)
            await crew.close()

        drive(live)
        assert statuses(run) == "a1:done b1:queued", "a running b would be taken for a death"
        assert [attempt.loss for attempt in Attempt.objects.filter(status="lost", node_run__run=run)] == ["shutdown"]
        assert_sound(run)
        acts.cancel_run(run.pk, by=run.initiator_id)


def test_bug_an_attempt_dropped_before_its_first_step_kept_its_slot(start: StartRun) -> None:
    run = start("a")
    job = take_all()["a"]

    async def live() -> None:
        crew = Crew()
        crew.open()
        await asyncio.sleep(0.1)
        crew.start(job)
        crew._drop(frozenset({job.attempt_id}))
        await asyncio.wait_for(crew.wait_idle(), WAIT_S)
        assert crew.busy == 0
        await crew.close()

    drive(live)
    assert statuses(run) == "a1:running"

"""Races, with real threads, connections and commits. Each is run several times, in both orders of luck."""

import random
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runs.errors import ActRefused
from runs.execution import execute_blocking
from runs.executors.base import Done, Failed, Job
from runs.models import Attempt, MessageDelta, NodeRun, Run
from runs.ticker import Piece, write
from runs.transitions import acts, attempts, leases
from runs.transitions.claiming import claim
from runs.transitions.starting import HandOff
from tests.runs.conftest import StartRun
from tests.runs.engine import (
    HOST,
    age,
    assert_sound,
    attempt_of,
    expire,
    node,
    speak,
    statuses,
    take_all,
    take_one,
    turn,
    verdict_of,
)
from tests.runs.threads import together

pytestmark = pytest.mark.django_db(transaction=True)
HOSTS = [UUID(int=number) for number in range(1, 9)]
TIMES = range(5)


def claim_of(attempt_id: int, host: UUID) -> Callable[[], Any]:
    def patiently() -> tuple[Job, ...]:
        while True:
            taken = claim(host, free=1, lease_s=60, max_parallel=0, attempt_id=attempt_id)
            if taken.jobs or not taken.look_again:
                return taken.jobs

    return patiently


def refusals(results: list[Any]) -> list[str]:
    assert all(not isinstance(r, Exception) or isinstance(r, ActRefused) for r in results), results
    return [str(result) for result in results if isinstance(result, ActRefused)]


# --- Claims ---------------------------------------------------------------------------------------------------------
def test_two_claims_of_one_attempt_give_it_to_one(start: StartRun) -> None:
    for _time in TIMES:
        run = start("a")
        attempt = attempt_of(run, "a").pk
        results = together(*(claim_of(attempt, host) for host in HOSTS[:4]))
        assert sorted(len(jobs) for jobs in results) == [0, 0, 0, 1]
        assert_sound(run)


def test_hosts_claiming_thirty_attempts_take_each_once(start: StartRun) -> None:
    run = start("; ".join(f"n{number}" for number in range(30)))

    def greedy(host: UUID) -> list[int]:
        mine: list[int] = []
        while True:
            taken = claim(host, free=4, lease_s=60, max_parallel=0)
            mine += [job.attempt_id for job in taken.jobs]
            if not taken.jobs and not taken.look_again:
                return mine

    results = together(partial(greedy, HOSTS[0]), partial(greedy, HOSTS[1]))
    assert sorted(results[0] + results[1]) == sorted(Attempt.objects.values_list("pk", flat=True))
    assert set(statuses(run).split()) == {f"n{number}1:running" for number in range(30)}
    assert_sound(run)


def test_several_hosts_never_exceed_what_the_model_takes_at_once(start: StartRun) -> None:
    run = start("; ".join(f"n{number}" for number in range(12)), node_type="task")
    most = []

    def work(host: UUID) -> int:
        done = 0
        while True:
            taken = claim(host, free=9, lease_s=60, max_parallel=3)
            most.append(Attempt.objects.filter(status="running").count())
            for job in taken.jobs:
                attempts.finish(job, Done())
                done += 1
            if not taken.jobs and not Attempt.objects.filter(status="queued").exists():
                return done

    results = together(*(partial(work, host) for host in HOSTS[:4]))
    assert sum(results) == 12
    assert max(most) <= 3
    assert verdict_of(run) == "done"


def test_a_task_delivered_twice_is_executed_once(start: StartRun) -> None:
    run = start("a → b", node_type="blocking", nodes={"a": {"milliseconds": 50}})
    attempt = attempt_of(run, "a").pk
    assert together(*[partial(execute_blocking, attempt)] * 3) == [None] * 3
    assert statuses(run) == "a1:done b1:queued"
    execute_blocking(attempt)  # and once more, late
    assert [a.status for a in Attempt.objects.order_by("pk")] == ["succeeded", "queued"]
    assert_sound(run)


# --- Ends -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["cancel_node", "stop", "cancel_run", "restart"])
def test_act_against_finish_has_one_winner_and_nothing_in_between(start: StartRun, builder: User, name: str) -> None:
    for _time in TIMES:
        run = start("a → b", node_type="task")
        job = take_one(run, "a")
        where = (run.pk,) if name == "cancel_run" else (run.pk, "a", 1)
        finished, acted = together(
            partial(attempts.finish, job, Done()), partial(getattr(acts, name), *where, by=builder.pk)
        )
        refused = isinstance(acted, ActRefused)
        assert not isinstance(acted, Exception) or refused
        assert not refused or finished
        expected = {
            ("cancel_node", True): "a1:done b1:queued",
            ("cancel_node", False): "a1:cancelled b1:pending",
            ("stop", True): "a1:done b1:queued",
            ("stop", False): "a1:waiting/stopped b1:pending",
            ("cancel_run", True): "a1:done b1:cancelled",
            ("cancel_run", False): "a1:cancelled b1:cancelled",
            ("restart", True): "a2:queued b1:cancelled",
            ("restart", False): "a2:queued b1:pending",
        }
        assert statuses(run) == expected[name, finished]
        assert_sound(run)


def test_two_confirmations_at_once_one_wins_and_the_other_is_told(start: StartRun, builder: User) -> None:
    for _time in TIMES:
        run = start("a → b", confirm=["a"])
        turn(run, "a")
        results = together(*[partial(acts.confirm, run.pk, "a", 1, by=builder.pk)] * 3)
        told = refusals(results)
        assert len(told) == 2
        assert all(text.startswith("These outputs are already accepted: by builder, 2") for text in told)
        assert statuses(run) == "a1:done b1:queued"
        assert_sound(run)


def test_two_messages_at_once_make_one_turn(start: StartRun, builder: User) -> None:
    run = start("a", node_type="task", confirm=["a"])
    turn(run, "a")
    results = together(*[partial(acts.say, run.pk, "a", 1, by=builder.pk, text="Hello")] * 3)
    assert len(refusals(results)) == 2
    assert node(run, "a").messages.count() == 2
    assert_sound(run)


def test_two_restarts_at_once_make_one_new_version(start: StartRun, builder: User) -> None:
    run = start("a", confirm=["a"])
    turn(run, "a")
    results = together(*[partial(acts.restart, run.pk, "a", 1, by=builder.pk)] * 3)
    assert len(refusals(results)) == 2
    assert statuses(run) == "a2:queued"


def test_a_lost_workers_late_finish_against_its_successor_has_one_effect(start: StartRun) -> None:
    for _time in TIMES:
        run = start("a → b")
        old = take_one(run, "a")
        expire(old)
        lost, finished = together(
            partial(attempts.lose, old, loss="death", only_expired=True), partial(attempts.finish, old, Done())
        )
        assert lost != finished
        if lost:
            new = take_one(run, "a")
            assert sorted(together(*(partial(attempts.finish, j, Done()) for j in (old, new)))) == [False, True]
        assert statuses(run) == "a1:done b1:queued"
        assert_sound(run)


def test_two_recoveries_of_one_lost_attempt_queue_one_successor(start: StartRun) -> None:
    run = start("a")
    job = take_one(run, "a")
    expire(job)
    results = together(*[partial(attempts.lose, job, loss="death", only_expired=True)] * 3)
    assert sorted(results) == [False, False, True]
    assert_sound(run)


def test_two_due_passes_queue_a_retry_once(start: StartRun) -> None:
    run = start("a")
    attempts.fail(take_one(run, "a"), Failed("busy", "Wait.", transient=True))
    age(run)
    results = together(leases.requeue_due, leases.requeue_due, leases.requeue_due)
    assert sum(len(result) for result in results) == 1
    assert_sound(run)


def test_two_branches_finishing_at_once_start_their_join_exactly_once(start: StartRun) -> None:
    for _time in TIMES:
        run = start("a → d; b → d; c → d")
        offers = [HandOff(host, 60, 5) for host in HOSTS[:3]]
        jobs = take_all().values()
        assert (
            together(*(partial(attempts.finish, job, Done(), offer) for job, offer in zip(jobs, offers, strict=True)))
            == [True] * 3
        )
        assert sum(len(offer.jobs) for offer in offers) == 1
        assert Attempt.objects.filter(node_run__run=run, node_run__key="d").count() == 1
        assert_sound(run)


# --- Text -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("ending", ["finish", "lose", "fail", "stop"])
def test_tick_against_the_end_of_its_message_leaves_no_delta_and_no_hole(
    start: StartRun, builder: User, ending: str
) -> None:
    for _time in TIMES:
        run = start("a", node_type="task")
        job = take_one(run, "a")
        message = speak(job, "begin ")
        ends = {
            "finish": partial(attempts.finish, job, Done()),
            "lose": partial(attempts.lose, job, loss="death"),
            "fail": partial(attempts.fail, job, Failed("x", "y")),
            "stop": partial(acts.stop, run.pk, "a", 1, by=builder.pk),
        }
        tick = partial(write, [Piece(message.pk, run.pk, 6, "end 𠮷")])
        results = together(tick, ends[ending])
        assert not [result for result in results if isinstance(result, Exception)], results
        message.refresh_from_db()
        assert message.text in ("begin ", "begin end 𠮷")
        assert not MessageDelta.objects.exists()
        assert_sound(run)


# --- Everything at once ---------------------------------------------------------------------------------------------
KEYS = ("a", "b", "c", "d")


def _one(run: Run, by: int, kind: str, key: str, luck: random.Random) -> None:
    version = node(run, key)
    live = Attempt.objects.filter(node_run=version, status="running").first()
    where = (run.pk, key, version.number)
    if kind == "claim":
        claim(luck.choice(HOSTS), free=2, lease_s=60, max_parallel=0)
    elif kind in ("finish", "lose", "fail"):
        jobs = [job for job in leases.held_by(live.host) if job.attempt_id == live.pk] if live else []
        for job in jobs:
            if kind == "finish":
                attempts.finish(job, Done(), HandOff(HOST, 60, luck.randint(0, 2)))
            elif kind == "lose":
                attempts.lose(job, loss=luck.choice(["death", "shutdown"]))
            else:
                attempts.fail(job, Failed("x", "y", transient=luck.random() < 0.5))
    elif kind == "tick":
        message = version.messages.filter(status="streaming").first()
        if message:
            write([Piece(message.pk, run.pk, 0, "x")])
    elif kind == "due":
        age(run)
        leases.requeue_due()
    elif kind == "cancel_run":
        acts.cancel_run(run.pk, by=by)
    elif kind == "say":
        acts.say(*where, by=by, text="more")
    else:
        getattr(acts, kind)(*where, by=by)


KINDS = [
    "claim", "claim", "claim", "finish", "finish", "finish", "lose", "fail", "tick", "due", "say", "stop", "confirm",
    "done", "restart", "retry_turn", "cancel_node", "cancel_run",
]  # fmt: skip


@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_any_mix_of_operations_at_once_never_deadlocks_and_leaves_every_run_sound(
    start: StartRun, builder: User, seed: int
) -> None:
    runs = [start("a → b → d; a → c → d", node_type="task", confirm=["b"]) for _ in range(2)]

    def busy(own: int) -> int:
        luck = random.Random(seed + own)
        done = 0
        for _step in range(25):
            try:
                _one(luck.choice(runs), builder.pk, luck.choice(KINDS), luck.choice(KEYS), luck)
                done += 1
            except ActRefused:
                pass
        return done

    results = together(*(partial(busy, own) for own in range(4)), limit_s=40)
    assert not [result for result in results if isinstance(result, Exception)], results
    assert sum(results) > 10, "a mix that does nothing proves nothing"
    for run in runs:
        assert_sound(run)
        latest = NodeRun.objects.filter(run=run, is_latest=True)
        assert sorted(latest.values_list("key", flat=True)) == list(KEYS)
        succeeded = Attempt.objects.filter(node_run__run=run, status="succeeded").values_list("message_id", flat=True)
        assert len(set(succeeded)) == len(succeeded), "one effective result a turn"
        if verdict_of(run) in ("running", "waiting"):
            acts.cancel_run(run.pk, by=builder.pk)

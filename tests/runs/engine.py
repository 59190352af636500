"""Driving the engine by its transitions, without a host: look, claim, end; and what must be true of every run."""

import hashlib
from typing import Any
from uuid import UUID

from django.db.models import Sum

from runs import sql
from runs.executors.base import Done, Failed, Job, OutputChoice
from runs.models import Attempt, Message, MessageDelta, NodeRun, Run, RunEvent
from runs.pages.panel import Panel
from runs.scheduling import verdict
from runs.states import AttemptStatus, MessageStatus, NodeStatus
from runs.ticker import Piece, write
from runs.transitions import acts, attempts
from runs.transitions.claiming import claim

HOST = UUID(int=1)


def node(run: Run, key: str, number: int | None = None) -> NodeRun:
    """Give a node's latest version, or the one of that number."""
    rows = NodeRun.objects.filter(run=run, key=key)
    return rows.get(is_latest=True) if number is None else rows.get(number=number)


def statuses(run: Run) -> str:
    """Give "a1:done b2:waiting/confirm …" of the latest versions, by key."""
    rows = NodeRun.objects.filter(run=run, is_latest=True).order_by("key")
    return " ".join(f"{n.key}{n.number}:{n.status}{'/' + n.waiting_for if n.waiting_for else ''}" for n in rows)


def verdict_of(run: Run) -> str:
    """Read the run's stored status."""
    return Run.objects.values_list("status", flat=True).get(pk=run.pk)


def attempt_of(run: Run, key: str) -> Attempt:
    """Give the last attempt of a node's latest version."""
    return Attempt.objects.filter(node_run=node(run, key)).latest("number")


def take_all(*, host: UUID = HOST, free: int = 100, max_parallel: int = 0) -> dict[str, Job]:
    """Claim what is queued for hosts; node key → job."""
    taken = claim(host, free=free, lease_s=60, max_parallel=max_parallel)
    return {job.key: job for job in taken.jobs}


def take_one(run: Run, key: str, *, host: UUID = HOST, lease_s: float = 60) -> Job:
    """Claim the queued attempt of one node, whatever its lane."""
    taken = claim(host, free=1, lease_s=lease_s, max_parallel=0, attempt_id=attempt_of(run, key).pk)
    (job,) = taken.jobs
    return job


def offered(page: Panel) -> set[str]:
    """Name the acts that a node's panel offers, as the engine calls them."""
    acts_now = {"say": page.acts.say, "stop": page.acts.stop, "restart": page.acts.restart}
    acts_now |= {"retry_turn": page.acts.retry, "cancel_node": page.acts.cancel}
    if page.gate is not None and page.gate.is_open:
        acts_now[page.gate.act] = True
    return {act for act, is_offered in acts_now.items() if is_offered}


def text(name: str, value: str) -> OutputChoice:
    """Choose a text for an output."""
    return OutputChoice(name, "text", value, None, hashlib.sha256(value.encode()).hexdigest(), "said so")


def turn(run: Run, key: str, **outputs: str) -> Job:
    """Do a whole turn of one node."""
    job = take_one(run, key)
    assert attempts.finish(job, Done(tuple(text(name, value) for name, value in outputs.items())))
    return job


def accept(run: Run, key: str, *, by: int) -> None:
    """Accept a waiting version by the right act."""
    version = node(run, key)
    act = acts.done if version.accepted_at else acts.confirm
    act(run.pk, key, version.number, by=by)


def drain(run: Run, **outputs: str) -> list[str]:
    """Claim and finish everything until nothing is queued; the keys in the order of their start.

    `outputs`: what each of them gives.
    """
    chosen = tuple(text(name, value) for name, value in outputs.items())
    started: list[str] = []
    while jobs := take_all():
        started += jobs
        for job in jobs.values():
            assert attempts.finish(job, Done(chosen))
    return started


def fail_for_good(run: Run, key: str, message: str = "The provider refused.") -> None:
    """End the node's turn as failed."""
    assert attempts.fail(take_one(run, key), Failed("refused", message))


def speak(job: Job, said: str) -> Message:
    """Begin an agent's message in a running attempt and stream text into it, as the recorder and ticker do."""
    message = Message.objects.create(
        node_run_id=job.node_run_id,
        ordinal=Message.objects.filter(node_run_id=job.node_run_id).count() + 1,
        role="assistant",
        attempt_id=job.attempt_id,
        status=MessageStatus.STREAMING,
    )
    half = len(said) // 2
    for start, piece in ((0, said[:half]), (half, said[half:])):
        if piece:
            assert not write([Piece(message.pk, job.run_id, start, piece)])
    return message


def kinds(run: Run) -> list[str]:
    """List the events of a run, shortly."""
    events = RunEvent.objects.filter(run=run).order_by("seq")
    return [f"{e.kind}{' ' + e.data['n'] if 'n' in e.data else ''} {e.data.get('status', '')}".strip() for e in events]


def expire(*jobs: Job) -> None:
    """Let leases run out, as if their process had died long ago."""
    ids = [job.attempt_id for job in jobs]
    sql.count("UPDATE runs_attempt SET lease_expires_at = now() - interval '1 minute' WHERE id = ANY(%s)", (ids,))


def age(run: Run) -> None:
    """Let retries fall due."""
    live = Attempt.objects.filter(node_run__run=run, status=AttemptStatus.QUEUED)
    sql.count(
        "UPDATE runs_attempt SET available_at = now() - interval '1 second' WHERE id = ANY(%s)",
        ([attempt.pk for attempt in live],),
    )


LIVE_OF = {NodeStatus.QUEUED: "queued", NodeStatus.RETRYING: "queued", NodeStatus.RUNNING: "running"}


def assert_sound(run: Run) -> None:
    """Check what holds for every run after every commit."""
    versions = list(NodeRun.objects.filter(run=run))
    latest = [version for version in versions if version.is_latest]
    assert verdict_of(run) == verdict([version.status for version in latest])
    for version in versions:
        live = list(Attempt.objects.filter(node_run=version, status__in=["queued", "running"]))
        expected: Any = LIVE_OF.get(NodeStatus(version.status))
        assert [attempt.status for attempt in live] == ([expected] if expected else []), version
        assert version.is_latest or version.status in ("done", "failed", "cancelled"), version
        numbers = list(Attempt.objects.filter(node_run=version).values_list("number", flat=True))
        assert numbers == list(range(1, len(numbers) + 1))
    streaming = Message.objects.filter(node_run__run=run, status="streaming").exclude(attempt__status="running")
    assert not streaming, "text streams without a running attempt"
    assert not MessageDelta.objects.filter(run=run).exclude(message__status="streaming"), "deltas of ended messages"
    assert_numbered(run)


def assert_numbered(run: Run) -> None:
    """Check that every number up to the last was given exactly once: to an event, a delta, or a compacted delta."""
    last = sql.rows("SELECT seq FROM runs_runsequence WHERE run_id = %s", (run.pk,))[0][0]
    events = list(RunEvent.objects.filter(run=run).values_list("seq", flat=True))
    deltas = list(MessageDelta.objects.filter(run=run).values_list("seq", flat=True))
    gone = Message.objects.filter(node_run__run=run).aggregate(n=Sum("delta_count"))["n"] or 0
    assert len({*events, *deltas}) == len(events) + len(deltas)
    assert len(events) + len(deltas) + gone == last
    assert max([*events, *deltas]) <= last

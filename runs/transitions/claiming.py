"""Taking work: queued attempts become running under a lease, by compare-and-set on the database's clock.

One claimer at a time (an advisory lock that nobody waits for), because the model's `max_parallel` is counted
over all hosts. A run that another transaction holds is left for the next look, some milliseconds later.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from runs import sql
from runs.executors.base import Job
from runs.transitions.consenting import CONSENTS
from runs.transitions.events import Event, append_events

CLAIM_LOCK = 0x41494D45  # "AIME"; the key of the advisory lock

ELIGIBLE = f"""
SELECT a.id, n.run_id, a.message_id IS NOT NULL, n.executor_id <> r.initiator_id
FROM runs_attempt a JOIN runs_noderun n ON n.id = a.node_run_id JOIN runs_run r ON r.id = n.run_id
WHERE a.status = 'queued' AND n.status = 'queued' AND a.available_at <= now()
  AND CASE WHEN %s::bigint IS NULL THEN a.lane = 'host' ELSE a.id = %s END AND (a.message_id IS NULL OR %s)
  AND (n.executor_id = r.initiator_id OR EXISTS (SELECT 1 {CONSENTS}))
ORDER BY a.id LIMIT %s
"""  # noqa: S608  (a text of ours)
# Looked at again under a lock of the consent: once it is taken back nothing starts any more.
LOCK_CONSENTS = f"""
SELECT a.id FROM runs_attempt a JOIN runs_noderun n ON n.id = a.node_run_id JOIN runs_run r ON r.id = n.run_id
CROSS JOIN LATERAL (SELECT 1 {CONSENTS} FOR SHARE OF c, m SKIP LOCKED) AS consented WHERE a.id = ANY(%s)
"""  # noqa: S608  (a text of ours)
LOCK_RUNS = "SELECT id FROM runs_run WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED"
TAKE = """
WITH taken AS (
    UPDATE runs_attempt SET status = 'running', host = %s, started_at = clock_timestamp(), heartbeat_at = now(),
           lease_expires_at = clock_timestamp() + make_interval(secs => %s)
    WHERE id = ANY(%s) AND status = 'queued' RETURNING id, number, node_run_id, message_id
), moved AS (
    UPDATE runs_noderun n SET status = 'running', started_at = COALESCE(n.started_at, clock_timestamp())
    FROM taken WHERE n.id = taken.node_run_id AND n.status = 'queued'
    RETURNING n.id, n.run_id, n.key, n.number, n.node_type
)
SELECT taken.id, taken.number, moved.id, moved.run_id, r.version_id, moved.key, moved.number, moved.node_type,
       taken.message_id
FROM taken JOIN moved ON moved.id = taken.node_run_id JOIN runs_run r ON r.id = moved.run_id ORDER BY taken.id
"""
# A model call is bound to a message; nodes without a conversation do not count against the model's limit.
MODEL_CALLS = "SELECT count(*) FROM runs_attempt WHERE status = 'running' AND message_id IS NOT NULL"


@dataclass(frozen=True)
class Claim:
    """What was taken. `look_again`: something is queued that could not be taken just now."""

    jobs: tuple[Job, ...]
    look_again: bool


def claim(
    host: UUID, *, free: int, lease_s: float, max_parallel: int, attempt_id: int | None = None, model_up: bool = True
) -> Claim:
    """Take up to `free` queued attempts of the host lane; with `attempt_id` that one, whatever its lane.

    `max_parallel`: how many model calls may run at once, over all hosts; 0 means no limit. `model_up` False leaves
    model calls queued.
    """
    with transaction.atomic():
        if not sql.rows("SELECT pg_try_advisory_xact_lock(%s)", (CLAIM_LOCK,))[0][0]:
            return Claim((), look_again=True)
        room = free if model_up else 0
        if max_parallel and room:
            room = max(0, max_parallel - int(sql.rows(MODEL_CALLS)[0][0]))
        eligible = sql.rows(ELIGIBLE, (attempt_id, attempt_id, room > 0, free))
        wanted = _within(eligible, room)
        if not wanted:
            return Claim((), look_again=False)
        locked = {row[0] for row in sql.rows(LOCK_RUNS, (sorted(set(wanted.values())),))}
        mine = [attempt for attempt, run in wanted.items() if run in locked]
        mine = _consented(mine, {row[0] for row in eligible if row[3]})
        jobs = tuple(Job(*row) for row in sql.rows(TAKE, (host, lease_s, mine)))
        append_events([_running(job) for job in jobs])
        return Claim(jobs, look_again=len(mine) < len(wanted))


def _within(eligible: list[tuple[Any, ...]], room: int) -> dict[int, int]:
    """Keep what the model has room for: attempt id → run id. Nodes without a model call need no room."""
    wanted = {}
    for attempt, run, calls_model, _is_foreign in eligible:
        if calls_model:
            if room == 0:
                continue
            room -= 1
        wanted[attempt] = run
    return wanted


def _consented(attempts: list[int], foreign: set[int]) -> list[int]:
    """Leave out what runs as somebody who took the consent back just now; without such executors no query."""
    asked = [attempt for attempt in attempts if attempt in foreign]
    if not asked:
        return attempts
    given = {row[0] for row in sql.rows(LOCK_CONSENTS, (asked,))}
    return [attempt for attempt in attempts if attempt not in foreign or attempt in given]


def _running(job: Job) -> Event:
    data = {"n": job.key, "v": job.node_version, "status": "running"}
    return Event(job.run_id, "node.status", job.node_run_id, None, None, data)

"""Leases and time: heartbeats, what fell due, what expired. All by the database's clock."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from runs import sql
from runs.executors.base import Job
from runs.states import Lane
from runs.transitions.events import Event, append_events, notify_work

BEAT = """
UPDATE runs_attempt SET heartbeat_at = now(), lease_expires_at = clock_timestamp() + make_interval(secs => %s)
WHERE id = ANY(%s) AND host = %s AND status = 'running' RETURNING id
"""
JOB_COLUMNS = """
SELECT a.id, a.number, n.id, n.run_id, r.version_id, n.key, n.number, n.node_type, a.message_id
FROM runs_attempt a JOIN runs_noderun n ON n.id = a.node_run_id JOIN runs_run r ON r.id = n.run_id
"""
# After a restart of the database nobody could beat for a while: every lease gets one more full length.
EXPIRED = (
    JOB_COLUMNS
    + """
WHERE a.status = 'running' AND a.lease_expires_at < clock_timestamp()
  AND pg_postmaster_start_time() + make_interval(secs => %s) < clock_timestamp() ORDER BY a.id
"""
)
HELD = JOB_COLUMNS + "WHERE a.status = 'running' AND a.host = %s ORDER BY a.id"
DUE = """
SELECT n.id, n.run_id, n.key, n.number, a.id, a.lane FROM runs_noderun n
JOIN runs_attempt a ON a.node_run_id = n.id AND a.status = 'queued' JOIN runs_run r ON r.id = n.run_id
WHERE n.status = 'retrying' AND n.is_latest AND a.available_at <= now() ORDER BY r.id FOR NO KEY UPDATE OF r SKIP LOCKED
"""
REQUEUE = "UPDATE runs_noderun SET status = 'queued' WHERE id = ANY(%s) AND status = 'retrying' RETURNING id"
UNCLAIMED = """
UPDATE runs_attempt SET woken_at = now()
WHERE status = 'queued' AND lane = %s AND available_at <= now()
  AND woken_at < now() - make_interval(secs => %s) RETURNING id
"""


def beat(host: UUID, attempts: Sequence[int], *, lease_s: float) -> frozenset[int]:
    """Extend the leases a host holds; an id that does not come back is lost or cancelled."""
    if not attempts:
        return frozenset()
    return frozenset(row[0] for row in sql.rows(BEAT, (lease_s, list(attempts), host)))


def is_running(attempt_id: int) -> bool:
    """Say whether an attempt still runs, whoever runs it."""
    return sql.row("SELECT 1 FROM runs_attempt WHERE id = %s AND status = 'running'", (attempt_id,)) is not None


def held_by(host: UUID) -> list[Job]:
    """List the attempts that run under a host's lease, for adoption after a commit whose answer was lost."""
    return [Job(*row) for row in sql.rows(HELD, (host,))]


def expired(*, lease_s: float) -> list[Job]:
    """List running attempts whose lease ended, none within a lease's length of a database start."""
    return [Job(*row) for row in sql.rows(EXPIRED, (lease_s,))]


def requeue_due() -> list[tuple[int, str]]:
    """Queue the retries whose time has come; returns (attempt id, lane) of each."""
    with transaction.atomic():
        due = sql.rows(DUE)
        if not due:
            return []
        moved = {row[0] for row in sql.rows(REQUEUE, ([row[0] for row in due],))}
        queued = [row for row in due if row[0] in moved]
        append_events(
            [Event(run, "node.status", node, None, None, {"n": key, "v": number, "status": "queued"})
             for node, run, key, number, _attempt, _lane in queued]
        )  # fmt: skip
        notify_work(claim=bool(queued))
        return [(row[4], row[5]) for row in queued]


def unclaimed(lane: Lane, *, older_than_s: float) -> list[int]:
    """List attempts queued for too long since their last wake-up, and note a new one."""
    return [row[0] for row in sql.rows(UNCLAIMED, (lane, older_than_s))]

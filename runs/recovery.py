"""Bringing lost work back: a pass of about a second's rhythm in every supervisor (ADR 0003).

Compare-and-set makes any number of passes safe. Waiting nodes hold nothing and are never touched.
"""

from django.conf import settings
from django.db import transaction

from runs import sql
from runs.consents import settle_all
from runs.executors.base import Job
from runs.queue import execute_attempt_later
from runs.states import Lane
from runs.transitions import attempts, leases
from runs.transitions.events import notify_work

HOST_UNCLAIMED_S = 5.0
WORKER_UNCLAIMED_S = 15.0  # longer: a repeated message of this lane costs a worker a look

STALE_HOSTS = """
UPDATE runs_host SET state = 'gone'
WHERE state <> 'gone' AND heartbeat_at < clock_timestamp() - make_interval(secs => %s)
  AND pg_postmaster_start_time() + make_interval(secs => %s) < clock_timestamp()
"""
OLD_HOSTS = "DELETE FROM runs_host WHERE state = 'gone' AND heartbeat_at < now() - interval '7 days'"


def recover_once() -> int:
    """Do one pass; returns how many attempts were brought back. Raises OperationalError while the database is away."""
    lease_s = settings.AIME_LEASE_S
    lost = [job for job in leases.expired(lease_s=lease_s) if _lose(job)]
    for attempt_id, lane in leases.requeue_due():
        if lane == Lane.WORKER:
            execute_attempt_later(attempt_id)
    settle_all()
    _wake_unclaimed()
    sql.count(STALE_HOSTS, (lease_s, lease_s))
    sql.count(OLD_HOSTS)
    return len(lost)


def _lose(job: Job) -> bool:
    reason = "the process that ran it stopped answering"
    return attempts.lose(job, loss="silence", only_expired=True, reason=reason)


def _wake_unclaimed() -> None:
    with transaction.atomic():
        for attempt_id in leases.unclaimed(Lane.WORKER, older_than_s=WORKER_UNCLAIMED_S):
            execute_attempt_later(attempt_id)
        notify_work(claim=bool(leases.unclaimed(Lane.HOST, older_than_s=HOST_UNCLAIMED_S)))

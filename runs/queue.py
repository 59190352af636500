"""Enqueueing: the only place that holds task paths. Each call is part of the caller's transaction.

The queue is a hint (ADR 0002): a message may be lost or repeated, the claim decides. `broker` is django-q2's
ORM broker on the same database, so a message becomes visible with the commit that needs it.
"""

from django_q.tasks import async_task

RUN_HOST = "runs.tasks.run_host"
EXECUTE_ATTEMPT = "runs.tasks.execute_attempt"


def run_host_later(slot: int) -> None:
    """Ask a worker to become the asyncio host of a slot; a second one for a taken slot ends at once."""
    async_task(RUN_HOST, slot, task_name=f"host-{slot}")


def execute_attempt_later(attempt_id: int) -> None:
    """Ask a worker to execute one attempt alone in its process."""
    async_task(EXECUTE_ATTEMPT, attempt_id, task_name=f"attempt-{attempt_id}")

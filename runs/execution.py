"""From a claimed attempt to its transition: run the executor, turn what it gives into rows, fenced."""

import logging
import os
import threading
import traceback
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection

from runs.desk import Desk, through_restarts
from runs.executors import load_executor
from runs.executors.base import Done, Dropped, Failed, HostExecutor, Job, Outcome, WorkerExecutor
from runs.transitions import attempts, leases
from runs.transitions.claiming import claim
from runs.transitions.starting import HandOff

logger = logging.getLogger("aime.execution")

CLAIM_TRIES = 20


async def execute(job: Job, desk: Desk) -> Outcome:
    """Run the executor of a host-lane attempt; a bug in it becomes the node's failure."""
    executor: HostExecutor = load_executor(job.node_type)
    try:
        return await executor.execute(job, desk)
    except Exception as error:  # noqa: BLE001  (a bug in one node must not end its neighbours)
        return _bug(job, error)


def store_outcome(job: Job, outcome: Outcome, hand_off: HandOff | None = None) -> None:
    """Turn an outcome into its transition; a fenced attempt changes nothing."""
    match outcome:
        case Done():
            attempts.finish(job, outcome, hand_off)
        case Failed():
            attempts.fail(job, outcome)
        case Dropped():
            logger.info("attempt %s is no longer ours", job.attempt_id)


def execute_blocking(attempt_id: int) -> None:
    """Claim and execute one attempt of the worker lane; its lease is kept by a thread beside it."""
    host = uuid4()
    job = claim_alone(host, attempt_id)
    if job is not None:
        perform_blocking(host, job)


def perform_blocking(host: UUID, job: Job) -> None:
    """Execute a claimed attempt of the worker lane in this process and store its outcome."""
    executor: WorkerExecutor = load_executor(job.node_type)
    ended = threading.Event()
    beats = threading.Thread(target=_beat_until, args=(ended, host, job), name="beat", daemon=True)
    beats.start()
    try:
        outcome: Outcome = executor.execute(job)
    except Exception as error:  # noqa: BLE001  (a bug in a node is the node's failure, not the worker's)
        outcome = _bug(job, error)
    finally:
        ended.set()
        beats.join()
    through_restarts(store_outcome, job, outcome)


def claim_alone(host: UUID, attempt_id: int) -> Job | None:
    """Take one attempt by id; None when it is gone, or the model has no room (it is woken again later)."""
    for _ in range(CLAIM_TRIES):
        taken = through_restarts(
            claim, host, free=1, lease_s=settings.AIME_LEASE_S, max_parallel=settings.AIME_MODEL["max_parallel"],
            attempt_id=attempt_id,
        )  # fmt: skip
        if taken.jobs:
            return taken.jobs[0]
        if not taken.look_again:
            return None
        threading.Event().wait(0.05)
    return None


def _beat_until(ended: threading.Event, host: UUID, job: Job) -> None:
    try:
        while not ended.wait(settings.AIME_LEASE_S / 3):
            through_restarts(leases.beat, host, [job.attempt_id], lease_s=settings.AIME_LEASE_S)
    finally:
        connection.close()


def _bug(job: Job, error: Exception) -> Failed:
    logger.error("attempt %s of node %s failed inside Aime", job.attempt_id, job.key, exc_info=error)
    message = f"Aime itself failed while it ran this node ({type(error).__name__}, process {os.getpid()})."
    return Failed("internal", message, detail=traceback.format_exc(limit=20))

"""Running one suspect attempt alone in a process of its own, so that its death hurts nobody else.

After an attempt was lost with its process, nobody knows who killed it. Each of the lost ones runs again in a forked
child of a queue worker; only what ends there counts against the node. The worker sees its child die; where both were
killed, nobody knows by whom, and that counts less (`attempts.lose`).
"""

import asyncio
import logging
import os
import select
import signal
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connections

from runs import shutdown
from runs.crew import Crew
from runs.desk import through_restarts
from runs.execution import claim_alone, perform_blocking
from runs.executors import executor_spec
from runs.executors.base import Job
from runs.states import Lane
from runs.transitions import attempts, leases

logger = logging.getLogger("aime.quarantine")

END_S = 3.0  # how long a child may take to end after its attempt was taken from it


def execute_in_quarantine(attempt_id: int) -> None:
    """Claim an attempt, run it in a forked child, and record a death of the child at once."""
    host = uuid4()
    job = claim_alone(host, attempt_id)
    if job is None:
        return
    connections.close_all()  # a forked child must not share a connection
    pid = os.fork()
    if pid == 0:
        _run_and_exit(host, job)
    status = _watch(pid, job)
    if os.WIFSIGNALED(status):
        name = signal.Signals(os.WTERMSIG(status)).name
        logger.error("attempt %s ended its process by %s", attempt_id, name)
        through_restarts(attempts.lose, job, loss="death", reason=f"its process ended by {name}")


def _watch(pid: int, job: Job) -> int:
    """Wait for the child and give its status; one that hangs is killed when its attempt has been given to another."""
    child = os.pidfd_open(pid)
    try:
        while not select.select([child], [], [], settings.AIME_LEASE_S)[0]:
            if not through_restarts(leases.is_running, job.attempt_id) and not select.select([child], [], [], END_S)[0]:
                logger.error("attempt %s hangs; its process %s is killed", job.attempt_id, pid)
                os.kill(pid, signal.SIGKILL)
    finally:
        os.close(child)
    return os.waitpid(pid, 0)[1]


def _run_and_exit(host: UUID, job: Job) -> None:
    code = 1
    try:
        if executor_spec(job.node_type).lane == Lane.WORKER:
            perform_blocking(host, job)
        else:
            asyncio.run(_alone(Crew(host), job))
        code = 0
    except Exception:
        logger.exception("attempt %s in quarantine", job.attempt_id)
    finally:
        os._exit(code)  # nothing of the worker's may run twice


async def _alone(crew: Crew, job: Job) -> None:
    crew.open()
    crew.start(job)
    closing = asyncio.create_task(shutdown.announced())
    idle = asyncio.create_task(crew.wait_idle())
    await asyncio.wait({closing, idle}, return_when=asyncio.FIRST_COMPLETED)
    closing.cancel()
    await crew.close()

"""The attempts that one process runs side by side: their tasks, leases, streams and cancellations.

One heartbeat for all of them and one batched writer (ADR 0005). An attempt whose lease does not come back, or that
somebody cancelled, is dropped at once, which closes its model stream. Shared by the host and by quarantine.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from uuid import UUID, uuid4

from django.conf import settings

from runs.desk import Desk
from runs.execution import execute, store_outcome
from runs.executors.base import Job
from runs.listening import listen
from runs.transitions import attempts, leases
from runs.transitions.events import WORK_CHANNEL
from runs.transitions.starting import HandOff

logger = logging.getLogger("aime.crew")


class Crew:
    """Runs attempts as asyncio tasks under one host id. `woken` is set when there may be work to claim."""

    def __init__(self, host: UUID | None = None, *, hand_off: Callable[[UUID], HandOff | None] | None = None) -> None:
        self.id = host or uuid4()
        self.desk = Desk()
        self.woken = asyncio.Event()
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._jobs: dict[int, Job] = {}
        self._storing: set[int] = set()
        self._unknown: frozenset[int] = frozenset()
        self._hand_off = hand_off or (lambda _host: None)
        self._loops: list[asyncio.Task[None]] = []

    @property
    def busy(self) -> int:
        """Say how many attempts run."""
        return len(self._tasks)

    def open(self) -> None:
        """Start the loops that serve all attempts."""
        for loop in (self.desk.ticker.run(), self._beat(), self._listen()):
            self._loops.append(asyncio.create_task(loop))

    async def close(self) -> None:
        """Give back what still runs (an orderly shutdown counts no loss), end the loops and the threads."""
        self._hand_off = lambda _host: None
        while self._tasks:  # again for one that was about to end and has just started a successor
            jobs = [job for job in self._jobs.values() if job.attempt_id not in self._storing]
            for job in jobs:
                self._tasks[job.attempt_id].cancel()
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)
            for job in jobs:
                await self.desk.db(attempts.lose, job, loss="shutdown", reason="Aime was shut down.")
        for loop in self._loops:
            loop.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)
        await self.desk.close()

    def start(self, job: Job) -> None:
        """Run a claimed attempt."""
        self._jobs[job.attempt_id] = job
        task = self._tasks[job.attempt_id] = asyncio.create_task(self._run(job))
        task.add_done_callback(lambda _task: self._forget(job.attempt_id))  # also of one that never took a step

    async def wait_idle(self, timeout_s: float | None = None) -> None:
        """Wait until nothing runs, successors that were handed on included, or for `timeout_s`."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                while self._tasks:
                    await asyncio.wait(self._tasks.values())

    async def _run(self, job: Job) -> None:
        hand_off = None
        try:
            outcome = await execute(job, self.desk)
            hand_off = self._hand_off(self.id)  # only now: what is free, and whether this host still claims, changes
            self._storing.add(job.attempt_id)  # from here on it may only end by itself: it may hold successors
            await self.desk.db(store_outcome, job, outcome, hand_off)
        except Exception:
            logger.exception("attempt %s could not be ended; its lease brings it back", job.attempt_id)
        finally:
            self._forget(job.attempt_id)
            # A slot that goes to a successor is not free, and a look per node takes longer than a short node. Where
            # model calls are counted, the end of one is room for another, whoever has the slot.
            if not (hand_off and hand_off.jobs) or settings.AIME_MODEL["max_parallel"]:
                self.woken.set()
        for successor in hand_off.jobs if hand_off else ():
            self.start(successor)

    def _forget(self, attempt_id: int) -> None:
        self._tasks.pop(attempt_id, None)
        self._jobs.pop(attempt_id, None)
        self._storing.discard(attempt_id)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(settings.AIME_LEASE_S / 3)
            ours = frozenset(self._jobs)
            alive = await self.desk.beat(leases.beat, self.id, sorted(ours), lease_s=settings.AIME_LEASE_S)
            self._drop(ours - alive)
            await self._give_back_unknown()

    async def _give_back_unknown(self) -> None:
        """Return attempts under our name that we do not run: their claim committed, its answer was lost."""
        held = {job.attempt_id: job for job in await self.desk.beat(leases.held_by, self.id)}
        unknown = frozenset(held) - frozenset(self._jobs)
        for attempt_id in unknown & self._unknown:  # twice in a row: not one that is just being claimed
            await self.desk.db(attempts.lose, held[attempt_id], loss="shutdown", reason="Its claim was lost.")
        self._unknown = unknown

    async def _listen(self) -> None:
        async for heard in listen(WORK_CHANNEL):
            if heard.payload.startswith("cancel:"):
                self._drop(frozenset(int(part) for part in heard.payload[len("cancel:") :].split(",")))
            else:
                self.woken.set()

    def _drop(self, attempts_gone: frozenset[int]) -> None:
        for attempt_id in attempts_gone:
            task = self._tasks.get(attempt_id)
            if task is not None and attempt_id not in self._storing:
                task.cancel()

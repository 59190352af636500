"""The asyncio host: a django-q2 task that runs many model-bound attempts in one event loop (ADR 0005).

It lives a bounded time in its slot, claims queued attempts as long as it has room, and hands over to a successor
without a gap. Killing it costs its attempts one try each; their leases bring them back.
"""

import asyncio
import logging
import os
import platform
import random
import time
from urllib.parse import urlsplit
from uuid import UUID

import uvloop
from django.conf import settings
from django.db import connections, transaction

from runs import shutdown, sql
from runs.crew import Crew
from runs.queue import run_host_later
from runs.transitions.claiming import claim
from runs.transitions.starting import HandOff

logger = logging.getLogger("aime.host")

LOOK_S = 1.0  # a fallback: NOTIFY and finished attempts wake the host at once
LOOK_AGAIN_S = 0.02
SUCCESSOR_S = 30.0  # how long a host that hands over goes on claiming at most
FINISH_S = 3.0  # how long a shutdown waits for attempts that are about to end anyway
PROBE_S = 2.0

TAKE_SLOT = """
WITH stale AS (
    UPDATE runs_host SET state = 'gone' WHERE slot = %s AND state = 'up'
    AND heartbeat_at < clock_timestamp() - make_interval(secs => %s)
)
SELECT NOT EXISTS (SELECT 1 FROM runs_host WHERE slot = %s AND state = 'up'
                   AND heartbeat_at >= clock_timestamp() - make_interval(secs => %s))
"""
REGISTER = """
INSERT INTO runs_host (id, slot, state, machine, pid, started_at, heartbeat_at)
VALUES (%s, %s, 'up', %s, %s, clock_timestamp(), clock_timestamp()) ON CONFLICT DO NOTHING
"""


class Host:
    """One host in one slot."""

    def __init__(self, slot: int) -> None:
        self._slot = slot
        self._crew = Crew(hand_off=self._offer)
        self._ends_at = time.monotonic() + settings.AIME_HOST_LIFE_S * random.uniform(0.9, 1.1)  # noqa: S311
        self._claiming = True
        self._probed_at = -PROBE_S
        self._model_up = True

    async def serve(self) -> None:
        """Claim and run attempts until the life is over or shutdown is announced. A taken slot ends it at once."""
        desk, host = self._crew.desk, self._crew.id
        if not await desk.db(take_slot, host, self._slot):
            logger.info("slot %s has a host already", self._slot)
            await desk.close()
            return
        self._crew.open()
        beats = asyncio.create_task(self._beat())
        closing = asyncio.create_task(shutdown.announced())
        try:
            await self._claim_until(closing)
            if not closing.done():
                await self._hand_over(closing)
            await self._crew.wait_idle(FINISH_S if closing.done() else None)
        finally:
            self._claiming = False
            beats.cancel()
            closing.cancel()
            await desk.db(set_state, host, "gone")
            await self._crew.close()

    async def _claim_until(self, closing: "asyncio.Task[None]", *, until: float | None = None) -> None:
        ends_at = self._ends_at if until is None else until
        while not closing.done() and time.monotonic() < ends_at and self._claiming:
            self._crew.woken.clear()
            again = await self._claim()
            waiting = asyncio.create_task(self._crew.woken.wait())
            await asyncio.wait(
                {waiting, closing},
                timeout=LOOK_AGAIN_S if again else LOOK_S,
                return_when=asyncio.FIRST_COMPLETED,
            )
            waiting.cancel()

    async def _claim(self) -> bool:
        """Start what there is room for; True: look again in a moment."""
        free = settings.AIME_HOST_SLOTS - self._crew.busy
        if free <= 0:
            return False
        taken = await self._crew.desk.db(
            claim, self._crew.id, free=free, lease_s=settings.AIME_LEASE_S,
            max_parallel=settings.AIME_MODEL["max_parallel"], model_up=await self._probe(),
        )  # fmt: skip
        for job in taken.jobs:
            self._crew.start(job)
        return taken.look_again

    def _offer(self, host: UUID) -> HandOff | None:
        """Let a finished attempt's successors start here in the same commit, unless somebody else may be first."""
        if not self._claiming:
            return None
        free = settings.AIME_HOST_SLOTS - self._crew.busy + 1
        return HandOff(host, settings.AIME_LEASE_S, free, model=not settings.AIME_MODEL["max_parallel"])

    async def _hand_over(self, closing: "asyncio.Task[None]") -> None:
        """Give up the slot, call a successor, and go on claiming until it is there."""
        desk, host = self._crew.desk, self._crew.id
        await desk.db(give_up_slot, host, self._slot)
        logger.info("host of slot %s hands over with %s attempts running", self._slot, self._crew.busy)
        deadline = time.monotonic() + SUCCESSOR_S
        while self._claiming and time.monotonic() < deadline and not closing.done():
            await self._claim_until(closing, until=time.monotonic() + LOOK_S)
            if await desk.db(has_host, self._slot):
                break
        self._claiming = False

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(settings.AIME_LEASE_S / 3)
            if not await self._crew.desk.beat(beat_host, self._crew.id):
                logger.warning("another host has taken slot %s; claiming nothing more", self._slot)
                self._claiming = False

    async def _probe(self) -> bool:
        """Say whether the embedded model listens; while it is fetched or loads, its nodes stay honestly queued."""
        if settings.AIME_MODEL["embedded"] and time.monotonic() - self._probed_at > PROBE_S:
            self._probed_at = time.monotonic()
            self._model_up = await listens(settings.AIME_MODEL["base_url"])
        return self._model_up


async def listens(url: str) -> bool:
    """Say whether something accepts connections at a URL's host and port."""
    parts = urlsplit(url)
    try:
        async with asyncio.timeout(1):
            _reader, writer = await asyncio.open_connection(parts.hostname, parts.port or 443)
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True


def take_slot(host: UUID, slot: int) -> bool:
    """Register a host in a slot; False when a living one is there."""
    stale_s = settings.AIME_LEASE_S
    with transaction.atomic():
        if not sql.rows(TAKE_SLOT, (slot, stale_s, slot, stale_s))[0][0]:
            return False
        return sql.count(REGISTER, (host, slot, platform.node()[:200], os.getpid())) == 1


def give_up_slot(host: UUID, slot: int) -> None:
    """Start to drain: the slot is free, and a successor is called in the same commit."""
    with transaction.atomic():
        set_state(host, "draining")
        run_host_later(slot)


def set_state(host: UUID, state: str) -> None:
    """Note how a host stands."""
    sql.count("UPDATE runs_host SET state = %s WHERE id = %s", (state, host))


def has_host(slot: int) -> bool:
    """Say whether a slot has a host."""
    return sql.row("SELECT 1 FROM runs_host WHERE slot = %s AND state = 'up'", (slot,)) is not None


def beat_host(host: UUID) -> bool:
    """Note that a host lives; False when it was declared gone."""
    beat = "UPDATE runs_host SET heartbeat_at = clock_timestamp() WHERE id = %s AND state <> 'gone'"
    return sql.count(beat, (host,)) == 1


def run_host(slot: int) -> None:
    """Be the host of a slot until its life is over; blocks a queue worker for that long."""
    connections.close_all()  # the loop's threads have their own
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:  # a fifth less CPU (ADR 0016)
        runner.run(Host(slot).serve())

"""What a host lends to each attempt it runs: threads for the database, the text ticker, the model client."""

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from runs.agent.model import Model
from runs.ticker import Ticker

logger = logging.getLogger("aime.desk")

T = TypeVar("T")
DB_THREADS = 4  # transitions are short; more threads only queue at the interpreter's lock
DATABASE_AWAY_S = 120.0
RETRY_S = 0.2
LEAVE_S = 1.0


def through_restarts(call: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Call one idempotent transaction until the database answers; gives up after two minutes.

    Every such call is fenced by its attempt, so a commit whose answer was lost is found, not repeated.
    """
    deadline = time.monotonic() + DATABASE_AWAY_S
    while True:
        try:
            return call(*args, **kwargs)
        except (OperationalError, InterfaceError):
            connection.close()
            if time.monotonic() > deadline:
                raise
            time.sleep(RETRY_S)


def _leave(gate: threading.Barrier) -> None:
    """Close this thread's connection; the gate gives each thread of a pool exactly one of these to do."""
    connection.close()
    with suppress(threading.BrokenBarrierError):  # one thread still works; its connection goes with the process
        gate.wait(LEAVE_S)


class Desk:
    """One per host, shared by its attempts."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(DB_THREADS, thread_name_prefix="db")
        self._tick_thread = ThreadPoolExecutor(1, thread_name_prefix="tick")
        self._beat_thread = ThreadPoolExecutor(1, thread_name_prefix="beat")
        self._models: dict[str, Model] = {}
        self.ticker = Ticker(self._in_tick_thread, settings.AIME_TICK_S)

    async def db(self, call: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """Run one transaction on a thread; restarts of the database are waited out."""
        return await self._run(self._threads, call, *args, **kwargs)

    async def beat(self, call: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """Run a heartbeat on its own thread, which no transition can hold up; it never gives up.

        A host that went on without heartbeats would lose everything it claims.
        """
        while True:
            try:
                return await self._run(self._beat_thread, call, *args, **kwargs)
            except (OperationalError, InterfaceError):
                logger.warning("the heartbeat waits for the database")

    def model(self, name: str | None) -> Model:
        """Give the model client of this installation's endpoint; `name` None is the default model."""
        from runs.agent.openai_model import OpenAIModel

        endpoint = settings.AIME_MODEL
        name = name or endpoint["name"]
        if name not in self._models:
            self._models[name] = OpenAIModel(base_url=endpoint["base_url"], api_key=endpoint["api_key"], name=name)
        return self._models[name]

    async def close(self) -> None:
        """End the model clients, the threads and their connections."""
        for model in self._models.values():
            await model.aclose()
        pools = {self._threads: DB_THREADS, self._tick_thread: 1, self._beat_thread: 1}
        leaving = [
            asyncio.get_running_loop().run_in_executor(pool, _leave, gate)
            for pool, gate in ((pool, threading.Barrier(size)) for pool, size in pools.items())
            for _thread in range(gate.parties)
        ]
        await asyncio.wait(leaving, timeout=LEAVE_S)
        for pool in pools:
            pool.shutdown(wait=False, cancel_futures=True)

    async def _in_tick_thread(self, call: Callable[..., T], *args: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._tick_thread, call, *args)

    async def _run(self, pool: ThreadPoolExecutor, call: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        def work() -> T:
            return through_restarts(call, *args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(pool, work)

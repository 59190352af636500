"""The hub: one per web process. It hears what changed, reads it once, and hands it to the sockets that watch.

NOTIFY is a hint; what is read from the tables after a reader's last number is the truth (ADR 0011). All readers with
something new are served by one query. A socket begins as a reader of its own, from the number it has, and joins the
others of its run as soon as it has caught up: so it gets nothing twice, and nobody waits for it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from itertools import count, groupby
from typing import Any
from weakref import WeakKeyDictionary

import psycopg

from runs.listening import connect, listen
from runs.live_frames import (
    CHANGED,
    INTERRUPTED,
    NOTICE,
    PULL,
    PULL_ROWS,
    RESUMED,
    ROLES,
    SESSIONS,
    Row,
    frames,
    pull_parameters,
)
from runs.live_outlets import CLOSED_FORBIDDEN, CLOSED_RESTART, Outlet

logger = logging.getLogger("aime.live")

GAP_S = 0.02  # between two pulls: hints of several hosts become one query
NOTICE_GAP_S = 0.5
SAFETY_S = 5.0  # every so often all watched runs are read without a hint
ACCESS_EVERY = (
    2  # … and every second time memberships and sessions are checked: a removed member watches 10 s more at most
)
QUERY_TIMEOUT_S = 15.0
RETRY_S = 0.3


class Reader:
    """Sockets of one run that have all seen the same: everything up to number `last`."""

    __slots__ = ("last", "outlets", "run_id")

    def __init__(self, run_id: int, last: int, outlet: Outlet) -> None:
        self.run_id, self.last, self.outlets = run_id, last, {outlet}


class Hub:
    """Feeds the sockets of one event loop. Started by the first socket, stopped with the loop or by `stop`."""

    def __init__(self, safety_s: float = SAFETY_S) -> None:
        self._safety_s = safety_s
        self._readers: dict[int, list[Reader]] = {}
        self._spaces: dict[int, set[Outlet]] = {}
        self._due: set[int] = set()
        self._some = asyncio.Event()
        self._changed: dict[int, tuple[int, int]] = {}
        self._some_changed = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._connection: psycopg.AsyncConnection[Any] | None = None
        self._connecting = asyncio.Lock()
        self._hears = True  # until the first break

    def follow_run(self, outlet: Outlet, run_id: int, after: int) -> None:
        """Send a socket everything of a run after a number, first what is there, then what comes."""
        outlet.run_id = run_id
        self._readers.setdefault(run_id, []).append(Reader(run_id, after, outlet))
        self._look_at(run_id)
        self._start()
        if not self._hears:
            outlet.offer([INTERRUPTED])

    def follow_spaces(self, outlet: Outlet) -> None:
        """Send a socket a notice whenever a run of its spaces changes its status; beside a run, if it follows one."""
        for space_id in outlet.spaces:
            self._spaces.setdefault(space_id, set()).add(outlet)
        self._start()

    def leave(self, outlet: Outlet) -> None:
        """Forget a socket."""
        outlet.drop()
        for reader in self._readers.get(outlet.run_id, ()):
            reader.outlets.discard(outlet)
        left = [reader for reader in self._readers.pop(outlet.run_id, ()) if reader.outlets]
        if left:
            self._readers[outlet.run_id] = left
        for space_id in outlet.spaces:
            watching = self._spaces.pop(space_id, set()) - {outlet}
            if watching:
                self._spaces[space_id] = watching

    def outlets(self) -> set[Outlet]:
        """Every socket that is followed."""
        found = {outlet for readers in self._readers.values() for reader in readers for outlet in reader.outlets}
        return found.union(*self._spaces.values())

    async def stop(self) -> None:
        """End all tasks and connections; sockets are told to come back."""
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        outlets = self.outlets()
        for outlet in outlets:
            outlet.end(CLOSED_RESTART)
        await asyncio.gather(*(outlet.ended() for outlet in outlets))
        await self._disconnect()

    # --- hearing ---------------------------------------------------------------------------------------------------
    def _start(self) -> None:
        if self._tasks:
            return
        work = (self._listen, self._upkeep, self._pulls, self._notices)
        self._tasks = [asyncio.get_running_loop().create_task(task()) for task in work]
        for task in self._tasks:
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """After a bug in one task nothing may stand still in silence: all sockets come back to a fresh start."""
        if task.cancelled() or task not in self._tasks:
            return
        logger.error("the live hub broke and starts again", exc_info=task.exception())
        for other in self._tasks:
            other.cancel()
        self._tasks = []
        for outlet in self.outlets():
            outlet.end(CLOSED_RESTART)

    async def _listen(self) -> None:
        async for heard in listen("aime_live", "aime_access", "aime_person", lost=partial(self._set_hearing, False)):
            if heard.channel == "aime_live":
                self._hint(heard.payload)
                continue
            if heard.channel == "aime_person":  # they read what they were told, in another window
                self._ping(int(heard.payload))
                continue
            if not heard.channel:  # connected (again): anything may have been missed
                self._set_hearing(True)
                self._look_at(*self._readers)
                for outlet in set().union(*self._spaces.values()):
                    outlet.offer([NOTICE])
            await self._try(self._check_access)

    def _set_hearing(self, hears: bool) -> None:
        """Tell every page whether news reach it, when that changes; sockets stay open meanwhile."""
        if hears != self._hears:
            self._hears = hears
            for outlet in self.outlets():
                outlet.offer([RESUMED if hears else INTERRUPTED])

    def _hint(self, payload: str) -> None:
        for part in payload.split(","):
            run, _, span = part.partition(":")
            run_id = int(run)
            readers = self._readers.get(run_id)
            if readers is None and not self._spaces:
                continue
            first, _, last = span.partition("-")
            if readers is not None and any(reader.last < int(last) for reader in readers):
                self._look_at(run_id)
            if self._spaces:
                since = self._changed.get(run_id, (int(first), 0))[0]
                self._changed[run_id] = since, int(last)
                self._some_changed.set()

    def _look_at(self, *run_ids: int) -> None:
        self._due.update(run_ids)
        if self._due:
            self._some.set()

    async def _upkeep(self) -> None:
        for rounds in count(1):
            await asyncio.sleep(self._safety_s)
            self._look_at(*self._readers)
            if rounds % ACCESS_EVERY == 0:
                await self._try(self._check_access)

    # --- reading ---------------------------------------------------------------------------------------------------
    async def _pulls(self) -> None:
        while True:
            await self._some.wait()
            self._some.clear()
            due, self._due = self._due, set()
            if not await self._try(partial(self._pull, due)):
                self._look_at(*due)
                await asyncio.sleep(RETRY_S)
            await asyncio.sleep(GAP_S)

    async def _pull(self, due: set[int]) -> None:
        """Read what is new for the readers of these runs and hand it on."""
        readers = [reader for run_id in due for reader in self._readers.get(run_id, ())]
        if not readers:
            return
        rows = await self._rows(PULL, pull_parameters([(reader.run_id, reader.last) for reader in readers]))
        for place, group in groupby(rows, key=lambda row: row[0]):
            reader, found = readers[place], list(group)
            reader.last = found[-1][1]
            made = frames(found)
            for outlet in reader.outlets:
                outlet.offer(made)
            if len(found) >= PULL_ROWS:
                self._look_at(reader.run_id)
        for run_id in {reader.run_id for reader in readers}:
            self._unite(run_id)

    def _unite(self, run_id: int) -> None:
        """Make one reader of those that have come to the same number."""
        by_last: dict[int, Reader] = {}
        for reader in self._readers.get(run_id, ()):
            same = by_last.setdefault(reader.last, reader)
            same.outlets |= reader.outlets
        if run_id in self._readers:
            self._readers[run_id] = list(by_last.values())

    async def _notices(self) -> None:
        while True:
            await self._some_changed.wait()
            self._some_changed.clear()
            await asyncio.sleep(NOTICE_GAP_S)
            changed, self._changed = self._changed, {}
            if self._spaces and not await self._try(partial(self._notice, changed)):
                self._changed = changed | self._changed
                self._some_changed.set()

    async def _notice(self, changed: dict[int, tuple[int, int]]) -> None:
        runs, firsts, lasts = list(changed), [span[0] for span in changed.values()], [s[1] for s in changed.values()]
        pinged: set[Outlet] = set()
        for space_id, is_public, initiator in await self._rows(CHANGED, (runs, firsts, lasts, list(self._spaces))):
            watching = self._spaces.get(space_id, set())
            pinged |= {o for o in watching if is_public or o.user_id == initiator}
        for outlet in pinged:
            outlet.offer([NOTICE])

    def _ping(self, user_id: int) -> None:
        """Send a notice to every page of a person."""
        for outlet in self.outlets():
            if outlet.user_id == user_id:
                outlet.offer([NOTICE])

    async def _check_access(self) -> None:
        """Close the sockets of people who are no longer what they were; a session that ended asks again who it is."""
        outlets = self.outlets()
        if not outlets:
            return
        people, spaces = list({o.user_id for o in outlets}), list({o.space_id for o in outlets})
        roles = {(user, space): role for user, space, role in await self._rows(ROLES, (people, spaces))}
        for outlet in outlets:
            if roles.get((outlet.user_id, outlet.space_id)) != outlet.role:
                outlet.end(CLOSED_FORBIDDEN)
        used = {outlet.session for outlet in outlets if outlet.session}
        ended = used - {session for (session,) in await self._rows(SESSIONS, (list(used),))}
        for outlet in outlets:
            if outlet.session in ended:
                outlet.end(CLOSED_RESTART)

    # --- the connection --------------------------------------------------------------------------------------------
    async def _rows(self, query: str, parameters: tuple[Any, ...]) -> list[Row]:
        async with asyncio.timeout(QUERY_TIMEOUT_S):
            async with self._connecting:
                if self._connection is None:
                    self._connection = await connect()
            cursor = await self._connection.execute(query, parameters, prepare=True)
            return await cursor.fetchall()

    async def _try(self, work: Callable[[], Awaitable[None]]) -> bool:
        """Do work that reads; False when the database did not answer (the next look makes good for it)."""
        try:
            await work()
        except (psycopg.OperationalError, psycopg.InterfaceError, TimeoutError) as error:
            logger.warning("the live hub reads again: %s", str(error).strip() or "no answer in time")
            await self._disconnect()
            return False
        return True

    async def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()


_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def hub() -> Hub:
    """Give the hub of the running event loop; a web process has one loop."""
    return _hubs.setdefault(asyncio.get_running_loop(), Hub())

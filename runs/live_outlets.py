"""One socket's end of the hub: a bounded queue and the task that empties it, so that nobody waits for a slow reader."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

logger = logging.getLogger("aime.live")

CLOSED_ANONYMOUS = 4401
CLOSED_FORBIDDEN = 4403  # the membership changed
CLOSED_UNKNOWN = 4404
CLOSED_SLOW = 4408  # come back with `after`
CLOSED_RESTART = 4503  # come back with `after`
END_S = 1.0
MAX_NUMBER = 2**63 - 1  # what the database's bigint holds
QUEUE_MAX = 5000  # frames; five pulls of a long backlog


class Outlet:
    """Where frames for one socket go. Whose it is, and of which session, is kept to check that it may stay open."""

    __slots__ = (
        "_close", "_code", "_queue", "_send", "_task", "_waker",
        "role", "run_id", "session", "space_id", "spaces", "user_id",
    )  # fmt: skip

    def __init__(
        self,
        send: Callable[[str], Awaitable[None]],
        close: Callable[[int], Awaitable[None]],
        *,
        user_id: int,
        space_id: int,
        role: str | None,
        spaces: frozenset[int] = frozenset(),
        session: str = "",
    ) -> None:
        self.user_id, self.space_id, self.role, self.session = user_id, space_id, role, session
        self.spaces = spaces or frozenset({space_id})  # of which it hears that a list may have changed
        self.run_id = 0  # set by the hub when it follows a run
        self._send, self._close = send, close
        self._queue: deque[str] = deque()
        self._code: int | None = None
        self._waker: asyncio.Future[None] | None = None
        self._task = asyncio.get_running_loop().create_task(self._pump())
        self._task.add_done_callback(_report)

    def offer(self, frames: Sequence[str]) -> None:
        """Queue frames; a socket that is too far behind is told to come back instead."""
        if self._code is not None:
            return
        if len(self._queue) + len(frames) > QUEUE_MAX:
            self.end(CLOSED_SLOW)
            return
        self._queue.extend(frames)
        self._wake()

    def end(self, code: int) -> None:
        """Close the socket with a code; what is still queued is dropped."""
        if self._code is None:
            self._code = code
            self._queue.clear()
            self._wake()

    async def ended(self) -> None:
        """Wait until a socket that was ended has been told so; a slow one not for long."""
        await asyncio.wait([self._task], timeout=END_S)

    def drop(self) -> None:
        """Forget a socket that is gone."""
        self._code = self._code or CLOSED_RESTART
        self._task.cancel()

    def _wake(self) -> None:
        if self._waker is not None and not self._waker.done():
            self._waker.set_result(None)

    async def _pump(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            while self._queue:
                await self._send(self._queue.popleft())
            if self._code is not None:
                await self._close(self._code)
                return
            self._waker = loop.create_future()
            await self._waker


def owner_of(scope: Any) -> dict[str, Any]:
    """Say who listens, and in which session."""
    return {"user_id": scope["user"].pk, "session": getattr(scope.get("session"), "session_key", None) or ""}


def number_of(text: str) -> int:
    """Read the number that a browser has; what is none means from the beginning."""
    digits = text[:20]  # Python reads no number of thousands of digits
    return min(int(digits), MAX_NUMBER) if digits.isdecimal() else 0


def _report(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and task.exception() is not None:
        logger.info("a socket broke while it was written to: %r", task.exception())

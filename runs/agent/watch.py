"""Timeouts of one stream without a timer per chunk: first token, stall, whole answer.

`asyncio.timeout` around every read costs about 5 µs and does not work across the yields of a generator. Here one timer
sleeps until the earliest possible end and looks at when bytes last came. It cancels the task only while it waits in a
read; `expired` then says why, and the cancellation is taken back (as asyncio.timeout does).
"""

from __future__ import annotations

import asyncio
from typing import Literal, Self

Expiry = Literal["first_token", "stall", "deadline", "ended"]


class Watch:
    """Used as `with Watch(...) as watch`; the reader sets `reading` around its waits and `last_s` at every chunk."""

    __slots__ = ("_began_s", "_cancelling", "_deadline_s", "_handle", "_limit_s", "_loop", "_phase", "_stall_s",
                 "_task", "expired", "last_s", "reading", "time")  # fmt: skip

    def __init__(self, *, first_token_s: float, stall_s: float, deadline_s: float) -> None:
        self._loop = asyncio.get_running_loop()
        self.time = self._loop.time
        self._limit_s, self._stall_s = first_token_s, stall_s
        self._phase: Expiry = "first_token"
        self.expired: Expiry | None = None
        self.reading = True
        self._began_s = self.last_s = self.time()
        self._deadline_s = self._began_s + deadline_s

    def __enter__(self) -> Self:
        task = asyncio.current_task()
        assert task is not None, "a stream is read within a task"
        self._task, self._cancelling = task, task.cancelling()
        self._handle = self._loop.call_at(self._due_s(), self._check)
        return self

    def __exit__(self, *_exc: object) -> None:
        self._handle.cancel()

    def first_token(self) -> None:
        self._enter("stall", self._stall_s)

    def ended(self, grace_s: float) -> None:
        """The answer is complete; wait only `grace_s` more for what may follow (usage, end of stream)."""
        self._enter("ended", grace_s)

    def over(self) -> bool:
        """Whether the deadline passed while the consumer was busy."""
        if self.last_s < self._deadline_s:
            return False
        self.expired = "deadline"
        return True

    def took_back(self) -> bool:
        """Whether a CancelledError was ours, and nobody else's at the same time; call it once, when catching one."""
        return self.expired is not None and self._task.uncancel() <= self._cancelling

    def _enter(self, phase: Expiry, limit_s: float) -> None:
        self._phase, self._limit_s = phase, limit_s
        self._handle.cancel()
        self._handle = self._loop.call_at(self._due_s(), self._check)

    def _due_s(self) -> float:
        since = self._began_s if self._phase == "first_token" else self.last_s
        return min(self._deadline_s, since + self._limit_s)

    def _check(self) -> None:
        now, due = self.time(), self._due_s()
        if now < due or not self.reading:
            self._handle = self._loop.call_at(max(due, now + 0.05), self._check)
            return
        self.expired = "deadline" if now >= self._deadline_s else self._phase
        self._task.cancel()

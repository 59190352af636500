"""Threads that are lent to requests, so that a database connection outlives the request that opened it.

Django gives each request under ASGI a new thread, and a connection belongs to its thread: each page began with a new
server process of PostgreSQL (measured in ADR 0024). Here a thread that has come back is lent again, the last one first,
and what one of its requests prepared is prepared for the next. As many requests run at once as before.

A request changes to its thread once and back once: middleware and views are all synchronous. In Django's own handler a
request went to and fro seven times, for the sake of asynchronous ones that Aime does not have.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.db import connections
from django.http import HttpRequest
from django.http.response import HttpResponseBase

KEPT = 8  # idle threads with a connection each; what a burst took beyond them ends with it

Scope = dict[str, Any]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class PageHandler(ASGIHandler):
    """Django's ASGI handler with the middleware of its synchronous one."""

    def load_middleware(self, is_async: bool = False) -> None:
        """Build the synchronous chain, whatever is asked for."""
        super().load_middleware(is_async=False)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        """Go through middleware and view in the request's thread."""
        return await sync_to_async(self.get_response)(request)


class RequestThreads:
    """An ASGI application that runs the synchronous code of each request in a thread of its own, lent from a few."""

    def __init__(self, app: App, *, kept: int = KEPT) -> None:
        self._app, self._kept = app, kept
        self._idle: list[ThreadPoolExecutor] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        thread = self._idle.pop() if self._idle else ThreadPoolExecutor(max_workers=1, thread_name_prefix="request")
        try:
            async with ThreadSensitiveContext(executor=thread):
                await self._app(scope, receive, send)
        finally:
            self._take_back(thread)

    def _take_back(self, thread: ThreadPoolExecutor) -> None:
        """Lend it again once it is idle: a request that was cancelled may leave work behind that goes on."""
        loop = asyncio.get_running_loop()
        idle: Future[None] = thread.submit(_nothing)
        idle.add_done_callback(lambda _: _soon(loop, lambda: self._keep(thread)))

    def _keep(self, thread: ThreadPoolExecutor) -> None:
        if len(self._idle) < self._kept:
            self._idle.append(thread)
        else:
            thread.submit(connections.close_all)
            thread.shutdown(wait=False)


def _nothing() -> None:
    pass


def _soon(loop: asyncio.AbstractEventLoop, call: Callable[[], None]) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(call)

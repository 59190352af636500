"""Threads of requests: lent again with their connection, one for each request at a time, few kept; few changes."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connection, connections

from aime_project.request_threads import App, PageHandler, RequestThreads

Seen = list[Any]


async def ask(app: App, path: str = "/") -> list[dict[str, Any]]:
    """Send a request and give what was sent back; the browser stays."""
    sent: list[dict[str, Any]] = []
    body = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> dict[str, Any]:
        for event in body:
            return event
        await asyncio.Event().wait()
        raise AssertionError

    async def send(event: Any) -> None:
        sent.append(dict(event))

    headers = [(b"host", b"localhost")]
    scope = {"type": "http", "method": "GET", "path": path, "headers": headers, "query_string": b"", "scheme": "https"}
    await app(scope, receive, send)
    return sent


def noting(seen: Seen, call: Callable[[], Any], *, until: Callable[[], Awaitable[None]] | None = None) -> App:
    """Give an application that notes what `call` says in the request's thread, twice; `until`: a wait in between."""

    async def app(_scope: Any, _receive: Any, _send: Any) -> None:
        first = await sync_to_async(call)()
        if until:
            await until()
        assert await sync_to_async(call)() == first  # a request stays in its thread
        seen.append(first)

    return app


async def settled(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(120):
        while not condition():
            await asyncio.sleep(0.01)


def backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        row = cursor.fetchone()
    assert row
    return int(row[0])


@pytest.mark.django_db(transaction=True)
async def test_next_request_has_the_connection_of_the_one_before() -> None:
    seen: Seen = []
    threads = RequestThreads(noting(seen, backend))
    for number in range(3):
        await ask(threads)
        await settled(lambda: len(threads._idle) == 1)
        assert len(seen) == number + 1
    assert len(set(seen)) == 1
    threads._idle[0].submit(connections.close_all).result()


async def test_requests_at_once_have_a_thread_each_and_few_are_kept() -> None:
    seen: Seen = []
    all_there = asyncio.Barrier(5)

    async def until() -> None:
        await all_there.wait()

    threads = RequestThreads(noting(seen, threading.get_ident, until=until), kept=2)
    async with asyncio.timeout(120):
        await asyncio.gather(*(ask(threads) for _ in range(5)))
    assert len(set(seen)) == 5
    await settled(lambda: len(threads._idle) == 2)
    await settled(lambda: len(set(seen) & {thread.ident for thread in threading.enumerate()}) == 2)


async def test_thread_is_not_lent_while_a_request_that_has_gone_still_works_in_it() -> None:
    seen: Seen = []
    release = threading.Event()
    left: list[Awaitable[Any]] = []

    async def leaves_work(_scope: Any, _receive: Any, _send: Any) -> None:
        if not left:  # the first request alone
            left.append(asyncio.ensure_future(sync_to_async(release.wait)()))
            await asyncio.sleep(0.05)
            return
        seen.append(await sync_to_async(threading.get_ident)())

    threads = RequestThreads(leaves_work)
    await ask(threads)
    await asyncio.wait_for(ask(threads), 120)
    assert seen
    release.set()
    await settled(lambda: len(threads._idle) == 2)
    await left[0]


class Counting(ThreadPoolExecutor):
    """A thread that counts how often it is changed to."""

    changes = 0

    def submit(self, *args: Any, **kwargs: Any) -> Any:
        self.changes += 1
        return super().submit(*args, **kwargs)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("path", "status"), [("/health", 200), ("/nowhere/", 404)])
async def test_page_changes_its_thread_for_begin_answer_and_end_only(path: str, status: int) -> None:
    threads = RequestThreads(PageHandler())
    thread = Counting(max_workers=1)
    threads._idle.append(thread)
    sent = await ask(threads, path)
    assert sent[0]["status"] == status
    assert thread.changes <= 4  # the fourth asks whether it is idle again
    await settled(lambda: thread in threads._idle)
    thread.submit(connections.close_all).result()


async def test_static_file_that_is_not_in_memory_still_comes() -> None:
    sent = await ask(RequestThreads(PageHandler()), "/static/nothing-of-this-name.js")
    assert sent[0]["status"] == 404

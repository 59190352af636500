"""The door in front of the embedded model: a limit on its queue.

llama.cpp queues without limit and never answers 429, and it keeps working on a request whose client left unless that
was a stream (llm.md 2). So this lets only as many requests through as the server has slots, keeps a few waiting, and
refuses the rest with 429 and Retry-After. Bytes are passed through as they come; when the client leaves, the
connection to the server is closed at once, which frees the slot. Each connection serves one request (the server's
keep-alive loses about 1 % of requests to a race).
"""

import asyncio
import contextlib
import hmac
import json
import logging
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

HEAD_BYTES = 64 * 1024
BODY_BYTES = 32 * 1024 * 1024
HEAD_S = 30.0
CHUNK_BYTES = 64 * 1024
RETRY_BUSY_S = 5
PASSED_HEADERS = ("content-type", "accept", "authorization", "user-agent")

logger = logging.getLogger("aime.model")


@dataclass(frozen=True, slots=True)
class Request:
    """A request as far as the gate needs it."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Refused(Exception):
    """Answered by the gate itself."""

    def __init__(self, status: int, kind: str, message: str, retry_after_s: int | None = None) -> None:
        super().__init__(message)
        self.status, self.kind, self.retry_after_s = status, kind, retry_after_s


class Gate:
    """Serve on 127.0.0.1 in front of the server on port `upstream`."""

    def __init__(self, upstream: int, *, api_key: str, slots: int, waiting: int) -> None:
        self._upstream = upstream
        self._api_key = api_key
        self._slots = asyncio.Semaphore(slots)
        self._limit = slots + waiting
        self._inside = 0

    async def serve(self, port: int) -> asyncio.Server:
        """Listen; port 0 chooses one."""
        return await asyncio.start_server(self._connected, "127.0.0.1", port, limit=HEAD_BYTES)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            try:
                await self._answer(reader, writer)
            except Refused as refused:
                writer.write(refusal(refused))
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError, TimeoutError):
            pass  # the client left, or never said anything
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with asyncio.timeout(HEAD_S):
            request = await read_request(reader)
        if (request.method, request.path) == ("GET", "/health"):
            writer.write(response(200, {"status": "ok", "requests": self._inside, "limit": self._limit}))
            await writer.drain()
            return
        if not hmac.compare_digest(
            request.headers.get("authorization", "").encode(), f"Bearer {self._api_key}".encode()
        ):
            raise Refused(401, "invalid_api_key", "The embedded model's key is missing or wrong.")
        await _until_client_leaves(reader, self._pass(request, writer))

    async def _pass(self, request: Request, writer: asyncio.StreamWriter) -> None:
        if self._inside >= self._limit:
            raise Refused(429, "overloaded", "The embedded model's queue is full.", RETRY_BUSY_S)
        self._inside += 1
        try:
            async with self._slots:
                await relay(request, self._upstream, writer)
        finally:
            self._inside -= 1


async def read_request(reader: asyncio.StreamReader) -> Request:
    """Read one HTTP/1.1 request with a Content-Length body. Raises Refused for what clients of a model never send."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.LimitOverrunError as error:
        raise Refused(431, "invalid_request", "The request's head is too large.") from error
    first, *lines = head.strip().split("\r\n")
    words = first.split(" ")
    if len(words) != 3:
        raise Refused(400, "invalid_request", "Not an HTTP request.")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    if "transfer-encoding" in headers:
        raise Refused(411, "invalid_request", "Send a Content-Length.")
    length = headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > BODY_BYTES:
        raise Refused(413, "invalid_request", f"The body is larger than {BODY_BYTES} bytes.")
    return Request(words[0], words[1], headers, await reader.readexactly(int(length)))


async def relay(request: Request, port: int, writer: asyncio.StreamWriter) -> None:
    """Send the request to the server and its answer, byte by byte as it comes, to the client."""
    try:
        reader, upstream = await asyncio.open_connection("127.0.0.1", port)
    except OSError as error:
        raise Refused(502, "model_failed", "The embedded model does not answer.", RETRY_BUSY_S) from error
    try:
        lines = [f"{request.method} {request.path} HTTP/1.1", f"host: 127.0.0.1:{port}", "connection: close"]
        lines += [f"{name}: {request.headers[name]}" for name in PASSED_HEADERS if name in request.headers]
        lines += [f"content-length: {len(request.body)}", "", ""]
        upstream.write("\r\n".join(lines).encode("latin-1") + request.body)
        while chunk := await reader.read(CHUNK_BYTES):
            writer.write(chunk)
            await writer.drain()
    finally:
        upstream.close()


async def _until_client_leaves(reader: asyncio.StreamReader, work: Coroutine[Any, Any, None]) -> None:
    """Run `work`, but cancel it as soon as the client closes its side."""
    task = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(_end_of(reader))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for future in (task, gone):
            if not future.done():
                future.cancel()
        await asyncio.wait({task, gone})
    if not task.cancelled():
        task.result()


async def _end_of(reader: asyncio.StreamReader) -> None:
    with contextlib.suppress(OSError):
        while await reader.read(CHUNK_BYTES):
            pass


def refusal(refused: Refused) -> bytes:
    """Give an error in the shape of OpenAI's."""
    content = {"error": {"message": str(refused), "type": refused.kind, "code": refused.status}}
    return response(refused.status, content, refused.retry_after_s)


def response(status: int, content: Mapping[str, object], retry_after_s: int | None = None) -> bytes:
    """Give a whole HTTP answer."""
    body = json.dumps(content).encode()
    lines = [
        f"HTTP/1.1 {status} -",
        "content-type: application/json",
        f"content-length: {len(body)}",
        "connection: close",
    ]
    if retry_after_s is not None:
        lines.append(f"retry-after: {retry_after_s}")
    return "\r\n".join([*lines, "", ""]).encode("ascii") + body

"""A raw HTTP endpoint for the odd cases: plays scripted answers byte by byte and keeps the requests it got."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Self


@dataclass
class Reply:
    """`pieces`: bytes to send, a number waits that long. `drop`: cut the connection before or after the pieces."""

    pieces: Sequence[bytes | float] = ()
    status: int = 200
    content_type: str = "text/event-stream"
    headers: dict[str, str] = field(default_factory=dict)
    drop: bool = False


def chunk(delta: Any = None, *, finish: str | None = None, **rest: Any) -> bytes:
    """One chat completion chunk as an event."""
    body = {"choices": [{"index": 0, "delta": delta or {}, "finish_reason": finish}], **rest}
    return b"data: " + json.dumps(body, ensure_ascii=False).encode() + b"\n\n"


def text(*pieces: str) -> list[bytes]:
    """A whole well-formed answer."""
    return [*(chunk({"content": piece}) for piece in pieces), chunk(finish="stop"), b"data: [DONE]\n\n"]


def refusal(status: int, body: Any, **headers: str) -> Reply:
    return Reply([json.dumps(body).encode()], status, "application/json", headers)


@dataclass
class Endpoint:
    """Listens on a free port; use as an async context manager."""

    replies: list[Reply] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    closed_early: int = 0
    connections: int = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._handle, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_exc: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/v1"

    async def _handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
                self.bodies.append(json.loads(await reader.readexactly(length)))
                reply = self.replies.pop(0)
                await self._send(reply, writer, reader)
                if reply.drop:
                    return
        except asyncio.IncompleteReadError:
            pass
        except ConnectionError:
            self.closed_early += 1
        finally:
            writer.close()

    async def _send(self, reply: Reply, writer: asyncio.StreamWriter, reader: asyncio.StreamReader) -> None:
        if reply.drop and not reply.pieces:
            return
        extra = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in reply.headers.items())
        writer.write(
            f"HTTP/1.1 {reply.status} Scripted\r\nContent-Type: {reply.content_type}\r\n{extra}"
            "Transfer-Encoding: chunked\r\n\r\n".encode()
        )
        for piece in reply.pieces:
            if isinstance(piece, bytes):
                writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                await writer.drain()
            elif await self._closed_within(piece, reader):
                raise ConnectionResetError
        if not reply.drop:
            writer.write(b"0\r\n\r\n")
            await writer.drain()

    async def _closed_within(self, seconds: float, reader: asyncio.StreamReader) -> bool:
        try:
            return await asyncio.wait_for(reader.read(1), seconds) == b""
        except TimeoutError:
            return False

"""Sockets that watch runs as pages do, in a process of their own so that they cost the product nothing.

    python -m tests.bench.watchers      (its orders are one JSON object on standard input, see `main`)

Prints `connected` once all sockets are accepted. While it runs it only notes when bytes came; everything else is
worked out at the end and printed as one JSON list: a pair for each socket, its run and what it got.
"""

import asyncio
import base64
import json
import os
import signal
import sys
import time
from typing import Any

GET = (
    "GET /ws/live/?run={run}&after=0 HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Extensions: permessage-deflate\r\n"
    "Origin: http://127.0.0.1:{port}\r\nCookie: {cookie}\r\n\r\n"
)
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


class Socket(asyncio.Protocol):
    """One page's socket: the least of RFC 6455 that a browser's end needs."""

    def __init__(self, run: str, request: bytes, until: bytes) -> None:
        self.run, self._request, self._until = run, request, until
        self.frames: list[tuple[float, bytes]] = []
        self.accepted, self.finished = asyncio.Event(), asyncio.Event()
        self.trouble = ""
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport
        transport.write(self._request)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        now = time.monotonic()
        data = self._rest + data
        if not self.accepted.is_set():
            head, end, data = data.partition(b"\r\n\r\n")
            if not end:
                self._rest = head
                return
            if b" 101 " not in head.split(b"\r\n")[0] or b"permessage-deflate" in head.lower():
                self._fail(head.decode("latin-1"))
            self.accepted.set()
        while len(data) >= 2:
            size, start = data[1] & 127, 2
            if size == 126:
                size, start = int.from_bytes(data[2:4], "big"), 4
            elif size == 127:
                size, start = int.from_bytes(data[2:10], "big"), 10
            if len(data) < start + size:
                break
            self._take(data[0] & 15, data[start : start + size], now)
            data = data[start + size :]
        self._rest = data

    def _take(self, kind: int, payload: bytes, now: float) -> None:
        if kind == TEXT:
            self.frames.append((now, payload))
            if self._until in payload:
                self.finished.set()
        elif kind == PING:  # masked with zeros, which changes nothing
            self._transport.write(bytes([0x80 | PONG, 0x80 | len(payload), 0, 0, 0, 0]) + payload)
        elif kind == CLOSE:
            self._fail(f"closed: {payload!r}")

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.finished.is_set():
            self._fail(f"lost: {exc}")

    def _fail(self, why: str) -> None:
        self.trouble = self.trouble or why
        self.accepted.set()
        self.finished.set()


def account(socket: Socket) -> dict[str, Any]:
    """Put the deltas together; a token that is doubled, missing or out of order is trouble."""
    text, last, arrivals, ended = "", 0, list[float](), 0.0
    for at, payload in socket.frames:
        frame = json.loads(payload)
        if "s" not in frame:  # of a list that may have changed, or of the news themselves
            continue
        if frame["s"] <= last:
            socket.trouble = socket.trouble or f"number {frame['s']} after {last}"
        last = frame["s"]
        if frame["t"] == "delta":
            if frame["o"] != len(text):
                socket.trouble = socket.trouble or f"offset {frame['o']} after {len(text)} characters"
            text += frame["x"]
            arrivals += [at] * frame["x"].count(" ")
        elif frame.get("k") == "message.finished":
            ended = at
    frames = [(at, payload.decode()) for at, payload in socket.frames if b'"t":"delta"' not in payload]
    return {"text": text, "arrivals": arrivals, "ended": ended, "trouble": socket.trouble, "frames": frames}


async def main(orders: dict[str, Any]) -> None:
    """Watch until each socket has seen `until`, or SIGTERM. Orders: port, cookie, runs, until."""
    loop = asyncio.get_running_loop()
    sockets = []
    for run in orders["runs"]:
        key = base64.b64encode(os.urandom(16)).decode()
        request = GET.format(run=run, port=orders["port"], key=key, cookie=orders["cookie"]).encode()
        socket = Socket(run, request, orders["until"].encode())
        await loop.create_connection(lambda socket=socket: socket, "127.0.0.1", orders["port"])  # type: ignore[misc]
        await socket.accepted.wait()
        sockets.append(socket)
    print("connected", flush=True)
    everything = asyncio.gather(*(socket.finished.wait() for socket in sockets))
    loop.add_signal_handler(signal.SIGTERM, everything.cancel)
    await asyncio.wait([everything])
    print(json.dumps([[socket.run, account(socket)] for socket in sockets]), flush=True)


if __name__ == "__main__":
    import uvloop

    uvloop.run(main(json.loads(sys.stdin.readline())))

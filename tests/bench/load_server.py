"""A model endpoint for load: every stream gets tokens at a fixed rate, each token says when it was written.

    python -m tests.bench.load_server EPOCH      (prints its port)

The model's name says the rate: `load-30` writes 30 tokens a second until `GET /finish`. A token is the time since EPOCH
on the machine's monotonic clock, in 0.1 ms, and a space. `GET /stats` tells how many streams are open, how many tokens
were written and when streams were closed by the other side. No framework: 200 streams cost a tenth of a core.
"""

import asyncio
import json
import random
import sys
import time
from typing import Any

CHUNK = b'data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"load","choices":[%s]%s}\n\n'
CHOICE = b'{"index":0,"delta":%s,"finish_reason":%s}'
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
END_SPREAD_S = 1.5


class LoadServer:
    """All streams of one endpoint."""

    def __init__(self, epoch: float) -> None:
        self._epoch = epoch
        self._finishing = asyncio.Event()
        self._stats: dict[str, Any] = {"open": 0, "written": 0, "closed": []}

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = 0
                for line in head.lower().split(b"\r\n"):
                    if line.startswith(b"content-length:"):
                        length = int(line.split(b":")[1])
                body = await reader.readexactly(length)
                if head.startswith(b"GET"):
                    self._tell(head, writer)
                else:
                    await self._stream(float(json.loads(body)["model"].split("-")[1]), reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def _tell(self, head: bytes, writer: asyncio.StreamWriter) -> None:
        if b"/finish" in head:
            self._finishing.set()
        elif b"/again" in head:
            self._finishing.clear()
            self._stats.update(written=0, closed=[])
        body = json.dumps(self._stats).encode()
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body
        )

    async def _stream(self, rate: float, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._stats["open"] += 1
        written = 0
        try:
            writer.write(HEAD + frame(b'{"role":"assistant","content":""}'))
            due = time.monotonic() + random.random() / rate
            end: float | None = None
            while end is None or due < end:
                await asyncio.sleep(due - time.monotonic())
                if reader.at_eof() or writer.is_closing():  # uvloop may close without an end to read
                    self._stats["closed"].append(time.monotonic())
                    raise ConnectionResetError
                writer.write(frame(b'{"content":"%d "}' % int((time.monotonic() - self._epoch) * 10_000)))
                written += 1
                due += 1 / rate
                if end is None and self._finishing.is_set():
                    end = due + random.random() * END_SPREAD_S
            writer.write(frame(b"{}", finish=b'"stop"') + usage(written) + b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n")
            await writer.drain()
        finally:
            self._stats["open"] -= 1
            self._stats["written"] += written


def frame(delta: bytes, *, finish: bytes = b"null") -> bytes:
    """Give one chunk of the answer as one chunk of the transfer."""
    body = CHUNK % (CHOICE % (delta, finish), b"")
    return b"%x\r\n%s\r\n" % (len(body), body)


def usage(written: int) -> bytes:
    """Give the last chunk, which counts."""
    body = CHUNK % (b"", b',"usage":{"prompt_tokens":10,"completion_tokens":%d}' % written)
    return b"%x\r\n%s\r\n" % (len(body), body)


async def main(epoch: float) -> None:
    """Serve until killed."""
    server = await asyncio.start_server(LoadServer(epoch).handle, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    import uvloop

    uvloop.run(main(float(sys.argv[1])))

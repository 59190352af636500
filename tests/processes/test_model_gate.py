"""The gate before a model server that does as the test says: limit, refusal, streaming, clients that leave."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from aime_project.processes.model import gate as model_gate
from aime_project.processes.model.gate import Gate

KEY = "secret"


@dataclass
class Upstream:
    """A server whose answers end when `finish` is set; it counts who is inside."""

    finish: asyncio.Event = field(default_factory=asyncio.Event)
    begun: int = 0
    inside: int = 0
    most: int = 0
    left_early: int = 0
    requests: list[bytes] = field(default_factory=list)
    port: int = 0

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        self.requests.append(head + await reader.readexactly(length))
        self.begun += 1
        self.inside += 1
        self.most = max(self.most, self.inside)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\ndata: first\n\n")
        leaving = asyncio.ensure_future(reader.read())
        finishing = asyncio.ensure_future(self.finish.wait())
        await asyncio.wait({leaving, finishing}, return_when=asyncio.FIRST_COMPLETED)
        self.inside -= 1
        self.left_early += not self.finish.is_set()
        for future in (leaving, finishing):
            future.cancel()
        with contextlib.suppress(OSError):
            writer.write(b"data: last\n\n")
            writer.close()
            await writer.wait_closed()


@pytest.fixture
async def upstream() -> AsyncIterator[Upstream]:
    upstream = Upstream()
    server = await asyncio.start_server(upstream.answer, "127.0.0.1", 0)
    upstream.port = server.sockets[0].getsockname()[1]
    yield upstream
    upstream.finish.set()
    server.close()


@pytest.fixture
async def port(upstream: Upstream) -> AsyncIterator[int]:
    """A gate with two slots that lets two more wait."""
    server = await Gate(upstream.port, api_key=KEY, slots=2, waiting=2).serve(0)
    yield server.sockets[0].getsockname()[1]
    server.close()


OPEN: list[asyncio.StreamWriter] = []


@pytest.fixture(autouse=True)
async def closed_in_the_end() -> AsyncIterator[None]:
    """Close what a test opened, and let the gate and the server notice before the loop ends."""
    yield
    while OPEN:
        writer = OPEN.pop()
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    if tasks:
        await asyncio.wait(tasks, timeout=120)


class Client:
    """One request; `first` waits for the beginning of the answer, `rest` for its end."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        OPEN.append(writer)

    @classmethod
    async def post(cls, port: int, body: bytes = b"{}", *, key: str = KEY, more: bytes = b"") -> "Client":
        client = cls(*await asyncio.open_connection("127.0.0.1", port))
        head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\n".encode()
        client.writer.write(head + more + f"content-length: {len(body)}\r\n\r\n".encode() + body)
        return client

    async def status(self) -> int:
        async with asyncio.timeout(120):
            return int((await self.reader.readline()).split()[1])

    async def rest(self) -> bytes:
        async with asyncio.timeout(120):
            return await self.reader.read()

    def leave(self) -> None:
        self.writer.close()


async def until(condition: object) -> None:
    async with asyncio.timeout(120):
        while not condition():  # type: ignore[operator]
            await asyncio.sleep(0.005)


async def until_inside(port: int, number: int) -> None:
    """Wait until so many requests are in the gate, as it says itself."""
    async with asyncio.timeout(120):
        while True:
            client = Client(*await asyncio.open_connection("127.0.0.1", port))
            client.writer.write(b"GET /health HTTP/1.1\r\n\r\n")
            if json.loads((await client.rest()).partition(b"\r\n\r\n")[2])["requests"] == number:
                return
            await asyncio.sleep(0.005)


async def test_answer_is_streamed_before_it_ends(port: int, upstream: Upstream) -> None:
    client = await Client.post(port, '{"text": "需求"}'.encode())
    assert await client.status() == 200
    async with asyncio.timeout(120):
        assert b"data: first" in await client.reader.readuntil(b"first")
    assert upstream.inside == 1
    upstream.finish.set()
    assert (await client.rest()).endswith(b"data: last\n\n")
    assert upstream.requests[0].endswith('{"text": "需求"}'.encode())
    assert b"connection: close" in upstream.requests[0]


async def test_no_more_requests_reach_the_server_than_it_has_slots(port: int, upstream: Upstream) -> None:
    clients = [await Client.post(port) for _ in range(4)]
    await until(lambda: upstream.begun == 2)
    await asyncio.sleep(0.05)
    assert upstream.begun == 2
    upstream.finish.set()
    assert [await client.status() for client in clients] == [200] * 4
    await until(lambda: upstream.begun == 4)
    assert upstream.most == 2


async def test_request_beyond_the_limit_is_refused_with_retry_after(port: int, upstream: Upstream) -> None:
    waiting = [await Client.post(port) for _ in range(4)]
    await until_inside(port, 4)
    await until(lambda: upstream.begun == 2)
    refused = await Client.post(port)
    assert await refused.status() == 429
    head, _, body = (await refused.rest()).partition(b"\r\n\r\n")
    assert b"retry-after: 5" in head
    assert json.loads(body)["error"]["type"] == "overloaded"
    upstream.finish.set()
    assert [await client.status() for client in waiting] == [200] * 4
    assert await (await Client.post(port)).status() == 200


async def test_client_that_leaves_frees_its_slot_at_once(port: int, upstream: Upstream) -> None:
    clients = [await Client.post(port) for _ in range(3)]
    await until(lambda: upstream.begun == 2)
    clients[0].leave()
    await until(lambda: upstream.left_early == 1 and upstream.begun == 3)


async def test_client_that_leaves_while_waiting_never_reaches_the_server(port: int, upstream: Upstream) -> None:
    clients = [await Client.post(port) for _ in range(2)]
    await until(lambda: upstream.begun == 2)
    clients += [await Client.post(port) for _ in range(2)]
    await until_inside(port, 4)
    clients[2].leave()
    clients[3].leave()
    await until_inside(port, 2)
    upstream.finish.set()
    await until(lambda: upstream.inside == 0)
    await asyncio.sleep(0.05)
    assert upstream.begun == 2


async def test_wrong_key_is_refused(port: int, upstream: Upstream) -> None:
    assert await (await Client.post(port, key="other")).status() == 401
    assert upstream.begun == 0


async def test_server_that_is_gone_is_a_502(upstream: Upstream) -> None:
    server = await Gate(9, api_key=KEY, slots=1, waiting=0).serve(0)
    assert await (await Client.post(server.sockets[0].getsockname()[1])).status() == 502
    server.close()


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"POST /v1 HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n", 411),
        (b"POST /v1 HTTP/1.1\r\ncontent-length: -1\r\n\r\n", 413),
        (b"POST /v1 HTTP/1.1\r\ncontent-length: 99999999999\r\n\r\n", 413),
        (b"GET /" + b"x" * model_gate.HEAD_BYTES + b" HTTP/1.1\r\n\r\n", 431),
        (b"GET /health HTTP/1.1\r\n\r\n", 200),
    ],
)
async def test_odd_request_gets_a_plain_answer(port: int, raw: bytes, status: int) -> None:
    client = Client(*await asyncio.open_connection("127.0.0.1", port))
    client.writer.write(raw)
    assert await client.status() == status

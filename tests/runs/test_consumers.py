"""The socket: who gets in, and a real daphne that is killed, cut off and stopped while text streams."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.contrib.auth.models import AnonymousUser, User
from django.db import connections
from django.test import Client

from runs.consumers import LiveConsumer
from runs.live import hub
from runs.models import Run
from spaces.actions import remove_member
from spaces.models import Membership
from tests.factories import make_run, make_space, make_workflow
from tests.runs.streams import Stream, start_stream
from tests.runs.test_live import WAIT_S, terminate, until
from tests.runs.web_process import Page, WebProcess, cookie_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def run(builder: User, admin: User, transactional_db: None) -> Run:
    return make_run(make_workflow("a → b", space=make_space(admin=admin, builder=builder), owner=builder))


@pytest.fixture
def stream(run: Run) -> Stream:
    return start_stream(run)


@pytest.fixture(autouse=True)
async def _close_connections() -> AsyncIterator[None]:
    yield
    await hub().stop()
    await sync_to_async(connections.close_all)()


async def code_for(user: object, **query: str) -> int:
    """Connect and give the code the socket is closed with."""
    communicator = communicate(user, **query)
    connected, _ = await communicator.connect(WAIT_S)
    assert connected  # accepted first, so that a browser learns the code
    closed = await communicator.receive_output(WAIT_S)
    assert closed["type"] == "websocket.close"
    return int(closed["code"])


def communicate(user: object, **query: str) -> WebsocketCommunicator:
    communicator = WebsocketCommunicator(LiveConsumer.as_asgi(), f"/ws/live/?{urlencode(query)}")
    communicator.scope["user"] = user
    return communicator


async def first_event(communicator: WebsocketCommunicator) -> dict[str, Any]:
    """The first frame of the run, whatever notices come before it."""
    while True:
        frame: dict[str, Any] = await communicator.receive_json_from(WAIT_S)
        if frame["t"] != "notice":
            return frame


async def test_anonymous_socket_is_closed_with_4401(run: Run) -> None:
    assert await code_for(AnonymousUser(), run=run.public_id) == 4401


async def test_what_a_person_may_not_see_is_closed_with_4404(run: Run, outsider: User, builder: User) -> None:
    assert await code_for(outsider, run=run.public_id) == 4404
    assert await code_for(outsider, space="demo") == 4404
    assert await code_for(builder, run="NO" * 13) == 4404
    assert await code_for(builder, space="elsewhere") == 4404
    assert await code_for(builder) == 4404


async def test_socket_with_nul_or_bytes_that_are_no_text_in_its_address_is_closed_with_4404(builder: User) -> None:
    assert await code_for(builder, run="a\x00b") == 4404
    assert await code_for(builder, space="\x00") == 4404
    communicator = WebsocketCommunicator(LiveConsumer.as_asgi(), "/ws/live/")
    communicator.scope.update(user=builder, query_string=b"run=\xff\xfe")
    await communicator.connect(WAIT_S)
    assert (await communicator.receive_output(WAIT_S))["code"] == 4404


@pytest.mark.parametrize("after", ["", "0", "-3", "x", "²", "9" * 30, "9" * 5000])
async def test_strange_number_is_taken_as_it_can_be(run: Run, builder: User, after: str) -> None:
    communicator = communicate(builder, run=run.public_id, after=after)
    assert (await communicator.connect(WAIT_S))[0]
    if after.startswith("9"):
        assert await communicator.receive_json_from(WAIT_S) == {"t": "notice"}  # the hub has just begun to listen
        assert await communicator.receive_nothing(0.3)
    else:
        assert (await first_event(communicator))["s"] == 1
    await communicator.disconnect(timeout=WAIT_S)


async def test_what_a_browser_sends_is_ignored(run: Run, builder: User) -> None:
    communicator = communicate(builder, run=run.public_id)
    await communicator.connect(WAIT_S)
    await communicator.send_to(text_data='{"t": "delta"}')
    await communicator.send_to(bytes_data=b"\x00")
    assert (await first_event(communicator))["k"] == "run.started"
    await communicator.disconnect(timeout=WAIT_S)
    await until(lambda: not hub().outlets())


@pytest.mark.parametrize("of_run", [True, False])
async def test_socket_of_a_run_and_of_ones_own_hear_of_all_spaces(run: Run, builder: User, of_run: bool) -> None:
    """A page of one run counts what waits in others; one below no space counts all."""
    far = await sync_to_async(make_space)("far", builder=builder)
    flow = await sync_to_async(make_workflow)("x", space=far, owner=builder)
    query = {"run": run.public_id, "after": "999"} if of_run else {"mine": "1"}
    communicator = communicate(builder, **query)
    await communicator.connect(WAIT_S)
    assert await communicator.receive_json_from(WAIT_S) == {"t": "notice"}  # the hub has just begun to listen
    await sync_to_async(make_run)(flow)
    assert await communicator.receive_json_from(WAIT_S) == {"t": "notice"}
    await communicator.disconnect(timeout=WAIT_S)


async def test_space_socket_gets_notices(run: Run, builder: User) -> None:
    communicator = communicate(builder, space="demo")
    await communicator.connect(WAIT_S)
    assert await communicator.receive_json_from(WAIT_S) == {"t": "notice"}
    await communicator.disconnect(timeout=WAIT_S)


# --- a real daphne --------------------------------------------------------------------------------------------------
@pytest.fixture
def web(transactional_db: None) -> Iterator[WebProcess]:
    process = WebProcess()
    process.start()
    yield process
    process.close()


@pytest.fixture
def announced_web(transactional_db: None) -> Iterator[WebProcess]:
    """One that looks by itself once an hour: what it does, it does because it was told."""
    process = WebProcess("tests.runs.announced:application")
    process.start()
    yield process
    process.close()


@pytest.mark.processes
async def test_page_reads_every_character_once_through_cuts_kills_and_broken_connections(
    web: WebProcess, run: Run, stream: Stream, builder: User
) -> None:
    cookie = await sync_to_async(cookie_of)(builder)
    pages = [Page(web.port, f"run={run.public_id}", cookie) for _ in range(3)]
    writing = asyncio.create_task(write_for(stream, 10.0))
    await until(lambda: all(page.texts.get(stream.public_id) for page in pages))
    await pages[0].drop()
    await asyncio.sleep(0.5)
    await cut("LISTEN %")
    await asyncio.sleep(0.5)
    await asyncio.to_thread(web.kill)
    await asyncio.sleep(0.3)
    web.start()
    await asyncio.sleep(3.0)
    await pages[1].drop()
    await cut("%SELECT %(reader.place|m.user_id|session_key FROM)%")
    await writing
    await until(lambda: all(page.texts[stream.public_id] == stream.text for page in pages))
    assert [page.doubled for page in pages] == [0, 0, 0]
    assert all(1006 in page.codes for page in pages)
    for page in pages:
        await page.close()


async def cut(pattern: str) -> None:
    """End a connection of the web process, as soon as it has one that says so."""
    async with asyncio.timeout(WAIT_S):
        while not await sync_to_async(terminate)(pattern):
            await asyncio.sleep(0.1)


async def write_for(stream: Stream, seconds: float) -> None:
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    number = 0
    while loop.time() < end:
        await stream.awrite(f"{number} 汉字𠮷👩‍💻 ")
        number += 1
        await asyncio.sleep(0.03)


@pytest.mark.processes
async def test_daphne_tells_the_codes_and_closes_on_a_change_of_membership(
    announced_web: WebProcess, run: Run, builder: User, outsider: User
) -> None:
    query = f"run={run.public_id}"
    port = announced_web.port
    nobody, stranger = Page(port, query), Page(port, query, await sync_to_async(cookie_of)(outsider))
    member = Page(port, query, await sync_to_async(cookie_of)(builder))
    await until(lambda: bool(nobody.codes and stranger.codes and member.frames))
    assert (nobody.codes, stranger.codes) == ([4401], [4404])
    await sync_to_async(remove_member)(membership=await Membership.objects.aget(user=builder))
    await until(lambda: member.codes == [4403])


@pytest.mark.processes
async def test_sign_out_ends_the_sockets_of_that_session_alone(
    announced_web: WebProcess, run: Run, builder: User
) -> None:
    cookies = [await sync_to_async(cookie_of)(builder) for _session in range(2)]
    pages = [Page(announced_web.port, f"run={run.public_id}", cookie) for cookie in cookies]
    await until(lambda: all(page.frames for page in pages))
    client = Client()
    client.cookies["sessionid"] = cookies[0].removeprefix("sessionid=")
    await sync_to_async(client.post)("/accounts/logout/")
    await until(lambda: pages[0].codes[-1:] == [4401])  # it came back and was nobody
    assert not pages[1].codes


@pytest.mark.processes
async def test_stopping_daphne_sends_pages_away_at_once(web: WebProcess, run: Run, builder: User) -> None:
    page = Page(web.port, f"run={run.public_id}", await sync_to_async(cookie_of)(builder))
    await until(lambda: page.last > 0)
    code = await asyncio.to_thread(web.kill, signal.SIGTERM)
    await until(lambda: bool(page.codes))
    await page.close()
    assert code == 0
    assert page.codes[0] == 4503

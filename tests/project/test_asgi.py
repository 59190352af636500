"""The socket entry lets in our own pages only."""

import pytest
from channels.testing import WebsocketCommunicator

from aime_project.asgi import application

pytestmark = [pytest.mark.django_db(transaction=True)]


async def connects(path: str, origin: str | None) -> bool:
    headers = [] if origin is None else [(b"origin", origin.encode())]
    socket = WebsocketCommunicator(application, path, headers=headers)
    accepted, _ = await socket.connect(timeout=120)
    await socket.disconnect(timeout=120)
    return accepted


@pytest.mark.parametrize("origin", ["http://evil.example", "http://localhost.evil.example", None, "null"])
async def test_socket_from_another_page_is_refused(origin: str | None) -> None:
    assert await connects("/ws/live/", origin) is False


async def test_socket_from_our_page_reaches_the_consumer() -> None:
    assert await connects("/ws/live/", "http://localhost") is True  # it closes with a code that the browser can read


async def test_unknown_socket_is_closed_quietly() -> None:
    assert await connects("/ws/nothing/", "http://localhost") is False

"""Sending a long answer while it is made, without holding the event loop and without holding all of it."""

from collections.abc import AsyncIterator, Iterator
from typing import AnyStr

from channels.db import database_sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse


def streamed(request: HttpRequest, pieces: Iterator[AnyStr], *, content_type: str) -> StreamingHttpResponse:
    """Answer with the pieces as they come. The web process would hold a plain iterator back until its end."""
    is_async = isinstance(request, ASGIRequest)
    return StreamingHttpResponse(_slowly(pieces) if is_async else pieces, content_type=content_type)


async def _slowly(pieces: Iterator[AnyStr]) -> AsyncIterator[AnyStr]:
    """Hand on the pieces of a file without holding the event loop while the database is asked."""
    while (piece := await database_sync_to_async(lambda: next(pieces, None))()) is not None:
        yield piece

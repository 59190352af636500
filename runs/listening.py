"""LISTEN on PostgreSQL from an event loop, for ever: one connection, reconnecting after every break.

Notifications are hints: what was sent while the connection was down is gone, so every (re)connect is announced and
the listener looks at the tables itself. Needs a direct connection (no transaction-pooling proxy in between).
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import psycopg
from django.db import connections
from psycopg import sql as psql

logger = logging.getLogger("aime.listening")

RETRY_FIRST_S = 0.1
RETRY_MAX_S = 2.0
KEEPALIVE: dict[str, Any] = {"keepalives": 1, "keepalives_idle": 20, "keepalives_interval": 5, "keepalives_count": 3}


@dataclass(frozen=True)
class Heard:
    """A notification; `channel` empty: the connection is (again) up, anything may have been missed."""

    channel: str
    payload: str


def plain_parameters() -> dict[str, Any]:
    """Give psycopg's connection parameters of Django's default database, without Django's own additions."""
    parameters = connections["default"].get_connection_params()
    for name in ("cursor_factory", "context", "prepare_threshold", "pool"):
        parameters.pop(name, None)
    return parameters


async def connect() -> psycopg.AsyncConnection[Any]:
    """Open a connection of its own in autocommit mode, outside Django's connection handling."""
    return await psycopg.AsyncConnection.connect(**plain_parameters(), **KEEPALIVE, autocommit=True)


async def listen(*channels: str, lost: Callable[[], None] = lambda: None) -> AsyncIterator[Heard]:
    """Yield what is notified on the channels, and an empty `Heard` after every (re)connect. Never ends by itself.

    `lost` is called whenever the connection is gone, and again with every try that fails.
    """
    delay_s = RETRY_FIRST_S
    while True:
        try:
            connection = await connect()
            async with connection:
                for channel in channels:
                    await connection.execute(psql.SQL("LISTEN {}").format(psql.Identifier(channel)))
                delay_s = RETRY_FIRST_S
                yield Heard("", "")
                async for notice in connection.notifies():
                    yield Heard(notice.channel, notice.payload)
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            lost()
            logger.warning("listening again in %.1f s: %s", delay_s, str(error).strip())
        await asyncio.sleep(delay_s)
        delay_s = min(RETRY_MAX_S, delay_s * 2)

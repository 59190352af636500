"""The batched writer of streaming text: one transaction per host and tick for all messages (ADR 0011).

Pieces are buffered per message and written with their offset in code points. A run whose sequence row another
transaction holds is skipped until the next tick; a message that no longer streams takes no more text.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from django.db import InterfaceError, OperationalError, connection, transaction

from runs import sql
from runs.transitions.events import NOTIFY_GROUP

logger = logging.getLogger("aime.ticker")

LOCK = "SELECT run_id FROM runs_runsequence WHERE run_id = ANY(%s) ORDER BY run_id FOR NO KEY UPDATE SKIP LOCKED"
WRITE = """
WITH piece AS (
    SELECT p.* FROM unnest(%s::bigint[], %s::bigint[], %s::int[], %s::text[])
        WITH ORDINALITY AS p(run_id, message_id, start, text, place)
    JOIN runs_message m ON m.id = p.message_id AND m.status = 'streaming'
), want AS (
    SELECT run_id, count(*) AS n FROM piece GROUP BY run_id
), number AS (
    UPDATE runs_runsequence s SET seq = s.seq + want.n FROM want WHERE s.run_id = want.run_id
    RETURNING s.run_id, s.seq - want.n AS base, s.seq AS last
), stored AS (
    INSERT INTO runs_messagedelta (run_id, seq, message_id, "offset", text)
    SELECT p.run_id, number.base + row_number() OVER (PARTITION BY p.run_id ORDER BY p.place), message_id, start, text
    FROM piece p JOIN number USING (run_id)
), grouped AS (
    SELECT run_id, base, last, (row_number() OVER () - 1) / %s AS part FROM number
)
SELECT pg_notify('aime_live', string_agg(run_id || ':' || base + 1 || '-' || last, ',')) FROM grouped GROUP BY part
"""
WRITTEN = """
SELECT message_id, max("offset" + char_length(text)) FROM runs_messagedelta WHERE message_id = ANY(%s) GROUP BY 1
"""
RETRY_S = 0.3


def storable(text: str) -> str:
    """Replace, one for one, the code points that PostgreSQL's text cannot hold (NUL and lone surrogates)."""
    if "\x00" in text:
        text = text.replace("\x00", "\ufffd")
    try:
        text.encode()
    except UnicodeEncodeError:
        text = "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text)
    return text


@dataclass
class Buffer:
    """Text of one message that is not written yet. `start`: its offset in the message, in code points."""

    run_id: int
    start: int = 0
    pieces: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Piece:
    """What one tick writes of one message."""

    message_id: int
    run_id: int
    start: int
    text: str


class Ticker:
    """Buffers text deltas and writes them once per tick. `in_thread` runs a blocking call off the loop."""

    def __init__(self, in_thread: Callable[..., Awaitable[frozenset[int]]], tick_s: float) -> None:
        self._in_thread = in_thread
        self._tick_s = tick_s
        self._buffers: dict[int, Buffer] = {}
        self._some = asyncio.Event()

    def open(self, run_id: int, message_id: int) -> None:
        """Begin to take text for a message."""
        self._buffers[message_id] = Buffer(run_id)

    def add(self, message_id: int, text: str) -> None:
        """Buffer text of an open message."""
        buffer = self._buffers.get(message_id)
        if buffer is not None and text:
            buffer.pieces.append(text)
            self._some.set()

    def close(self, message_id: int) -> None:
        """Forget a message; its whole text is written by whoever ends it."""
        self._buffers.pop(message_id, None)

    async def run(self) -> None:
        """Write ticks until cancelled; outlives breaks of the database."""
        while True:
            await self._some.wait()
            await asyncio.sleep(self._tick_s)
            self._some.clear()
            pieces = self._take()
            if pieces:
                held = await self._in_thread(write, pieces)
                self._give_back([piece for piece in pieces if piece.run_id in held])

    def _take(self) -> list[Piece]:
        pieces = []
        for message_id, buffer in self._buffers.items():
            if buffer.pieces:
                text = storable("".join(buffer.pieces))
                pieces.append(Piece(message_id, buffer.run_id, buffer.start, text))
                buffer.start += len(text)
                buffer.pieces.clear()
        return pieces

    def _give_back(self, pieces: list[Piece]) -> None:
        for piece in pieces:
            buffer = self._buffers.get(piece.message_id)
            if buffer is not None:
                buffer.start = piece.start
                buffer.pieces.insert(0, piece.text)
                self._some.set()


def write(pieces: list[Piece]) -> frozenset[int]:
    """Write pieces; return the runs that were held by others and got nothing. Blocks while the database is away.

    A commit whose answer was lost is found by the length that is already there, so nothing is written twice.
    """
    while True:
        try:
            return _write(pieces)
        except (OperationalError, InterfaceError) as error:
            logger.warning("text waits for the database: %s", str(error).strip())
            connection.close()
            time.sleep(RETRY_S)
        try:
            pieces = _unwritten(pieces)
        except (OperationalError, InterfaceError):
            connection.close()


def _write(pieces: list[Piece]) -> frozenset[int]:
    runs = {piece.run_id for piece in pieces}
    with transaction.atomic():
        free = {row[0] for row in sql.rows(LOCK, (sorted(runs),))}
        taken = [piece for piece in pieces if piece.run_id in free]
        if taken:
            sql.rows(
                WRITE,
                (
                    [piece.run_id for piece in taken],
                    [piece.message_id for piece in taken],
                    [piece.start for piece in taken],
                    [piece.text for piece in taken],
                    NOTIFY_GROUP,
                ),
            )
    return frozenset(runs - free)


def _unwritten(pieces: list[Piece]) -> list[Piece]:
    have: dict[int, int] = dict(sql.rows(WRITTEN, ([piece.message_id for piece in pieces],)))
    left = []
    for piece in pieces:
        done = max(0, have.get(piece.message_id, 0) - piece.start)
        if done < len(piece.text):
            left.append(Piece(piece.message_id, piece.run_id, piece.start + done, piece.text[done:]))
    return left

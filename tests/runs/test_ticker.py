"""The batched writer of streaming text: offsets, odd characters, held runs, a database that goes away."""

import asyncio
import threading
from collections.abc import Awaitable, Callable

import psycopg
import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from runs import sql, ticker
from runs.desk import Desk
from runs.listening import plain_parameters
from runs.models import Message, MessageDelta, Run
from runs.ticker import Piece, Ticker, storable, write
from tests.runs.conftest import StartRun
from tests.runs.engine import assert_numbered, speak, take_one

FAMILY = "👩‍💻"
COMMITTED = pytest.mark.django_db(transaction=True)


def streaming(run: Run, key: str = "a") -> Message:
    return speak(take_one(run, key), "")


def deltas(message: Message) -> list[tuple[int, str]]:
    return list(MessageDelta.objects.filter(message=message).order_by("seq").values_list("offset", "text"))


# --- Characters -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("plain", "plain"),
        ("𠮷" + FAMILY, "𠮷" + FAMILY),
        ("a\x00b", "a\ufffdb"),
        ("a\ud83d b", "a\ufffd b"),
        ("\udc00\x00\ud800", "\ufffd\ufffd\ufffd"),
    ],
)
def test_storable_of_odd_text_replaces_one_for_one(text: str, stored: str) -> None:
    assert storable(text) == stored


@given(st.text(st.characters(exclude_categories=())))
def test_storable_of_any_text_keeps_its_length_and_can_be_encoded(text: str) -> None:
    stored = storable(text)
    assert len(stored) == len(text)
    assert "\x00" not in stored and stored.encode().decode() == stored
    assert storable(stored) == stored


# --- The buffer -----------------------------------------------------------------------------------------------------
class Database:
    """Takes ticks and keeps them; `held`: runs that another transaction holds."""

    def __init__(self) -> None:
        self.ticks: list[list[Piece]] = []
        self.held: frozenset[int] = frozenset()

    async def __call__(self, _write: Callable[..., frozenset[int]], pieces: list[Piece]) -> frozenset[int]:
        self.ticks.append([piece for piece in pieces if piece.run_id not in self.held])
        return self.held & {piece.run_id for piece in pieces}


async def ticked(
    database: Callable[..., Awaitable[frozenset[int]]], steps: Callable[[Ticker], Awaitable[None]]
) -> None:
    writer = Ticker(database, 0.001)
    loop = asyncio.create_task(writer.run())
    await steps(writer)
    loop.cancel()


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(120):
        while not true():
            await asyncio.sleep(0.001)


def said(database: Database, run_id: int) -> str:
    return "".join(piece.text for tick in database.ticks for piece in tick if piece.run_id == run_id)


async def test_ticker_with_many_pieces_writes_one_a_message_with_offsets_in_code_points() -> None:
    database = Database()

    async def steps(writer: Ticker) -> None:
        writer.open(1, 10)
        writer.open(2, 20)
        for piece in ("𠮷", FAMILY, "", "a\x00"):
            writer.add(10, piece)
        writer.add(20, "x")
        await until(lambda: len(database.ticks) == 1)
        writer.add(10, "end")
        writer.add(99, "nobody opened this one")
        await until(lambda: len(database.ticks) == 2)

    await ticked(database, steps)
    first, second = database.ticks
    assert first == [Piece(10, 1, 0, "𠮷" + FAMILY + "a\ufffd"), Piece(20, 2, 0, "x")]
    assert second == [Piece(10, 1, 6, "end")], "𠮷 is one code point and the family three"


async def test_ticker_with_a_held_run_gives_its_text_back_and_writes_it_later_in_order() -> None:
    database = Database()
    database.held = frozenset({1})

    async def steps(writer: Ticker) -> None:
        writer.open(1, 10)
        writer.open(2, 20)
        writer.add(10, "one ")
        writer.add(20, "other")
        await until(lambda: bool(database.ticks))
        writer.add(10, "two")
        database.held = frozenset()
        await until(lambda: said(database, 1).endswith("two"))

    await ticked(database, steps)
    written = [piece for tick in database.ticks for piece in tick]
    assert said(database, 1) == "one two"
    assert [piece for piece in written if piece.run_id == 2] == [Piece(20, 2, 0, "other")]
    offsets = [piece.start for piece in written if piece.run_id == 1]
    assert offsets[0] == 0 and offsets == sorted(offsets)


async def test_ticker_with_a_held_run_forgets_a_message_closed_meanwhile() -> None:
    database = Database()
    database.held = frozenset({1})

    async def steps(writer: Ticker) -> None:
        writer.open(1, 10)
        writer.add(10, "lost on purpose: whoever ends the message writes its text")
        await until(lambda: bool(database.ticks))
        writer.close(10)
        database.held = frozenset()
        await asyncio.sleep(0.02)

    await ticked(database, steps)
    assert not [piece for tick in database.ticks for piece in tick]


# --- The statement --------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_write_of_several_runs_numbers_each_by_itself(start: StartRun) -> None:
    runs = [start("a", node_type="task"), start("a", node_type="task")]
    one, two = (streaming(run) for run in runs)
    assert write([Piece(one.pk, runs[0].pk, 0, "x𠮷"), Piece(two.pk, runs[1].pk, 0, "y")]) == frozenset()
    assert write([Piece(one.pk, runs[0].pk, 2, "z")]) == frozenset()
    assert deltas(one) == [(0, "x𠮷"), (2, "z")] and deltas(two) == [(0, "y")]
    for run in runs:
        assert_numbered(run)


@pytest.mark.django_db
def test_write_to_a_message_that_no_longer_streams_writes_nothing(start: StartRun) -> None:
    run = start("a", node_type="task")
    message = streaming(run)
    Message.objects.filter(pk=message.pk).update(status="stopped", finished_at=message.created_at)
    assert write([Piece(message.pk, run.pk, 0, "late")]) == frozenset()
    assert not MessageDelta.objects.exists()
    assert_numbered(run)


@COMMITTED
def test_write_while_a_transition_holds_a_run_skips_it_and_writes_the_others(start: StartRun) -> None:
    held, free = start("a", node_type="task"), start("a", node_type="task")
    pieces = [Piece(streaming(run).pk, run.pk, 0, "x") for run in (held, free)]
    with psycopg.connect(**plain_parameters()) as other:
        other.execute("SELECT seq FROM runs_runsequence WHERE run_id = %s FOR UPDATE", (held.pk,))
        assert write(pieces) == {held.pk}
    assert MessageDelta.objects.get().run_id == free.pk
    assert write(pieces[:1]) == frozenset()
    assert MessageDelta.objects.count() == 2


@COMMITTED
def test_write_on_a_connection_that_was_killed_writes_once(start: StartRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ticker, "RETRY_S", 0.01)
    run = start("a", node_type="task")
    message = streaming(run)
    kill_own_connection()
    assert write([Piece(message.pk, run.pk, 0, "once")]) == frozenset()
    assert deltas(message) == [(0, "once")]


@COMMITTED
def test_write_whose_commit_was_not_answered_writes_only_what_is_missing(
    start: StartRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ticker, "RETRY_S", 0.01)
    run, other = start("a", node_type="task"), start("a", node_type="task")
    message, second = streaming(run), streaming(other)
    write([Piece(message.pk, run.pk, 0, "𠮷 there")])  # the commit that nobody heard of
    kill_own_connection()
    assert write([Piece(message.pk, run.pk, 0, "𠮷 there and more"), Piece(second.pk, other.pk, 0, "x")]) == frozenset()
    assert "".join(text for _, text in deltas(message)) == "𠮷 there and more"
    assert deltas(message)[1] == (7, " and more") and deltas(second) == [(0, "x")]
    kill_own_connection()
    assert write([Piece(message.pk, run.pk, 0, "𠮷 there and more")]) == frozenset()
    assert len(deltas(message)) == 2
    assert_numbered(run)


@COMMITTED
async def test_ticker_through_kills_of_its_connection_loses_and_doubles_nothing(
    start_task: tuple[int, Message, int],
) -> None:
    desk = Desk()
    run_id, message, own_pid = start_task
    said = [f"{number} 𠮷{FAMILY} " for number in range(200)]
    loop = asyncio.create_task(desk.ticker.run())
    desk.ticker.open(run_id, message.pk)
    for number, piece in enumerate(said):
        desk.ticker.add(message.pk, piece)
        await asyncio.sleep(0.003)
        if number in (40, 120):
            await desk.db(kill_others, own_pid)
    for _wait in range(2400):
        rows = await desk.db(deltas, message)
        if sum(len(text) for _, text in rows) == len("".join(said)):
            break
        await asyncio.sleep(0.05)
    loop.cancel()
    await desk.close()
    assert "".join(text for _, text in rows) == "".join(said)
    at = 0
    for offset, text in rows:
        assert offset == at
        at += len(text)


@pytest.fixture
def start_task(start: StartRun) -> tuple[int, Message, int]:
    """A run, its streaming message, and the connection of the test itself."""
    run = start("a", node_type="task")
    return run.pk, streaming(run), sql.rows("SELECT pg_backend_pid()")[0][0]


def kill_own_connection() -> None:
    """End this thread's connection from outside, as a restart of the database does."""
    pid = sql.rows("SELECT pg_backend_pid()")[0][0]
    with psycopg.connect(**plain_parameters(), autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 2000)", (pid,))


def kill_others(spared: int) -> None:
    """End every other connection of this database but one, wherever it stands."""
    assert threading.current_thread() is not threading.main_thread()
    with transaction.atomic():
        sql.rows(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid NOT IN (pg_backend_pid(), %s)",
            (spared,),
        )

"""Plain SQL on Django's own connection, for the paths where each statement counts.

Server-side prepared and outside the ORM; statements whose result nobody needs at once travel with the next one
(psycopg's pipeline), because on a small machine most of a short statement's time is the way there and back
(ADR 0013). Errors are Django's (`django.db.OperationalError` …), transactions are Django's.
"""

import threading
from collections.abc import Sequence
from typing import Any, LiteralString

import psycopg
from django.db import connection

from runs.errors import StaleTransition

Statement = tuple[LiteralString, Sequence[Any]]
Row = tuple[Any, ...]


class _Waiting(threading.local):
    """Statements of this thread's transaction that are not sent yet."""

    def __init__(self) -> None:
        self.statements: list[tuple[Statement, str]] = []


_waiting = _Waiting()


def rows(query: LiteralString, params: Sequence[Any] = ()) -> list[Row]:
    """Execute a statement that returns rows."""
    return batch((query, params))[0]


def row(query: LiteralString, params: Sequence[Any] = ()) -> Row | None:
    """Execute a statement and return its first row, if any."""
    found = rows(query, params)
    return found[0] if found else None


def count(query: LiteralString, params: Sequence[Any] = ()) -> int:
    """Execute a statement and return how many rows it touched."""
    return _send([((query, params), "")])[-1].rowcount


def batch(*statements: Statement) -> list[list[Row]]:
    """Execute statements that return rows in one round trip; each sees what committed before it began."""
    cursors = _send([(statement, "") for statement in statements])
    return [cursor.fetchall() for cursor in cursors[-len(statements) :]]


def later(query: LiteralString, params: Sequence[Any], *, one: str = "") -> None:
    """Send a statement with the next one, or with `flush`. `one`: it must touch a row, else StaleTransition says this.

    Only between the begin and the end of a ledger; ORM queries in between do not see it.
    """
    _waiting.statements.append(((query, params), one))


def flush() -> None:
    """Send what waits."""
    if _waiting.statements:
        _send([])


def forget() -> None:
    """Drop what waits; its transaction is being rolled back."""
    _waiting.statements.clear()


def _send(statements: list[tuple[Statement, str]]) -> list[psycopg.Cursor[Row]]:
    connection.ensure_connection()
    todo = [*_waiting.statements, *statements]
    _waiting.statements.clear()
    with connection.wrap_database_errors:
        cursors = [psycopg.Cursor(connection.connection) for _ in todo]
        if len(todo) == 1 and connection.in_atomic_block is False:
            cursors[0].execute(*todo[0][0], prepare=True)
        else:
            with connection.connection.pipeline():
                for cursor, (statement, _one) in zip(cursors, todo, strict=True):
                    cursor.execute(*statement, prepare=True)
    for cursor, (_statement, one) in zip(cursors, todo, strict=True):
        if one and cursor.rowcount == 0:
            raise StaleTransition(one)
    return cursors

"""Querysets that are the same for every request but for a few keys: compiled once, then sent as plain SQL.

Compiling took Django a third of a page's processor time (ADR 0024). What a person may see stays said in one place, the
querysets of the models; this only keeps what they came to. Read with `runs/sql.py`, several in one round trip.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from runs.sql import Statement

STAND_IN = 2_000_000_000  # no key is as large; it fits a column of 32 bits


@dataclass(frozen=True)
class Person:
    """Somebody signed in, as querysets ask for one, of whom only the key is known."""

    pk: int
    is_authenticated: bool = True


class Compiled:
    """A queryset as a function of keys. `build` is called once, with a stand-in for each of them, in their order."""

    def __init__(self, build: Callable[..., QuerySet[Any, Any]], *, keys: int = 1) -> None:
        self._build, self._stand_ins = build, [STAND_IN + number for number in range(keys)]
        self._statement: tuple[str, tuple[Any, ...]] | None = None

    def __call__(self, *keys: int) -> Statement:
        """Return the statement for these keys."""
        if self._statement is None:
            text, params = self._build(*self._stand_ins).query.sql_with_params()
            self._statement = text, params  # no text of a person is in it: values are parameters
        text, params = self._statement
        given = dict(zip(self._stand_ins, keys, strict=True))
        return text, tuple(given.get(value, value) if type(value) is int else value for value in params)

"""The hot path's statements: planned once per connection, and really so."""

import pytest

from runs import sql

PLANNED = "SELECT generic_plans + custom_plans FROM pg_prepared_statements WHERE statement = %s"

pytestmark = pytest.mark.django_db


def test_statement_is_prepared_on_the_server_from_its_first_use() -> None:
    """Django switches psycopg's prepared statements off, and `prepare=True` is then silently ignored."""
    for _ in range(3):
        assert sql.rows("SELECT 1000 + %s::int", (1,)) == [(1001,)]
    assert sql.rows(PLANNED, ("SELECT 1000 + $1::int",)) == [(3,)]


def test_statements_of_a_batch_are_prepared_too() -> None:
    """A batch travels in psycopg's pipeline, which prepares by another path."""
    statement = ("SELECT 2000 + %s::int", (1,))
    for _ in range(2):
        assert sql.batch(statement, statement) == [[(2001,)], [(2001,)]]
    assert sql.rows(PLANNED, ("SELECT 2000 + $1::int",)) == [(4,)]

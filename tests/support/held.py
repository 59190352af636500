"""Two transactions on two connections in a known order: the second one comes while the first is not committed yet."""

import threading
import time
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction

LIMIT_S = 120.0


def while_held(first: Callable[[], Any], second: Callable[[], Any]) -> tuple[Any, Any]:
    """Do `second` before `first` is committed: once it waits for a lock, or has ended, the commit follows.

    Gives the result of `first`, and that of `second` or the exception that it ended with.
    """
    ended: list[Any] = []

    def work() -> None:
        try:
            ended.append(second())
        except Exception as error:
            ended.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=work, daemon=True)
    with transaction.atomic():
        result = first()
        thread.start()
        _until(lambda: bool(ended) or _somebody_waits())
    thread.join(LIMIT_S)
    assert ended, "the second one waits for ever"
    return result, ended[0]


def _until(condition: Callable[[], bool]) -> None:
    ends_at = time.monotonic() + LIMIT_S
    while not condition():
        assert time.monotonic() < ends_at, "the second one neither waits nor ends"
        time.sleep(0.01)


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
        return bool(cursor.fetchone()[0])

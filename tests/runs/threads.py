"""Calls that really run at the same time: threads with connections of their own, let go by one barrier."""

import threading
import time
from collections.abc import Callable
from typing import Any

from django.db import connection

LIMIT_S = 120.0


def together(*calls: Callable[[], Any], limit_s: float = LIMIT_S) -> list[Any]:
    """Run the calls at once; the result, or the exception, of each in order. Fails when one does not end."""
    results: list[Any] = [None] * len(calls)
    gate = threading.Barrier(len(calls))

    def work(place: int, call: Callable[[], Any]) -> None:
        try:
            connection.ensure_connection()
            gate.wait(LIMIT_S)
            results[place] = call()
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=pair, daemon=True) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    ends_at = time.monotonic() + limit_s
    for thread in threads:
        thread.join(max(0.0, ends_at - time.monotonic()))
    assert not [thread for thread in threads if thread.is_alive()], "somebody waits for ever"
    return results

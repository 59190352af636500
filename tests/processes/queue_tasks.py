"""Tasks that the queue under test runs; their effects are lines in files."""

import os
import time


def note(path: str) -> None:
    with open(path, "a", encoding="ascii") as file:
        file.write(f"{os.getpid()}\n")


def hold(path: str, seconds: float) -> None:
    note(path)
    time.sleep(seconds)


def wait_for_shutdown(path: str) -> None:
    """As a host does: work until shutdown is announced, then leave a trace and return."""
    from runs import shutdown

    note(path)
    while not shutdown.is_announced():
        time.sleep(0.02)
    note(path + ".released")


def end_worker_in_order(path: str) -> None:
    """The worker ends by itself as a recycled one does."""
    note(path)
    raise SystemExit(0)

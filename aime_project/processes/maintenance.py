"""The supervisor's loops on the database, in one thread: recovery, hosts, heartbeat, stall watch.

Every loop is a short transaction that any number of supervisors may run at once. A database that is away is waited
for: the error is logged once, the connection dropped, and the next round tries again. Nothing here starts or stops a
process; a stall is reported to the supervisor's main thread.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from django.db import DatabaseError, InterfaceError, connection

logger = logging.getLogger("aime.supervisor")


@dataclass(slots=True)
class Loop:
    """Something to do again and again."""

    name: str
    every_s: float
    work: Callable[[], None]
    due_at: float = 0.0


class Maintenance:
    """Runs loops until told to end."""

    def __init__(self, loops: list[Loop]) -> None:
        self._loops = loops
        self._ending = threading.Event()
        self._failing: set[str] = set()
        self._thread = threading.Thread(target=self._run, name="maintenance", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def end(self, timeout_s: float = 3.0) -> None:
        """Finish the round in progress; a blocked one is left behind, its process is about to end."""
        self._ending.set()
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def _run(self) -> None:
        while not self._ending.is_set():
            for loop in self._loops:
                if time.monotonic() >= loop.due_at and not self._ending.is_set():
                    self._do(loop)
                    loop.due_at = time.monotonic() + loop.every_s
            soonest = min(loop.due_at for loop in self._loops)
            self._ending.wait(max(0.05, soonest - time.monotonic()))
        connection.close()

    def _do(self, loop: Loop) -> None:
        try:
            loop.work()
        except (DatabaseError, InterfaceError) as error:
            self._note(loop, f"the database does not answer: {str(error).strip()}")
            connection.close()
        except Exception as error:
            logger.exception("loop %s", loop.name)
            self._note(loop, repr(error))
            connection.close()
        else:
            if loop.name in self._failing:
                self._failing.discard(loop.name)
                logger.info("loop %s works again", loop.name)

    def _note(self, loop: Loop, problem: str) -> None:
        if loop.name not in self._failing:
            self._failing.add(loop.name)
            logger.warning("loop %s: %s", loop.name, problem)


class Notices:
    """Old notices, looked through a piece at a time."""

    def __init__(self) -> None:
        self._pruning: Any = None

    def prune(self) -> None:
        """Take away what nobody needs among the next ones."""
        self._pruning = self._pruning or import_module("runs.pruning").Pruning()
        self._pruning.look()


def recover() -> None:
    """Bring back attempts whose lease is over."""
    import_module("runs.recovery").recover_once()

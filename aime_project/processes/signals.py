"""Ctrl-C, SIGTERM and a closed terminal: the first asks for an orderly stop, the second for an immediate one."""

import os
import signal
from typing import Any

from aime_project.processes.terminal import Terminal


class ForcedStop(BaseException):
    """Raised in the main thread by the second signal, out of whatever it is doing."""


class StopSignals:
    """Counts stop signals; `fileno()` becomes readable at the first and at `wake()`."""

    def __init__(self, terminal: Terminal) -> None:
        self.stopping = False
        self._terminal = terminal
        self._read, self._write = os.pipe()
        for fd in (self._read, self._write):
            os.set_blocking(fd, False)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._arrived)

    def fileno(self) -> int:
        """Give a descriptor for `select`."""
        return self._read

    def wake(self) -> None:
        """End a wait; from any thread."""
        try:
            os.write(self._write, b"!")
        except BlockingIOError:
            pass  # full: it is readable anyway

    def drain(self) -> None:
        """Make `fileno()` quiet again."""
        try:
            while os.read(self._read, 4096):
                pass
        except BlockingIOError:
            pass

    def _arrived(self, *_: Any) -> None:
        if self.stopping:
            raise ForcedStop
        self.stopping = True
        self.wake()

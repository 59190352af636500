"""What people see of `make run`: one line for each event, and one line that is rewritten for progress on a terminal."""

import sys
import threading
import time

PROGRESS_EACH_S = 5.0  # where the output is not a terminal


class Terminal:
    """Write lines to standard output; may be used from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._in_progress = False
        self._last_progress_at = 0.0

    def say(self, text: str) -> None:
        """Write an event."""
        with self._lock:
            self._end_progress()
            self._write("".join(f"{time.strftime('%H:%M:%S')}  {line}\n" for line in text.splitlines()))

    def progress(self, text: str) -> None:
        """Replace the progress line; in a log write a line from time to time."""
        with self._lock:
            if sys.stdout.isatty():
                self._in_progress = True
                self._write(f"\r\x1b[K{time.strftime('%H:%M:%S')}  {text}")
            elif time.monotonic() - self._last_progress_at > PROGRESS_EACH_S:
                self._last_progress_at = time.monotonic()
                self._write(f"{time.strftime('%H:%M:%S')}  {text}\n")

    def _end_progress(self) -> None:
        if self._in_progress:
            self._in_progress = False
            self._write("\n")

    @staticmethod
    def _write(text: str) -> None:
        try:
            sys.stdout.write(text)
            sys.stdout.flush()
        except OSError:
            pass  # the terminal is gone; the processes must still be stopped in order

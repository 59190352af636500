"""Watch the processes of a queue cluster from its main process, without polling.

Every process that `multiprocessing` forks says hello through an inherited pipe and, when Python ends it in order (a
recycled worker, the end of a stop), goodbye. The main process holds a pidfd of each: one that ends without a goodbye
was killed, and may have held a lock that nobody can free (django-q2 issues 200 and 339). What is used of
`multiprocessing.util` is undocumented and pinned by tests/processes/test_queue_pins.py.
"""

import multiprocessing.util
import os
import select
from dataclasses import dataclass, field

HELLO, GOODBYE = b"+", b"-"
# The very last: multiprocessing flushes its queues at priority -5, and a death before that is not in order.
LAST_FINALIZER = -100


@dataclass(eq=False)
class Members:
    """Open before the first fork. `wake()` may be called from a signal handler and ends a wait."""

    _read: int = field(init=False)
    _write: int = field(init=False)
    _pidfds: dict[int, int] = field(default_factory=dict, init=False)  # pidfd → pid
    _left: set[int] = field(default_factory=set, init=False)
    _lost: set[int] = field(default_factory=set, init=False)

    def __post_init__(self) -> None:
        self._read, self._write = os.pipe()
        os.set_blocking(self._read, False)
        multiprocessing.util.register_after_fork(self, Members._greet)

    def wake(self) -> None:
        os.write(self._write, b"!0\n")

    def wait(self, timeout_s: float | None = None) -> set[int]:
        """Block until a member comes or ends, `wake` or the time-out; return the pids killed so far."""
        poll = select.poll()
        poll.register(self._read, select.POLLIN)
        for fd in self._pidfds:
            poll.register(fd, select.POLLIN)
        ready = {fd for fd, _ in poll.poll(None if timeout_s is None else max(0, int(timeout_s * 1000)))}
        # The goodbye of a dead member was written before its death, so reading the pipe after the poll cannot miss it.
        self._read_messages()
        for fd in ready & self._pidfds.keys():
            pid = self._pidfds.pop(fd)
            os.close(fd)
            self._ended(pid)
        return self._lost

    def _read_messages(self) -> None:
        data = b""
        try:
            while chunk := os.read(self._read, 65536):
                data += chunk
        except BlockingIOError:
            pass
        messages = [(line[:1], int(line[1:])) for line in data.splitlines()]
        # Goodbyes first: who came and left within one reading must not look lost.
        self._left |= {pid for kind, pid in messages if kind == GOODBYE}
        for pid in [pid for kind, pid in messages if kind == HELLO]:
            self._joined(pid)

    def _joined(self, pid: int) -> None:
        try:
            self._pidfds[os.pidfd_open(pid)] = pid
        except ProcessLookupError:
            self._read_messages()
            self._ended(pid)

    def _ended(self, pid: int) -> None:
        if pid in self._left:
            self._left.discard(pid)
        else:
            self._lost.add(pid)

    def _greet(self) -> None:
        """Runs in the forked child."""
        pid = b"%d\n" % os.getpid()
        os.write(self._write, HELLO + pid)
        multiprocessing.util.Finalize(None, os.write, (self._write, GOODBYE + pid), exitpriority=LAST_FINALIZER)

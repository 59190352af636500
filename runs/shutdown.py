"""How the code inside a queue worker learns that the cluster is to end: a pipe that closes.

The queue's main process opens the gate before it forks and closes it when it is told to stop; every worker inherits
the reading end, which then becomes readable (end of file). That is level-triggered (a host that starts too late still
sees it), costs nothing while idle, cannot be lost as a signal can, and also reports the death of the main process.
Without a gate (tests, a host run by hand) nothing is ever announced.

What a host does when it is announced: claim nothing more, give running attempts back as *shutdown* (no loss is
counted), return from the task within `GRACE_S`. After that its process is killed and the leases bring the work back.
"""

import asyncio
import os
import select

GRACE_S = 10.0


class _Gate:
    """The pipe's ends; -1 is closed. The writing end exists in the main process only."""

    reading = -1
    writing = -1


_gate = _Gate()


def open_gate() -> None:
    """Let the queue's main process announce a shutdown later; call it once, before the first fork."""
    _gate.reading, _gate.writing = os.pipe()
    os.register_at_fork(after_in_child=announce)  # in a child it only closes the child's copy


def announce() -> None:
    """Tell every worker to finish. Calling it twice is harmless."""
    if _gate.writing >= 0:
        os.close(_gate.writing)
        _gate.writing = -1


def fileno() -> int | None:
    """Give a descriptor that is readable once shutdown is announced (for `select`), None without a gate."""
    return _gate.reading if _gate.reading >= 0 else None


def is_announced() -> bool:
    """Say whether the cluster is to end."""
    fd = fileno()
    return fd is not None and bool(select.select([fd], [], [], 0)[0])


async def announced() -> None:
    """Return once shutdown is announced; without a gate wait for ever (the caller cancels)."""
    loop = asyncio.get_running_loop()
    heard = asyncio.Event()
    fd = fileno()
    if fd is None:
        await heard.wait()
        return
    loop.add_reader(fd, heard.set)
    try:
        await heard.wait()
    finally:
        loop.remove_reader(fd)

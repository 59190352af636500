"""Make a process end with its parent, so that `kill -9` of any process of Aime leaves nothing behind (Linux,
prctl(2)).

The kernel ties the death signal to the parent's *thread*: whoever starts children does so from its main thread. The
signal survives execve but is cleared by a change of user, so set it after `setuid`.
"""

import ctypes
import os
import signal

PR_SET_PDEATHSIG = 1
# Loaded once, before any fork: a child of a process with threads must not import or open libraries.
_LIBC = ctypes.CDLL(None, use_errno=True)


def die_with_parent(parent_pid: int, death_signal: signal.Signals = signal.SIGKILL) -> None:
    """Ask for `death_signal` when the parent ends; end at once if it has already ended (it may die before the call)."""
    if _LIBC.prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")
    if os.getppid() != parent_pid:
        os.kill(os.getpid(), death_signal)


def tie_forked_children() -> None:
    """Make every child forked from now on, and its children in turn, die with its parent."""
    parent = {"pid": os.getpid()}

    def remember() -> None:
        parent["pid"] = os.getpid()

    os.register_at_fork(before=remember, after_in_child=lambda: die_with_parent(parent["pid"]))

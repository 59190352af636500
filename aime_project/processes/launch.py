"""Become another user, tie this process to its parent, then become another program. Runs on its own, before Django.

    python -S -m aime_project.processes.launch PARENT_PID DEATH_SIGNAL USER PROGRAM [ARGUMENT…]

A program of its own rather than `preexec_fn`: the supervisor has threads, where code between fork and exec may hang.
The order matters: a change of user clears the death signal. USER is `-` to stay who we are.
"""

import os
import pwd
import signal
import sys

from aime_project.processes.parent_death import die_with_parent


def become(user_name: str) -> None:
    """Give up root for good: groups first, while that is still allowed."""
    account = pwd.getpwnam(user_name)
    os.setgroups([])
    os.setgid(account.pw_gid)
    os.setuid(account.pw_uid)


def main(arguments: list[str]) -> None:
    """Parse, change, execute."""
    parent_pid, death_signal, user_name, program, *rest = arguments
    if user_name != "-":
        become(user_name)
    os.umask(0o077)
    if sys.platform == "linux":
        die_with_parent(int(parent_pid), signal.Signals(int(death_signal)))
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONSAFEPATH")}
    os.execve(program, [program, *rest], environment)  # noqa: S606  (no shell is the point)


if __name__ == "__main__":
    main(sys.argv[1:])

"""One supervisor for each data directory: the lock, and the two things that stop a start with a clear message."""

import errno
import fcntl
import os
import socket
from pathlib import Path
from typing import IO

from aime_project import data_dir as places
from aime_project.processes.runtime_file import read_json

BACKLOG = 128


class CannotStart(Exception):
    """The start is refused; the message says why and what to do."""


def lock_instance(data_dir: Path) -> IO[str]:
    """Take the data directory for this process; the kernel gives it back when the process ends, however it ends."""
    places.ensure(data_dir)
    lock = open(places.supervisor_lock_path(data_dir), "a", encoding="ascii")  # noqa: SIM115  (held for life)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise CannotStart(_already_running(data_dir)) from None
    return lock


def _already_running(data_dir: Path) -> str:
    try:
        runtime = read_json(places.runtime_path(data_dir))
        who = f" as process {runtime['pid']} at {runtime['url']}"
    except (OSError, ValueError, KeyError):
        who = ""
    return f"Aime already runs{who}. Stop it first (Ctrl-C there), or set AIME_DATA_DIR and PORT to start another one."


def listen(host: str, port: int) -> socket.socket:
    """Listen before anything starts: a taken port is found at once, and web processes can be replaced unnoticed."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind, protocol)
    except OSError as error:
        raise CannotStart(f"HOST={host} is no address of this machine: {error.strerror}.") from error
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # else connections of the last run block it
        listening.bind(address)
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            raise CannotStart(f"Port {port} on {host} is taken by another program. Try PORT={port + 1}.") from None
        raise CannotStart(f"Cannot listen on {host}, port {port}: {os.strerror(error.errno or 0)}.") from error
    return listening


def free_port() -> int:
    """Choose a loopback port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def url_of(host: str, port: int) -> str:
    """Give the address for a browser on this machine."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{shown}:{port}"

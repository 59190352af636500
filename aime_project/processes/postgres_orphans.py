"""Processes that a dead supervisor left behind on a data directory, and the pid files of such.

Only a process *proven* to belong to the directory is ever touched: its program is called postgres and its working
directory is this very directory (the server and all its children change into it). Where the kernel hides working
directories from root (containers without SYS_PTRACE), owner and title must agree instead. A pid file proves nothing:
pids are small and repeat in containers. Call these only while holding the directory's lock.
"""

import contextlib
import os
import signal
import time
from collections.abc import Iterable
from pathlib import Path

import psutil

from aime_project import data_dir

FAST_STOP_S = 10.0
LEAVE_S = 1.0
POLL_S = 0.02


def processes_of(cluster_dir: Path) -> list[psutil.Process]:
    """Find the server processes of this data directory, the oldest first."""
    found = [process for process in psutil.process_iter() if _belongs(process, cluster_dir)]
    return sorted(found, key=lambda process: process.create_time())


def _belongs(process: psutil.Process, cluster_dir: Path) -> bool:
    try:
        if not process.name().startswith("postgres") or process.status() == psutil.STATUS_ZOMBIE:
            return False
        try:
            return os.path.samefile(process.cwd(), cluster_dir)
        except psutil.AccessDenied:
            return _says_so(process, cluster_dir)
    except (psutil.Error, OSError):
        return False


def label(cluster_dir: Path) -> str:
    """Name a data directory in its processes' titles (PostgreSQL's `cluster_name`)."""
    return f"aime-{data_dir.digest(cluster_dir)}"


def _says_so(process: psutil.Process, cluster_dir: Path) -> bool:
    title = process.cmdline()
    named = str(cluster_dir) in title or any(label(cluster_dir) in part for part in title)
    return named and process.uids().real == cluster_dir.stat().st_uid


def end_orphans(cluster_dir: Path) -> int:
    """End what still runs on the directory and say how many there were.

    An orphaned server is asked for a fast shutdown. Its children without a server leave by themselves as soon as they
    notice; one that does not is killed (nothing committed is lost: the next start replays the log).
    """
    orphans = processes_of(cluster_dir)
    if not orphans:
        return 0
    servers = [process for process in orphans if _is_server(process, orphans)]
    _signal(servers, signal.SIGINT)
    left = _wait(orphans, FAST_STOP_S if servers else LEAVE_S)
    for last_word in (signal.SIGQUIT, signal.SIGKILL):
        if not left:
            break
        _signal(left, last_word)
        left = _wait(left, LEAVE_S)
    again = processes_of(cluster_dir)  # a child that was forked while we looked
    _signal(again, signal.SIGKILL)
    _wait(again, LEAVE_S)
    return len(orphans)


def remove_pid_files(cluster_dir: Path, socket_dir: Path, port: str) -> None:
    """Remove pid files that no living server owns, so that a foreign process with such a pid stops nothing."""
    (cluster_dir / "postmaster.pid").unlink(missing_ok=True)
    for name in (f".s.PGSQL.{port}", f".s.PGSQL.{port}.lock"):
        (socket_dir / name).unlink(missing_ok=True)


def _is_server(process: psutil.Process, family: Iterable[psutil.Process]) -> bool:
    pids = {member.pid for member in family}
    try:
        return process.ppid() not in pids and any(member.ppid() == process.pid for member in family)
    except psutil.Error:
        return False


def _signal(processes: Iterable[psutil.Process], number: signal.Signals) -> None:
    for process in processes:
        with contextlib.suppress(psutil.Error):
            process.send_signal(number)  # psutil refuses when the pid was reused


def _wait(processes: Iterable[psutil.Process], timeout_s: float) -> list[psutil.Process]:
    """Wait until they are gone; give those that are not."""
    deadline = time.monotonic() + timeout_s
    left = list(processes)
    while True:
        left = [process for process in left if _alive(process)]
        if not left or time.monotonic() > deadline:
            return left
        time.sleep(POLL_S)


def _alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False

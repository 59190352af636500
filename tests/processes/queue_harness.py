"""A real queue cluster under a minimal supervisor loop, and the means to see and kill its processes."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
WORKERS = int(settings.Q_CLUSTER["workers"])
HANGS_S = 120.0  # what takes seconds on a quiet machine and has not happened after this never will


def database_url() -> str:
    """The test database as another process reaches it."""
    d = connection.settings_dict
    user = f"user={d['USER']}" if d["USER"] else ""
    return f"postgresql:///{d['NAME']}?host={d['HOST']}&{user}&port={d['PORT'] or 5432}"


def child_env(settings_module: str = "tests.settings") -> dict[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": settings_module,
    }


def wait_until(condition: Callable[[], object], timeout_s: float) -> bool:
    end = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


class QueueUnderTest:
    """Starts `manage.py queue` and starts it again whenever it ends, killing its group before."""

    def __init__(self, log: Path, *, restarts: bool = True, settings_module: str = "tests.settings") -> None:
        self.exit_codes: list[int] = []
        self.seen: dict[int, float] = {}
        self._log = log.open("ab")
        self._ending = threading.Event()
        self._restarts = restarts
        self._env = child_env(settings_module)
        self.main = self._start()
        self._loop = threading.Thread(target=self._supervise, daemon=True)
        # Started by this thread, so that the test's own end is not the main process's parent death.
        self._loop.start()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "manage.py", "queue"],
            cwd=ROOT,
            env=self._env,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
        )

    def _supervise(self) -> None:
        while not self._ending.is_set():
            code = self.main.poll()
            if code is None:
                time.sleep(0.02)
                continue
            self.exit_codes.append(code)
            kill_group(self.main.pid)
            if not self._restarts or self._ending.is_set():
                return
            self.main = self._start()

    def tree(self) -> tuple[psutil.Process, list[psutil.Process]]:
        """The sentinel and its children in the order of their start: workers, monitor, pusher."""

        def complete() -> bool:
            try:
                (sentinel,) = psutil.Process(self.main.pid).children()
                # Their numbers alone do not tell: the system begins anew at the highest.
                members = sorted(sentinel.children(), key=lambda p: (p.create_time(), p.pid))
                self.seen |= {p.pid: p.create_time() for p in [sentinel, *members]}
            except (psutil.NoSuchProcess, ValueError):
                return False
            self._found = sentinel, members
            return len(members) == WORKERS + 2

        assert wait_until(complete, HANGS_S), "the cluster did not come up"
        self.seen[self.main.pid] = psutil.Process(self.main.pid).create_time()
        return self._found

    def member(self, role: str) -> int:
        """The pid of a member; workers are told apart by what they do, not here."""
        if role == "main":
            return self.main.pid
        sentinel, members = self.tree()
        return {"sentinel": sentinel, "monitor": members[-2], "pusher": members[-1]}[role].pid

    def workers(self) -> list[int]:
        return [p.pid for p in self.tree()[1][:WORKERS]]

    def survivors(self) -> list[int]:
        """Pids seen before, not of the present cluster, still alive."""
        main = self.main.pid
        present = {main}
        with contextlib.suppress(psutil.NoSuchProcess):
            present |= {p.pid for p in psutil.Process(main).children(recursive=True)}
        return [pid for pid, born in self.seen.items() if pid not in present and _runs(pid, born)]

    def stop(self, signum: signal.Signals = signal.SIGTERM, timeout_s: float = HANGS_S) -> int | None:
        """Stop it for good; the exit code, or None when it did not end."""
        self._ending.set()
        self._loop.join()
        self.main.send_signal(signum)
        try:
            return self.main.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return None

    def close(self) -> None:
        self._ending.set()
        self._loop.join()
        kill_group(self.main.pid)
        self.main.wait()
        self._log.close()


def kill_group(pgid: int) -> None:
    try:
        os.killpg(pgid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def _runs(pid: int, born: float) -> bool:
    try:
        process = psutil.Process(pid)
        return process.create_time() == born and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False

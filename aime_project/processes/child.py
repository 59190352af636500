"""One process that the supervisor keeps alive: start, notice the end, start again with back-off, stop.

Each child leads a session and process group of its own (Ctrl-C reaches only the supervisor), dies with the supervisor
(`launch.py`), and leaves nothing of its group behind. Start children from the main thread only: the kernel ties the
death signal to the thread. No thread and no pipe: a child writes to its log file itself.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOG_LIMIT_BYTES = 5 * 1024 * 1024
LOG_KEPT = 2
QUICK_DEATH_S = 5.0
# The first restarts come at once: a killed process has done nothing wrong. One that keeps dying is slowed down.
DELAYS_S = (0.0, 0.0, 0.0, 0.5, 1.0, 2.0, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class ChildSpec:
    """What to run. `grace_s`: how long it may take to stop before it is killed."""

    name: str
    arguments: Sequence[str]
    grace_s: float
    env: Mapping[str, str] = field(default_factory=dict)
    pass_fds: tuple[int, ...] = ()


class Child:
    """A process and its successors."""

    def __init__(self, spec: ChildSpec, logs: Path) -> None:
        self.spec = spec
        self.log_path = logs / f"{spec.name}.log"
        self.restart_at: float | None = None  # monotonic; None while it runs or is not wanted
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._quick_deaths = 0

    @property
    def pid(self) -> int | None:
        """Give the pid while it runs (or has not been noticed to have ended)."""
        return self._process.pid if self._process else None

    @property
    def has_ended(self) -> bool:
        """Say whether it does not run."""
        return self._process is None or _has_ended(self._process.pid)

    def start(self) -> None:
        """Start it; from the main thread."""
        self.restart_at = None
        self._started_at = time.monotonic()
        with open(self.log_path, "ab") as log:
            self._process = subprocess.Popen(
                tied(self.spec.arguments),
                cwd=ROOT,
                env={**os.environ, **self.spec.env},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=self.spec.pass_fds,
                start_new_session=True,
            )

    def reap(self) -> int | None:
        """Where it has ended: clear its group away, plan the restart, give the exit code. Else None."""
        process = self._process
        if process is None or not _has_ended(process.pid):
            return None
        self._kill_group()  # before its pid is given back
        code = process.wait()
        self._process = None
        lived_s = time.monotonic() - self._started_at
        self._quick_deaths = self._quick_deaths + 1 if lived_s < QUICK_DEATH_S else 0
        delay_s = DELAYS_S[min(self._quick_deaths, len(DELAYS_S) - 1)]
        self.restart_at = time.monotonic() + delay_s
        return code

    def terminate(self) -> None:
        """Ask it to stop."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it and everything in its group at once, for good."""
        self.restart_at = None
        if self._process is not None:
            self._kill_group()
            self._process.wait()
            self._process = None

    def rotate_log(self) -> None:
        """Copy a long log away and empty it in place; the child appends, so it goes on at the beginning."""
        if not self.log_path.exists() or self.log_path.stat().st_size < LOG_LIMIT_BYTES:
            return
        for number in range(LOG_KEPT, 1, -1):
            older = self.log_path.with_suffix(f".log.{number - 1}")
            if older.exists():
                older.replace(self.log_path.with_suffix(f".log.{number}"))
        self.log_path.with_suffix(".log.1").write_bytes(self.log_path.read_bytes())
        os.truncate(self.log_path, 0)

    def _kill_group(self) -> None:
        assert self._process is not None
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)


def tied(arguments: Sequence[str]) -> list[str]:
    """Wrap a command so that it dies with this process."""
    launcher = [sys.executable, "-S", "-m", "aime_project.processes.launch"]
    return [*launcher, str(os.getpid()), str(int(signal.SIGKILL)), "-", *arguments]


def _has_ended(pid: int) -> bool:
    """Look without reaping, so that the pid, and with it the group's number, stays ours."""
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

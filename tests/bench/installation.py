"""A real installation for the benchmark: the supervisor on its own data directory, its processes, what they use."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import psutil

from aime_project.processes.child import tied
from tests.processes.aime_harness import Aime
from tests.processes.queue_harness import ROOT

STOP_S = 120.0
MEBIBYTE = 1024 * 1024


class Installation(Aime):
    """Starts on entering, stops on leaving; dies with this process however that ends."""

    def __init__(self, data_dir: Path, **env: str) -> None:
        super().__init__(data_dir, **env)
        self.log_path = data_dir / "bench.out"

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_exc: object) -> None:
        if self.process is not None and self.process.poll() is None:
            self.tree()
            self.signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self.wait(STOP_S)
        self.close()

    def launch(self) -> None:
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                tied([sys.executable, "manage.py", "supervise"]),
                cwd=ROOT,
                env=self.env(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def pids(self, *roles: str) -> list[int]:
        """Give the processes of these roles; without a role, all."""
        tree = self.tree()
        return [pid for role in roles or tree for pid in tree[role]]


def memory_mib(pids: list[int]) -> float:
    """Sum the proportional set sizes: shared pages are counted once over all who share them."""
    total = 0
    for pid in pids:
        with suppress(psutil.NoSuchProcess):
            total += psutil.Process(pid).memory_full_info().pss
    return total / MEBIBYTE


@dataclass(frozen=True)
class Usage:
    """CPU seconds by role, at a moment of the monotonic clock."""

    at: float
    cpu_s: dict[str, float]

    @classmethod
    def of(cls, installation: Aime) -> Self:
        """Read it now. What ended is kept by its parent, so nothing is lost between two readings."""
        tree = installation.tree()
        return cls(time.monotonic(), {role: sum(map(_cpu_s, pids)) for role, pids in tree.items()})

    def cores_until(self, later: "Usage") -> dict[str, float]:
        """Give the cores used by each role between this reading and a later one."""
        return {role: (later.cpu_s[role] - used) / (later.at - self.at) for role, used in self.cpu_s.items()}


def _cpu_s(pid: int) -> float:
    with suppress(psutil.NoSuchProcess):
        times = psutil.Process(pid).cpu_times()
        return float(times.user + times.system + times.children_user + times.children_system)
    return 0.0


def start_helper(*arguments: str) -> subprocess.Popen[str]:
    """Start a process of the benchmark itself, out of reach of the terminal's Ctrl-C and tied to this one."""
    return subprocess.Popen(
        tied([sys.executable, "-m", *arguments]),
        cwd=ROOT,
        env=os.environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
        text=True,
    )


def end_helper(process: subprocess.Popen[str]) -> None:
    """End it at once."""
    process.kill()
    process.communicate()

"""A real `manage.py supervise` with its own data directory and port, and the means to see and kill its processes."""

import http.client
import itertools
import os
import random
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil

from tests.processes.queue_harness import HANGS_S, ROOT, wait_until

UP_S = HANGS_S
# Below those that the system gives to connections: a port stays free between two starts.
PORTS = range(11_000, 16_000)


class Aime:
    """One installation; `start` may be called again after it ended."""

    def __init__(self, data_dir: Path, **env: str) -> None:
        self.data_dir = data_dir
        self.port = port_of_ones_own()
        self.seen: dict[int, float] = {}
        self._env = env
        self.log_path = data_dir.parent / f"{data_dir.name}.out"
        self.process: subprocess.Popen[bytes] | None = None

    def env(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("AIME_", "OPENAI_")) and k != "DATABASE_URL"}
        ours = {
            "DJANGO_SETTINGS_MODULE": "aime_project.settings",
            "AIME_DATA_DIR": str(self.data_dir),
            "AIME_HTTPS": "0",
            "AIME_EMBEDDED_MODEL": "none",
            "PORT": str(self.port),
            "HOST": "127.0.0.1",
        }
        return {**kept, **ours, **self._env}

    def start(self) -> float:
        """Start and wait until the web answers; give the seconds it took."""
        began = time.monotonic()
        self.launch()
        assert wait_until(lambda: self.answers() or self._has_ended(), UP_S) and self.answers(), self.output()
        return time.monotonic() - began

    def _has_ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def launch(self) -> None:
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "supervise"],
                cwd=ROOT,
                env=self.env(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def answers(self, path: str = "/health", timeout_s: float = 5) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout_s)
        try:
            connection.request("GET", path)
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def tree(self) -> dict[str, list[int]]:
        """The pids by role: supervisor, web, queue (its main process first), model, postgres."""
        assert self.process is not None
        found: dict[str, list[int]] = {
            "supervisor": [self.process.pid],
            "web": [],
            "queue": [],
            "model": [],
            "postgres": [],
        }
        for child in psutil.Process(self.process.pid).children():
            command = _command(child)
            words = {
                "web_server": "web",
                "manage.py queue": "queue",
                "model.server": "model",
                "bin/postgres": "postgres",
            }
            role = next((role for word, role in words.items() if word in command), None)
            if role:
                found[role] = [child.pid, *_descendants(child)]
        for pid in itertools.chain(*found.values()):
            self.seen.setdefault(pid, _born(pid))
        return found

    def survivors(self) -> list[int]:
        """Pids ever seen that still run."""
        return [pid for pid, born in self.seen.items() if born and _born(pid) == born]

    def signal(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def wait(self, timeout_s: float = HANGS_S) -> int:
        assert self.process is not None
        return self.process.wait(timeout_s)

    def output(self) -> str:
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def close(self) -> None:
        """End it however it is."""
        if self.process and self.process.poll() is None:
            self.tree()
            self.process.kill()
            self.process.wait()
        wait_until(lambda: not self.survivors(), HANGS_S)


def port_of_ones_own() -> int:
    """Choose a port that is free and that no program gets by chance."""
    for port in random.SystemRandom().sample(PORTS, len(PORTS)):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no port is free")


def _descendants(process: psutil.Process) -> list[int]:
    try:
        return [child.pid for child in process.children(recursive=True)]
    except psutil.Error:
        return []


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""  # it has just ended


def _born(pid: int) -> float:
    try:
        process = psutil.Process(pid)
        return process.create_time() if process.status() != psutil.STATUS_ZOMBIE else 0.0
    except psutil.NoSuchProcess:
        return 0.0

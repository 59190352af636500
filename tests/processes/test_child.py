"""One kept process: back-off, its group, its log; and the loops that outlive a database."""

import os
import signal
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
from django.db import OperationalError

from aime_project.processes import child as child_module
from aime_project.processes.child import Child, ChildSpec
from aime_project.processes.maintenance import Loop, Maintenance
from aime_project.processes.model.state import ModelState, read_state
from aime_project.processes.runtime_file import read_json, write_json
from tests.processes.queue_harness import HANGS_S, wait_until

pytestmark = pytest.mark.processes
SLEEPER = "import subprocess, sys, time; subprocess.Popen(['sleep', '900']); print('up', flush=True); time.sleep(900)"


def child(tmp_path: Path, program: str = SLEEPER) -> Child:
    return Child(ChildSpec("some", [sys.executable, "-c", program], grace_s=1.0), tmp_path)


def test_killed_child_takes_its_group_along_and_comes_back_at_once(tmp_path: Path) -> None:
    kept = child(tmp_path)
    kept.start()
    assert wait_until(lambda: "up" in kept.log_path.read_text(), HANGS_S)
    (grandchild,) = psutil.Process(kept.pid).children()
    assert kept.reap() is None
    os.kill(kept.pid or 0, signal.SIGKILL)
    assert wait_until(lambda: kept.has_ended, HANGS_S)
    assert kept.reap() == -signal.SIGKILL
    assert wait_until(lambda: ended(grandchild), HANGS_S)
    assert kept.restart_at is not None and kept.restart_at <= time.monotonic()
    assert kept.pid is None


def ended(process: psutil.Process) -> bool:
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_child_that_keeps_dying_is_started_ever_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child_module, "time", SimpleNamespace(monotonic=lambda: 1000.0))  # a clock that stands
    kept = child(tmp_path, "raise SystemExit(3)")
    delays = []
    for _ in range(len(child_module.DELAYS_S) + 1):
        kept.start()
        assert wait_until(lambda: kept.has_ended, HANGS_S)
        assert kept.reap() == 3
        delays.append((kept.restart_at or 0) - 1000.0)
    assert delays[:2] == [0.0, 0.0]
    assert delays == sorted(delays)
    assert delays[-1] == child_module.DELAYS_S[-1]


def test_killed_for_good_is_not_planned_again(tmp_path: Path) -> None:
    kept = child(tmp_path)
    kept.start()
    kept.kill()
    assert (kept.pid, kept.restart_at, kept.reap()) == (None, None, None)


def test_long_log_is_rotated_while_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child_module, "LOG_LIMIT_BYTES", 10)
    kept = child(tmp_path, "import time\nfor n in range(90_000): print('line', n, flush=True); time.sleep(0.01)")
    kept.start()
    for _ in range(3):
        size = kept.log_path.stat().st_size
        assert wait_until(lambda size=size: kept.log_path.stat().st_size > max(20, size), HANGS_S)
        kept.rotate_log()
    kept.kill()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["some.log", "some.log.1", "some.log.2"]
    assert b"\0" not in kept.log_path.read_bytes()


def test_loop_goes_on_when_the_database_is_away() -> None:
    calls: list[str] = []

    def fails() -> None:
        calls.append("fails")
        raise OperationalError("the server is gone")

    loops = [Loop("one", 0.01, fails), Loop("two", 0.01, lambda: calls.append("works"))]
    maintenance = Maintenance(loops)
    maintenance.start()
    assert wait_until(lambda: calls.count("fails") > 2 and calls.count("works") > 2, HANGS_S)
    maintenance.end()


def test_blocked_loop_does_not_hold_up_the_end() -> None:
    blocked, free, gone_on = threading.Event(), threading.Event(), threading.Event()

    def block() -> None:
        blocked.set()
        free.wait(HANGS_S)
        gone_on.set()

    maintenance = Maintenance([Loop("blocked", 1.0, block)])
    maintenance.start()
    assert blocked.wait(HANGS_S)
    maintenance.end(timeout_s=0.2)
    assert not gone_on.is_set()
    free.set()


def test_runtime_file_is_replaced_whole_and_private(tmp_path: Path) -> None:
    path = tmp_path / "runtime.json"
    write_json(path, {"a": 1})
    write_json(path, {"b": "需求"})
    assert read_json(path) == {"b": "需求"}
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_report_of_a_dead_model_process_does_not_count(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    assert read_state(path) is None
    ModelState("ready", "here").write(path)
    state = read_state(path)
    assert state is not None and state.detail == "here"
    write_json(path, {**read_json(path), "pid": 2**22 + 1})
    assert read_state(path) is None
    path.write_text("{half")
    assert read_state(path) is None

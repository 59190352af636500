"""The benchmark's machinery at tiny sizes: measures every row, keeps it, leaves nothing behind. No time is judged."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.bench.rows import TARGETS
from tests.processes.queue_harness import ROOT, wait_until

pytestmark = [pytest.mark.processes, pytest.mark.slow]


def start(*arguments: str) -> subprocess.Popen[str]:
    """Start the benchmark as `make bench` does."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.bench", *arguments],
        cwd=ROOT, env=os.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip


def name_of(process: psutil.Process) -> str:
    try:
        return process.name()
    except psutil.NoSuchProcess:
        return ""  # it has just ended


def test_bench_measures_every_row(tmp_path: Path) -> None:
    """All rows have a positive value, in the form that programs read."""
    output = tmp_path / "bench.json"
    process = start("--tiny", "--json", str(output))
    shown, said = process.communicate(timeout=1200)
    assert process.returncode == 0, said
    rows = json.loads(output.read_text())
    assert [row["row"] for row in rows] == list(TARGETS)
    assert all(set(row) == {"row", "value", "unit", "target", "better"} for row in rows)
    assert all(row["value"] > 0 for row in rows if row["row"] != "idle_cpu"), rows
    assert all(name in shown for name in TARGETS)


def test_bench_refuses_an_unknown_row() -> None:
    """A typing error does not measure for minutes."""
    process = start("nothing")
    _shown, said = process.communicate(timeout=300)
    assert process.returncode == 2 and "no row begins with nothing" in said


def test_bench_interrupted_stops_everything_it_started() -> None:
    """Ctrl-C in the middle: installation, model server and data directory go."""
    process = start("--tiny")  # all rows: a single one may have ended before the signal comes
    seen: list[psutil.Process] = []

    def measuring() -> bool:
        seen[:] = psutil.Process(process.pid).children(recursive=True)
        is_there = len(seen) > 3 and any("postgres" in name_of(child) for child in seen)
        return is_there or process.poll() is not None

    assert wait_until(measuring, 300)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=300)
    assert process.returncode == 130
    assert len(seen) > 3 and wait_until(lambda: not [child for child in seen if child.is_running()], 120)

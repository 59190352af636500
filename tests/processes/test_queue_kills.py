"""Kill every kind of process of a real queue cluster: work goes on, no orphans, SIGTERM always stops."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from django_q.models import OrmQ
from django_q.tasks import async_task

from tests.processes.queue_harness import HANGS_S, ROOT, WORKERS, QueueUnderTest, child_env, wait_until

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]
TASKS = "tests.processes.queue_tasks."
GOES_ON_S = 45.0  # 3 s on a quiet machine; by itself a lost message comes again after `retry`, 60 s
STOP_ROUNDS = 20


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[QueueUnderTest]:
    yield from started(tmp_path, "tests.settings")


@pytest.fixture
def patient_queue(tmp_path: Path) -> Iterator[QueueUnderTest]:
    """One whose grace never ends: when it has stopped, nothing waited for that."""
    yield from started(tmp_path, "tests.patient_settings")


def started(tmp_path: Path, settings_module: str) -> Iterator[QueueUnderTest]:
    queue = QueueUnderTest(tmp_path / "queue.log", settings_module=settings_module)
    try:
        queue.tree()
        yield queue
    finally:
        queue.close()


def runs_task(tmp_path: Path, name: str, timeout_s: float = GOES_ON_S) -> bool:
    path = tmp_path / name
    async_task(TASKS + "note", str(path))
    return wait_until(path.exists, timeout_s)


def assert_goes_on(queue: QueueUnderTest, tmp_path: Path, killed_at: float) -> None:
    # One task for each worker: an idle lock holder's death would let none of them run.
    for number in range(WORKERS):
        left = GOES_ON_S - (time.monotonic() - killed_at)
        assert runs_task(tmp_path, f"after-{killed_at}-{number}", left), "no task ran after the kill"
    queue.tree()
    assert wait_until(lambda: not queue.survivors(), HANGS_S), f"orphans: {queue.survivors()}"


@pytest.mark.parametrize("role", ["main", "sentinel", "monitor", "pusher"])
def test_killed_member_restarts_the_cluster(queue: QueueUnderTest, tmp_path: Path, role: str) -> None:
    assert runs_task(tmp_path, "before")
    os.kill(queue.member(role), signal.SIGKILL)
    assert_goes_on(queue, tmp_path, time.monotonic())
    assert len(queue.exit_codes) == 1 and queue.exit_codes[0] != 0


@pytest.mark.parametrize("index", range(WORKERS))
def test_killed_idle_worker_restarts_the_cluster(queue: QueueUnderTest, tmp_path: Path, index: int) -> None:
    """django-q2 issue 23: one of the idle workers holds the lock of the task queue."""
    assert runs_task(tmp_path, "before")
    os.kill(queue.workers()[index], signal.SIGKILL)
    assert_goes_on(queue, tmp_path, time.monotonic())


def test_killed_busy_worker_restarts_the_cluster(queue: QueueUnderTest, tmp_path: Path) -> None:
    busy = tmp_path / "busy"
    async_task(TASKS + "hold", str(busy), 60)
    assert wait_until(lambda: busy.exists() and busy.read_text().strip(), GOES_ON_S)
    os.kill(int(busy.read_text().split()[0]), signal.SIGKILL)
    assert_goes_on(queue, tmp_path, time.monotonic())


def test_killed_group_is_started_again(queue: QueueUnderTest, tmp_path: Path) -> None:
    assert runs_task(tmp_path, "before")
    os.killpg(queue.main.pid, signal.SIGKILL)
    assert_goes_on(queue, tmp_path, time.monotonic())


def test_restarted_cluster_runs_what_the_killed_one_had_taken(queue: QueueUnderTest, tmp_path: Path) -> None:
    """Without release the rows would wait for `retry`, 60 s."""
    busy = [tmp_path / f"busy-{number}" for number in range(5)]
    for path in busy:
        async_task(TASKS + "hold", str(path), 0.3)
    assert wait_until(busy[0].exists, GOES_ON_S)
    os.killpg(queue.main.pid, signal.SIGKILL)
    assert wait_until(lambda: all(path.exists() for path in busy), GOES_ON_S)


def test_worker_that_ends_in_order_is_replaced_without_restart(queue: QueueUnderTest, tmp_path: Path) -> None:
    """A recycled worker says goodbye; killing every host on the cluster for it would be wrong."""
    path = tmp_path / "recycled"
    async_task(TASKS + "end_worker_in_order", str(path))
    assert wait_until(lambda: path.exists() and path.read_text().endswith("\n"), GOES_ON_S)
    worker = int(path.read_text())
    assert wait_until(lambda: not psutil.pid_exists(worker) or worker not in queue.workers(), HANGS_S)
    OrmQ.objects.all().delete()
    assert runs_task(tmp_path, "after")
    assert queue.exit_codes == []


def test_sigterm_lets_a_host_release_its_work(patient_queue: QueueUnderTest, tmp_path: Path) -> None:
    host = tmp_path / "host"
    async_task(TASKS + "wait_for_shutdown", str(host))
    assert wait_until(host.exists, GOES_ON_S)
    assert patient_queue.stop() == 0
    assert host.with_suffix(".released").exists()


def test_sigterm_kills_what_does_not_end_within_the_grace(queue: QueueUnderTest, tmp_path: Path) -> None:
    stubborn = tmp_path / "stubborn"
    async_task(TASKS + "hold", str(stubborn), 10 * HANGS_S)
    assert wait_until(stubborn.exists, GOES_ON_S)
    began = time.monotonic()
    assert queue.stop() == 0
    assert time.monotonic() - began > 8
    assert wait_until(lambda: not queue.survivors(), HANGS_S)


@pytest.mark.slow
@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
def test_stop_signal_always_stops(tmp_path: Path, signum: signal.Signals) -> None:
    """Plain `qcluster` hung in 7 of 61 stops (django-q2 issue 346). Stops come at random moments of the start, too."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # a shell's background job; children would inherit it
        signal.signal(signal.SIGINT, signal.default_int_handler)
    for round_number in range(STOP_ROUNDS):
        queue = QueueUnderTest(tmp_path / "queue.log", restarts=False)
        try:
            time.sleep(0.35 + 0.07 * round_number)
            queue.stop(signum)
            log = (tmp_path / "queue.log").read_text()[-2000:]
            assert queue.main.poll() is not None, f"round {round_number}: still running\n{log}"
            assert not psutil.pid_exists(queue.main.pid) or not psutil.Process(queue.main.pid).children()
        finally:
            queue.close()


@pytest.mark.parametrize("command", ["queue", "supervise"])
def test_ctrl_c_within_a_destructor_of_the_start_stops(tmp_path: Path, command: str) -> None:
    """There KeyboardInterrupt would be printed and forgotten, and the process would go on."""
    (tmp_path / "interrupted_settings.py").write_text(
        "import os, signal\n"
        "class Late:\n"
        "    def __del__(self): os.kill(os.getpid(), signal.SIGINT); print('went on')\n"
        "Late()\n"
        "raise SystemExit('interrupt lost')\n"
    )
    path = os.pathsep.join([str(tmp_path), str(ROOT)])
    ended = subprocess.run(
        [sys.executable, "manage.py", command],
        cwd=ROOT,
        env={**child_env(), "PYTHONPATH": path, "DJANGO_SETTINGS_MODULE": "interrupted_settings"},
        capture_output=True,
        text=True,
        timeout=HANGS_S,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (-signal.SIGINT, "", "")


def test_signal_to_the_whole_group_stops(patient_queue: QueueUnderTest) -> None:
    """systemd's default KillMode=control-group; plain `qcluster` hangs."""
    queue = patient_queue
    queue._ending.set()
    queue._loop.join()
    os.killpg(queue.main.pid, signal.SIGTERM)
    assert queue.main.wait(HANGS_S) == 0
    assert wait_until(lambda: not queue.survivors(), HANGS_S)

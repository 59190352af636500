"""A node that kills its process runs alone, is counted, and fails alone. It is killed in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from django.db import connection

from runs.executors.base import Done
from runs.models import Attempt
from runs.transitions import attempts, leases
from tests.processes.queue_harness import wait_until
from tests.runs.conftest import StartRun
from tests.runs.engine import assert_sound, attempt_of, node, statuses, take_all, take_one

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[2]
WORKER = """
import sys, django
from django.db import connections
django.setup()
connections["default"].settings_dict["NAME"] = sys.argv[1]
from runs.tasks import execute_attempt
execute_attempt(int(sys.argv[2]))
"""


def command(attempt_id: int) -> list[str]:
    return [sys.executable, "-c", WORKER, str(connection.settings_dict["NAME"]), str(attempt_id)]


def environment() -> dict[str, str]:
    return {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}


def worker(attempt_id: int) -> subprocess.CompletedProcess[str]:
    """Deliver an attempt's message to a worker process."""
    return subprocess.run(command(attempt_id), cwd=ROOT, env=environment(), timeout=300, text=True, capture_output=True)


def test_deadly_node_alone_kills_only_its_own_child_and_fails_after_three_deaths(start: StartRun) -> None:
    run = start("a → c; b", nodes={"a": {"type": "deadly"}})
    jobs = take_all()
    attempts.lose(jobs["a"], loss="death", reason="its host died")
    for death in range(1, 4):
        ended = worker(attempt_of(run, "a").pk)
        assert ended.returncode == 0, "the worker itself lives on: " + ended.stderr
        assert Attempt.objects.filter(quarantine=True, loss="death").count() == death
    version = node(run, "a")
    assert (version.status, version.error_kind) == ("failed", "process_died")
    assert "SIGKILL" in version.error
    attempts.finish(jobs["b"], Done())
    assert statuses(run) == "a1:failed b1:done c1:pending"
    assert_sound(run)


@pytest.mark.parametrize("kind", ["noop", "blocking"])
def test_innocent_node_alone_succeeds_and_goes_on(start: StartRun, kind: str) -> None:
    run = start("a → b", nodes={"a": {"type": kind}})
    attempts.lose(take_one(run, "a"), loss="death")
    ended = worker(attempt_of(run, "a").pk)
    assert ended.returncode == 0, ended.stderr
    assert statuses(run) == "a1:done b1:queued"
    assert worker(attempt_of(run, "a").pk).returncode == 0, "delivered again, it does nothing"
    assert Attempt.objects.filter(node_run__key="a").count() == 2
    assert_sound(run)


@pytest.mark.slow
def test_child_that_hangs_is_killed_when_its_attempt_is_given_to_another(start: StartRun) -> None:
    """Its worker would be gone for good: after two such nodes nothing of the worker lane ran any more."""
    run = start("a", nodes={"a": {"type": "slow", "milliseconds": 600_000}})
    attempts.lose(take_one(run, "a"), loss="death")
    attempt = attempt_of(run, "a")
    delivered = subprocess.Popen(
        command(attempt.pk), cwd=ROOT, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        assert wait_until(lambda: psutil.Process(delivered.pid).children(), 120)
        (child,) = psutil.Process(delivered.pid).children()
        assert wait_until(lambda: statuses(run) == "a1:running", 120)
        child.suspend()
        job = next(job for job in leases.held_by(Attempt.objects.get(pk=attempt.pk).host))
        assert attempts.lose(job, loss="silence", reason="the process that ran it stopped answering")
        assert delivered.wait(120) == 0
        assert not child.is_running()
    finally:
        delivered.kill()
        delivered.wait()
    assert statuses(run) == "a1:queued"
    assert_sound(run)

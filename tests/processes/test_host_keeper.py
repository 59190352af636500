"""Hosts that are missing are asked for, dead ones are buried, a queue that does nothing is noticed."""

import os
import platform
import subprocess
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.utils import timezone
from django_q.models import OrmQ

from aime_project.processes import host_keeper
from aime_project.processes.host_keeper import HostKeeper, StallWatch, beat, bury_hosts
from runs.models import Attempt
from runs.models.host import Heartbeat, Host
from tests.factories import make_run, make_space, make_workflow
from workflows.models import Workflow

pytestmark = pytest.mark.django_db


def add_host(slot: int = 0, *, age_s: float = 0.0, pid: int | None = None, machine: str | None = None) -> Host:
    at = timezone.now() - timedelta(seconds=age_s)
    machine = platform.node() if machine is None else machine
    return Host.objects.create(
        id=uuid.uuid4(), slot=slot, machine=machine, pid=pid or os.getpid(), started_at=at, heartbeat_at=at
    )


def ended_pid() -> int:
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid


def test_beat_moves_one_row() -> None:
    beat()
    first = Heartbeat.objects.get(name="supervisor").beat_at
    beat()
    assert Heartbeat.objects.get(name="supervisor").beat_at > first


def test_missing_hosts_are_asked_for_once(settings: LazySettings) -> None:
    keeper = HostKeeper()
    keeper.keep()
    assert OrmQ.objects.count() == settings.AIME_HOSTS
    keeper.keep()
    assert OrmQ.objects.count() == settings.AIME_HOSTS


def test_only_the_slot_without_a_fresh_host_is_asked_for() -> None:
    add_host(0)
    add_host(1, age_s=60)
    HostKeeper().keep()
    assert [row.task["name"] for row in OrmQ.objects.all()] == ["host-1"]


def test_started_queue_is_asked_again_at_once(settings: LazySettings) -> None:
    keeper = HostKeeper()
    keeper.keep()
    keeper.queue_started()
    keeper.keep()
    assert OrmQ.objects.count() == 2 * settings.AIME_HOSTS


def test_queue_that_takes_nothing_is_not_filled_for_ever(settings: LazySettings) -> None:
    keeper = HostKeeper()
    for _ in range(20):
        keeper.queue_started()
        keeper.keep()
    assert OrmQ.objects.count() <= 3 * settings.AIME_HOSTS


def test_host_whose_process_ended_is_buried_and_its_slot_free() -> None:
    dead, alive = add_host(0, pid=ended_pid()), add_host(1)
    elsewhere = add_host(2, pid=ended_pid(), machine="another")
    assert bury_hosts() == 1
    states = {host.id: host.state for host in Host.objects.all()}
    assert states == {dead.id: "gone", alive.id: "up", elsewhere.id: "up"}


# --- the stall watch --------------------------------------------------------------------------------------------------
@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> StallWatch:
    """One whose quiet time after a start is over; the database is old enough for a verdict, too."""
    monkeypatch.setattr(host_keeper, "STALL_AGAIN_S", 0.0)
    monkeypatch.setattr(host_keeper, "STALL_S", 0.5)
    return StallWatch()


def queued_attempt(**values: Any) -> Attempt:
    """A run whose first node has waited for long, unless `values` say otherwise."""
    workflow = Workflow.objects.first()
    if workflow is None:
        person = User.objects.create_user("builder")
        workflow = make_workflow("a", space=make_space(builder=person), owner=person)
    make_run(workflow)
    attempt = Attempt.objects.filter(status="queued").latest("id")
    long_ago = timezone.now() - timedelta(seconds=60)
    Attempt.objects.filter(pk=attempt.pk).update(**{"available_at": long_ago, "queued_at": long_ago, **values})
    return attempt


def test_idle_queue_with_a_host_is_fine(watch: StallWatch) -> None:
    add_host()
    assert not watch.is_stalled(model_up=True)


def test_queue_without_any_host_is_stalled(watch: StallWatch) -> None:
    assert watch.is_stalled(model_up=True)


def test_work_that_nobody_takes_is_a_stall(watch: StallWatch) -> None:
    add_host()
    queued_attempt()
    assert watch.is_stalled(model_up=True)


@pytest.mark.parametrize(
    "excuse",
    [
        lambda: queued_attempt(available_at=timezone.now() + timedelta(seconds=60)),  # a retry whose time has not come
        lambda: queued_attempt(queued_at=timezone.now() + timedelta(seconds=60)),  # just now, however slow the test
        lambda: queued_attempt(lane="worker"),
    ],
)
def test_work_that_waits_for_a_reason_is_no_stall(watch: StallWatch, excuse: Callable[[], Attempt]) -> None:
    add_host()
    excuse()
    assert not watch.is_stalled(model_up=True)


def test_model_calls_wait_for_a_model_that_is_not_up(watch: StallWatch) -> None:
    add_host()
    attempt = queued_attempt()
    assert attempt.message_id is not None
    assert not watch.is_stalled(model_up=False)


def test_model_calls_wait_for_a_model_that_is_full(watch: StallWatch, settings: LazySettings) -> None:
    settings.AIME_MODEL = {**settings.AIME_MODEL, "max_parallel": 1}
    add_host()
    running = queued_attempt()
    long_ago = timezone.now() - timedelta(seconds=60)
    Attempt.objects.filter(pk=running.pk).update(
        status="running", host=uuid.uuid4(), started_at=long_ago, heartbeat_at=long_ago, lease_expires_at=timezone.now()
    )
    queued_attempt()
    assert not watch.is_stalled(model_up=True)
    settings.AIME_MODEL = {**settings.AIME_MODEL, "max_parallel": 2}
    assert watch.is_stalled(model_up=True)


def test_restarted_queue_gets_time(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not StallWatch().is_stalled(model_up=True)

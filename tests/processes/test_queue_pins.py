"""What queue_cluster.py relies on in django-q2 and multiprocessing beyond their documentation.

A failure here after an upgrade: read their change first.
"""

import inspect
import multiprocessing
import os
import signal

import django_q
import pytest
from django.db import OperationalError
from django_q.brokers import get_broker
from django_q.brokers.orm import ORM
from django_q.cluster import Cluster, Sentinel

from aime_project.processes import queue_cluster
from aime_project.processes.queue_broker import QueueBroker
from aime_project.processes.queue_members import Members

pytestmark = pytest.mark.django_db
FORK = multiprocessing.get_context("fork")


def test_version_is_the_one_that_was_read() -> None:
    assert django_q.VERSION == (1, 11, 1)


def test_cluster_forks_one_sentinel_and_stops_it_with_an_event() -> None:
    start, stop = inspect.getsource(Cluster.start), inspect.getsource(Cluster.stop)
    assert "get_mp_context().Process(\n            target=Sentinel" in start
    assert "self.stop_event.set()" in stop and "self.sentinel.join()" in stop


def test_only_the_constructor_installs_signal_handlers_in_the_main_process() -> None:
    assert "signal.signal(signal.SIGTERM, self.sig_handler)" in inspect.getsource(Cluster.__init__)
    assert "signal.signal" not in inspect.getsource(Cluster.start)


def test_sentinel_starts_members_as_multiprocessing_children() -> None:
    assert "get_mp_context().Process(" in inspect.getsource(Sentinel.spawn_process)


def test_broker_class_is_the_configured_one() -> None:
    assert isinstance(get_broker(), QueueBroker)


@pytest.mark.parametrize("method", ["dequeue", "acknowledge"])
def test_broker_waits_out_a_lost_connection(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    failures = iter([OperationalError("server closed the connection"), None])

    def flaky(*args: object) -> str:
        if error := next(failures):
            raise error
        return "answer"

    monkeypatch.setattr(ORM, method, flaky)
    monkeypatch.setattr("django_q.conf.Conf.POLL", 0.0)
    broker = QueueBroker("aime")
    answers = [broker.dequeue(), broker.dequeue()] if method == "dequeue" else [broker.acknowledge(1)]
    assert answers[-1] == "answer"


def test_start_waits_for_a_database_that_restarts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Found by chaos: the queue ended, again and again, and its supervisor slowed the starts down."""
    failures = iter([OperationalError("the database system is starting up"), None])
    calls = []

    def flaky(*args: object) -> int:
        calls.append(1)
        if error := next(failures):
            raise error
        return 0

    monkeypatch.setattr(QueueBroker, "release_prefetched", flaky)
    monkeypatch.setattr(queue_cluster.connections, "close_all", lambda: None)  # the test's own transaction
    queue_cluster._release_prefetched(queue_cluster._StopRequest(Members()))
    assert len(calls) == 2


@pytest.mark.parametrize("moment", ["with the end", "just after", "never"])
def test_members_ended_by_the_signal_that_asks_to_stop_are_not_lost(
    moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A signal to the whole group ends them at once, and may be seen here only then; it is no crash."""
    members = Members()
    stop = queue_cluster._StopRequest(members)

    def wait() -> set[int]:
        if moment == "with the end":
            stop._note()
        return {7}

    monkeypatch.setattr(members, "wait", wait)
    monkeypatch.setattr(queue_cluster.time, "sleep", lambda _: stop._note() if moment == "just after" else None)
    assert queue_cluster._lost_unasked(members, stop) == ({7} if moment == "never" else set())


def test_member_that_ends_in_order_is_not_lost() -> None:
    members = Members()
    child = FORK.Process(target=int)
    child.start()
    child.join()
    assert members.wait(1) == set()


def test_member_that_raises_says_goodbye_too() -> None:
    """Python unwinds: locks are released, so the sentinel's own replacement is enough."""
    members = Members()
    child = FORK.Process(target=os.close, args=(-1,))
    child.start()
    child.join()
    assert child.exitcode == 1
    assert members.wait(1) == set()


def test_killed_member_is_lost() -> None:
    members = Members()
    child = FORK.Process(target=signal.pause)
    child.start()
    assert members.wait(60) == set()
    os.kill(child.pid or 0, signal.SIGKILL)
    assert members.wait(60) == {child.pid}
    child.join()


def _write_and_pause(fd: int) -> None:
    os.write(fd, b"!")
    signal.pause()


def test_member_killed_and_reaped_before_its_hello_is_read_is_lost() -> None:
    members = Members()
    begun, begin = os.pipe()
    child = FORK.Process(target=_write_and_pause, args=(begin,))
    child.start()
    os.read(begun, 1)
    os.kill(child.pid or 0, signal.SIGKILL)
    child.join()
    assert members.wait(60) == {child.pid}

"""django-q2's cluster, made crash-only (ADR 0005).

A process of the cluster that is killed may hold a lock of the shared queues, and then nothing runs any more (engine.md
B1). So nothing is repaired: the main process watches all of them, and when one is killed it kills the rest and ends
with `EXIT_CRASHED`; the supervisor starts a new cluster and the leases bring the work back. Children die with their
parent, so no kill leaves an orphan. django-q2 itself is used as it is, only its signal handlers are replaced (they set
an Event in signal context, which can hang).
"""

import gc
import importlib
import logging
import os
import signal
import threading
import time
from typing import Any

import psutil
from django.db import InterfaceError, OperationalError, connections
from django_q.brokers import get_broker
from django_q.cluster import Cluster
from django_q.signals import pre_execute

from aime_project.processes.parent_death import tie_forked_children
from aime_project.processes.queue_broker import QueueBroker
from aime_project.processes.queue_members import Members
from runs import shutdown
from runs.queue import RUN_HOST

EXIT_CRASHED = 75  # EX_TEMPFAIL: start me again
AGAIN_S = 0.2
SAME_SIGNAL_S = 0.02  # a signal to the whole group may end members a moment before it is seen here
# Imported before the fork, so that their memory is shared by all workers; what is missing is imported on first use.
PRELOAD = (
    "openai",
    "openai.resources.chat",
    "pydantic",
    "runs.host",
    "runs.tasks",
    "runs.agent.loop",
    "runs.agent.openai_model",
    "runs.executors.task",
)

logger = logging.getLogger("aime.queue")


def run() -> int:
    """Run one cluster until it is told to stop (0) or one of its processes is killed (EXIT_CRASHED)."""
    members = Members()
    stop = _StopRequest(members)
    stop.listen()
    _preload()
    pre_execute.connect(_acknowledge_host)
    tie_forked_children()
    shutdown.open_gate()
    cluster = _new_cluster(stop)
    _release_prefetched(stop)
    if stop.is_requested():
        return 0
    cluster.start()
    lost = _lost_unasked(members, stop)
    if not lost:
        return _stop(cluster, members)
    logger.error("queue: killed members %s; ending the cluster", sorted(lost))
    _kill_descendants()
    return EXIT_CRASHED


def _new_cluster(stop: "_StopRequest") -> Cluster:
    """The constructor takes the signals; one that arrives meanwhile waits until they are ours again."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    cluster = Cluster()
    stop.listen()
    signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return cluster


class _StopRequest:
    """SIGTERM and SIGINT only leave a mark; the main loop does the rest outside of signal context."""

    def __init__(self, members: Members) -> None:
        self._requested = False
        self._members = members
        self._main_pid = os.getpid()

    def is_requested(self) -> bool:
        return self._requested

    def listen(self) -> None:
        """Install the handlers; from the main thread only."""
        signal.signal(signal.SIGTERM, self._note)
        signal.signal(signal.SIGINT, self._note)

    def _note(self, *_: object) -> None:
        if os.getpid() == self._main_pid:
            self._requested = True
            self._members.wake()


def _lost_unasked(members: Members, stop: _StopRequest) -> set[int]:
    """Wait until members are killed, and give their pids; none where it is asked to stop, whoever ended with that."""
    while not stop.is_requested():
        if lost := members.wait():
            time.sleep(SAME_SIGNAL_S)
            return set() if stop.is_requested() else lost
    return set()


def _stop(cluster: Cluster, members: Members) -> int:
    """Tell hosts and django-q2 to finish; after the grace kill what is left. Always ends."""
    deadline = time.monotonic() + shutdown.GRACE_S
    shutdown.announce()
    # In a thread: `Cluster.stop` may wait for ever on a lock or a process that died.
    stopper = threading.Thread(target=cluster.stop, name="cluster-stop", daemon=True)
    stopper.start()
    while stopper.is_alive() and time.monotonic() < deadline:
        if cluster.sentinel.pid in members.wait(timeout_s=0.05):
            break  # e.g. a signal to the whole group: nobody is left who could finish in order
    _kill_descendants()
    return 0


def _kill_descendants() -> None:
    for process in psutil.Process().children(recursive=True):
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue


def _acknowledge_host(task: dict[str, Any], **_: Any) -> None:
    """Runs in the worker. A host lives for many minutes: without this its message would come again every `retry`."""
    if task["func"] == RUN_HOST and "ack_id" in task:
        get_broker().acknowledge(task["ack_id"])


def _release_prefetched(stop: _StopRequest) -> None:
    """Wait for a database that restarts: ending instead would count as a quick death and slow the next starts down."""
    broker = get_broker()
    while isinstance(broker, QueueBroker) and not stop.is_requested():
        try:
            broker.release_prefetched()
            break
        except (OperationalError, InterfaceError) as error:
            logger.warning("queue: the start waits for the database: %s", str(error).strip())
            connections.close_all()
            time.sleep(AGAIN_S)
    connections.close_all()  # a forked child must not share a connection


def _preload() -> None:
    for name in PRELOAD:
        try:
            importlib.import_module(name)
        except ModuleNotFoundError as error:
            logger.info("queue: not preloaded: %s", error)
    # A frozen heap is not touched by the collector, so its pages stay shared after the fork.
    gc.collect()
    gc.freeze()

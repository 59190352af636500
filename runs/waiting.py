"""Waiting for a run or a node to come to rest, by looking at the rows now and then."""

import time
from collections.abc import Callable

from django.db import InterfaceError, OperationalError, connection

from runs.models import NodeRun, Run
from runs.states import NODE_ACTIVE, NodeStatus, RunStatus

LOOK_S = 0.2


def wait_for_run(run_id: int, seconds: float) -> bool:
    """Wait until a run has ended, or waits with nothing active; False when the time is over."""
    return _wait(lambda: _run_status(run_id) != RunStatus.RUNNING, seconds)


def wait_for_node(run_id: int, key: str, seconds: float) -> bool:
    """Wait until the latest version of a node is no longer at work; False when the time is over.

    A new version that its ancestors hold up counts as at work as long as the run is.
    """

    def is_at_rest() -> bool:
        status = NodeRun.objects.values_list("status", flat=True).get(run_id=run_id, key=key, is_latest=True)
        if status == NodeStatus.PENDING:
            return _run_status(run_id) != RunStatus.RUNNING
        return status not in NODE_ACTIVE

    return _wait(is_at_rest, seconds)


def _run_status(run_id: int) -> str:
    return Run.objects.values_list("status", flat=True).get(pk=run_id)


def _wait(is_over: Callable[[], bool], seconds: float) -> bool:
    """Look until it is over; a database that restarts meanwhile is waited for as well."""
    end = time.monotonic() + seconds
    while True:
        try:
            if is_over():
                return True
        except (OperationalError, InterfaceError):
            connection.close()
        if time.monotonic() >= end:
            return False
        time.sleep(min(LOOK_S, max(0.0, end - time.monotonic())))

"""Which messages stay in the queue: none of a host that began, none that failed (ADR 0003: the queue never retries)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django_q.models import OrmQ
from django_q.tasks import async_task

from runs import sql
from runs.queue import run_host_later
from tests.processes.queue_harness import HANGS_S, QueueUnderTest, wait_until

pytestmark = [pytest.mark.processes, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[QueueUnderTest]:
    queue = QueueUnderTest(tmp_path / "queue.log")
    queue.tree()
    yield queue
    queue.close()


def test_message_of_a_host_that_has_begun_is_not_delivered_again(queue: QueueUnderTest) -> None:
    """Found by chaos: it stayed in the queue for the host's whole life and came again every minute."""
    run_host_later(0)
    assert wait_until(lambda: sql.row("SELECT 1 FROM runs_host WHERE state = 'up'"), HANGS_S)
    assert OrmQ.objects.count() == 0


def test_message_that_failed_is_not_delivered_again(queue: QueueUnderTest) -> None:
    async_task("tests.processes.queue_tasks.no_such_task")
    assert wait_until(lambda: not OrmQ.objects.exists(), HANGS_S)

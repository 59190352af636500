"""What django-q2 runs: one-line bodies. Each takes ids, calls one function and returns nothing."""

from runs import execution, host, quarantine
from runs.models import Attempt


def run_host(slot: int) -> None:
    """Be the asyncio host of a slot."""
    host.run_host(slot)


def execute_attempt(attempt_id: int) -> None:
    """Execute one attempt of the worker lane: in quarantine, or blocking in this process."""
    alone = Attempt.objects.filter(pk=attempt_id, quarantine=True).exists()
    (quarantine.execute_in_quarantine if alone else execution.execute_blocking)(attempt_id)

"""Runs hear that somebody consented to be an executor, or took it back; and look for themselves now and then.

The look finds what nobody told: a process that died between the commit and the call, a member who was removed or
deactivated. Not here: whether one may consent (`workflows/actions/consents.py`), and what it does to a node
(`runs/transitions/consents.py`).
"""

from runs.transitions import consents


def consent_changed(*, workflow_id: int, user_id: int) -> None:
    """Settle the runs of a template whose nodes run as this person; subscribed in `runs/apps.py`."""
    for run_id in consents.unsettled(workflow_id, user_id):
        consents.settle(run_id, by=user_id)


def settle_all() -> int:
    """Settle whatever does not fit; returns how many runs. Raises OperationalError while the database is away."""
    found = consents.unsettled()
    for run_id in found:
        consents.settle(run_id)
    return len(found)

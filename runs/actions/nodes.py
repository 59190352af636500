"""What people do to a node version. Only the latest one is interactive; the wrong act is refused with the right one.

Each raises ActForbidden (watching only) or ActRefused (does not fit the state now). `choice`: what the person chose of
the plan, and which plan they saw; PlanChanged where it is another one now.
"""

from django.contrib.auth.models import User

from runs.access import require_confirm, require_node_act
from runs.models import NodeRun
from runs.transitions import acts
from runs.transitions.planning import NO_CHOICE, Choice


def stop(*, node_run: NodeRun, by: User) -> None:
    """End the turn that runs; what it wrote stays and the node waits for a message."""
    require_node_act(by, node_run)
    acts.stop(node_run.run_id, node_run.key, node_run.number, by=by.pk)


def confirm(*, node_run: NodeRun, by: User, outputs: str | None = None, choice: Choice = NO_CHOICE) -> None:
    """Accept a version for the first time. `outputs`: the hash of the outputs the person saw."""
    require_confirm(by, node_run)
    acts.confirm(node_run.run_id, node_run.key, node_run.number, by=by.pk, outputs=outputs, choice=choice)


def done(*, node_run: NodeRun, by: User, outputs: str | None = None, choice: Choice = NO_CHOICE) -> None:
    """Accept a reopened version; downstream is kept where its inputs did not change, else computed again."""
    require_node_act(by, node_run)
    acts.done(node_run.run_id, node_run.key, node_run.number, by=by.pk, outputs=outputs, choice=choice)


def restart(*, node_run: NodeRun, by: User, choice: Choice = NO_CHOICE) -> int:
    """Give the node a new version with an empty conversation; returns its number."""
    require_node_act(by, node_run)
    return acts.restart(node_run.run_id, node_run.key, node_run.number, by=by.pk, choice=choice)


def retry_turn(*, node_run: NodeRun, by: User, choice: Choice = NO_CHOICE) -> None:
    """Try the same message again in the same version."""
    require_node_act(by, node_run)
    acts.retry_turn(node_run.run_id, node_run.key, node_run.number, by=by.pk, choice=choice)


def cancel_node(*, node_run: NodeRun, by: User) -> None:
    """Cancel this version."""
    require_node_act(by, node_run)
    acts.cancel_node(node_run.run_id, node_run.key, node_run.number, by=by.pk)

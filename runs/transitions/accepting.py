"""Accepting a node version: by a person (confirm, done) or by itself; and what that does downstream."""

from typing import Any

from django.utils import timezone

from runs import sql
from runs.reruns import Plan, VersionState, after_accept
from runs.states import MessageStatus, NodeStatus
from runs.transitions.ledger import Latest, Ledger
from runs.transitions.outputs import outputs_sha256
from runs.transitions.starting import HandOff, renew, settle

CANCEL_ATTEMPT = """
UPDATE runs_attempt SET status = 'cancelled', finished_at = clock_timestamp(), lease_expires_at = NULL
WHERE node_run_id = %s AND status IN ('queued', 'running') RETURNING id
"""
# A run may have been cancelled and continued more than once; `cancelled_at` is the last time only. What a cancellation
# took along ended at the time of its event: both carry now(), the begin of that transaction.
CANCELLATIONS = "SELECT created_at FROM runs_runevent WHERE run_id = %s AND kind = 'run.cancelled'"


def accept(ledger: Ledger, node: Latest, *, by: int | None, hand_off: HandOff | None = None) -> None:
    """Make a node version done, apply the plan downstream and start what is ready.

    Only a first acceptance records its time and person; the hash is always that of the outputs accepted last.
    """
    rerun = node.number > 1 or node.accepted_at is not None
    first: dict[str, Any] = {}
    if node.accepted_at is None:
        node.accepted_at = timezone.now()
        first = {"accepted_by_id": by, "accepted_at": node.accepted_at}
    digest = outputs_sha256(node.id) if ledger.plan.specs[node.key].outputs else ""
    ledger.move(node, NodeStatus.DONE, by=by, accepted_sha256=digest, **first)
    graph = ledger.plan.graph
    plan = after_accept(graph, version_states(ledger), node.key, rerun=rerun)
    apply_plan(ledger, plan, by=by)
    settle(ledger, hand_off, among=None if plan.renew else graph.children(node.key))


def apply_plan(ledger: Ledger, plan: Plan, *, by: int | None) -> None:
    """Cancel and renew as planned, in this transaction."""
    for key in plan.cancel:
        cancel_version(ledger, ledger.nodes[key], by=by)
    for key in plan.renew:
        renew(ledger, key, by=by)


def cancel_version(ledger: Ledger, node: Latest, *, by: int | None) -> None:
    """Cancel a node version and the attempt it may have; the hosts close its model stream."""
    end_attempt_of(ledger, node, MessageStatus.STOPPED)
    ledger.move(node, NodeStatus.CANCELLED, by=by)


def end_attempt_of(ledger: Ledger, node: Latest, message_status: MessageStatus) -> bool:
    """Cancel the live attempt of a node version, keeping the text it wrote; False where there is none."""
    found = sql.row(CANCEL_ATTEMPT, (node.id,))
    if found is None:
        return False
    ledger.close_message_of(found[0], message_status)
    ledger.cancelled_attempts.append(found[0])
    return True


def version_states(ledger: Ledger) -> dict[str, VersionState]:
    """Describe the latest versions for a plan. What a cancellation of the run took along carries its very time."""
    taken = {row[0] for row in sql.rows(CANCELLATIONS, (ledger.run_id,))} if ledger.cancelled_at is not None else set()
    return {
        key: VersionState(
            status=node.status,
            accepted=node.accepted_at is not None,
            with_run=node.status == NodeStatus.CANCELLED and node.finished_at in taken,
        )
        for key, node in ledger.nodes.items()
    }

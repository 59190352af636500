"""Accepting a node version: by a person (confirm, done) or by itself; and what that does downstream."""

from typing import Any

from django.utils import timezone

from runs import sql
from runs.reruns import Plan
from runs.states import CancelledWith, MessageStatus, NodeStatus
from runs.transitions.ledger import Latest, Ledger
from runs.transitions.outputs import outputs_sha256
from runs.transitions.planning import NO_CHOICE, Choice, chosen_plan, had_results, in_words
from runs.transitions.starting import HandOff, renew, settle

CANCEL_ATTEMPT = """
UPDATE runs_attempt SET status = 'cancelled', finished_at = clock_timestamp(), lease_expires_at = NULL
WHERE node_run_id = %s AND status IN ('queued', 'running') RETURNING id
"""
KEEP = """
INSERT INTO runs_reuse (node_run_id, because_of_id, accepted_by_id, reason, created_at)
VALUES (%s, %s, %s, %s, clock_timestamp())
"""


def accept(
    ledger: Ledger,
    node: Latest,
    *,
    by: int | None,
    hand_off: HandOff | None = None,
    choice: Choice = NO_CHOICE,
) -> None:
    """Make a node version done, apply the plan downstream and start what is ready.

    Only a first acceptance records its time and person; the hash is always that of the outputs accepted last.
    """
    again = had_results(node)
    plan = chosen_plan(ledger, "done", node.key, choice)
    first: dict[str, Any] = {}
    if node.accepted_at is None:
        node.accepted_at = timezone.now()
        first = {"accepted_by_id": by, "accepted_at": node.accepted_at}
    digest = outputs_sha256(node.id) if ledger.plan.specs[node.key].outputs else ""
    ledger.move(node, NodeStatus.DONE, by=by, accepted_sha256=digest, **first)
    apply_plan(ledger, plan, by=by)
    _keep(ledger, plan, node, by=by)
    # A first acceptance frees children only; later what is kept may have ended meanwhile, and frees what is below it.
    settle(ledger, hand_off, among=None if again or plan.renew else ledger.plan.graph.children(node.key))


def apply_plan(ledger: Ledger, plan: Plan, *, by: int | None) -> None:
    """Cancel and renew as planned, in this transaction."""
    for key in plan.cancel:
        cancel_version(ledger, ledger.nodes[key], by=by, cancelled_with=CancelledWith.RERUN)
    for key in plan.renew:
        renew(ledger, key, by=by)


def _keep(ledger: Ledger, plan: Plan, because_of: Latest, *, by: int | None) -> None:
    """Store that versions are reused: who accepted what above them, and why they stay."""
    for key in plan.reuse:
        node = ledger.nodes[key]
        sql.later(KEEP, (node.id, because_of.id, by, in_words(plan.reasons[key])))
        ledger.event("node.reused", node, by=by)


def cancel_version(
    ledger: Ledger, node: Latest, *, by: int | None, cancelled_with: CancelledWith = CancelledWith.NODE
) -> None:
    """Cancel a node version and the attempt it may have; the hosts close its model stream."""
    end_attempt_of(ledger, node, MessageStatus.STOPPED)
    ledger.move(node, NodeStatus.CANCELLED, by=by, cancelled_with=cancelled_with)


def end_attempt_of(ledger: Ledger, node: Latest, message_status: MessageStatus) -> bool:
    """Cancel the live attempt of a node version, keeping the text it wrote; False where there is none."""
    found = sql.row(CANCEL_ATTEMPT, (node.id,))
    if found is None:
        return False
    ledger.close_message_of(found[0], message_status)
    ledger.cancelled_attempts.append(found[0])
    return True

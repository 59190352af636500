"""Consent given and taken back, as the nodes of runs feel it: what waits for it starts, what is queued waits.

An attempt that runs is never ended by it. Any number of passes is safe: each compares what is with what should be.
"""

from runs import sql
from runs.states import MessageStatus, NodeStatus, WaitingFor
from runs.transitions.accepting import end_attempt_of
from runs.transitions.consenting import CONSENTS, may_run
from runs.transitions.ledger import Latest, Ledger, open_run
from runs.transitions.starting import queue_attempt

# Runs in which a node waits though its executor consented, or is queued though not. All of them, or one person's in one
# template. Few nodes have another executor than the initiator, and the unfinished ones have an index.
UNSETTLED = f"""
SELECT DISTINCT n.run_id FROM runs_noderun n JOIN runs_run r ON r.id = n.run_id AND r.initiator_id <> n.executor_id
JOIN workflows_workflowversion running ON running.id = r.version_id
WHERE n.is_latest AND n.status IN ('queued', 'retrying', 'waiting')
  AND (n.status <> 'waiting' OR n.waiting_for = 'consent')
  AND (%s::bigint IS NULL OR running.workflow_id = %s) AND (%s::bigint IS NULL OR n.executor_id = %s)
  AND (n.status = 'waiting') = EXISTS (SELECT 1 {CONSENTS})
ORDER BY n.run_id
"""  # noqa: S608  (a text of ours)
# How the turn stood that was taken back: its message, tries, quarantine and the pause that was left.
TAKEN_BACK = """
SELECT message_id, try_number, quarantine, GREATEST(0, extract(epoch FROM available_at - now()))::float
FROM runs_attempt WHERE node_run_id = %s ORDER BY number DESC LIMIT 1
"""
OPENING = "SELECT max(id) FROM runs_message WHERE node_run_id = %s AND role = 'user'"


def unsettled(workflow_id: int | None = None, user_id: int | None = None) -> list[int]:
    """List the runs that `settle` would change, of one template and executor or of all."""
    return [row[0] for row in sql.rows(UNSETTLED, (workflow_id, workflow_id, user_id, user_id))]


def settle(run_id: int, *, by: int | None = None) -> None:
    """Start what its executor lets run, and let wait what is queued without consent. `by`: who changed their mind."""
    with open_run(run_id) as ledger:
        for node in ledger.nodes.values():
            waits = node.status == NodeStatus.WAITING and node.waiting_for == WaitingFor.CONSENT
            if waits and may_run(ledger, node):
                _go_on(ledger, node, by=by)
            elif node.status in (NodeStatus.QUEUED, NodeStatus.RETRYING):
                hold_without_consent(ledger, node, by=by)


def hold_without_consent(ledger: Ledger, node: Latest, *, by: int | None = None) -> None:
    """Let a turn that is queued (or will be tried again) wait when the node's executor does not let it run."""
    if may_run(ledger, node):
        return
    end_attempt_of(ledger, node, MessageStatus.INTERRUPTED)
    if node.status == NodeStatus.RETRYING:
        ledger.move(node, NodeStatus.QUEUED, by=by)
    ledger.move(node, NodeStatus.WAITING, by=by, waiting_for=WaitingFor.CONSENT)


def _go_on(ledger: Ledger, node: Latest, *, by: int | None) -> None:
    """Queue the turn that waited; one that was taken back keeps its tries and its quarantine."""
    taken_back = sql.row(TAKEN_BACK, (node.id,))
    if taken_back is None:
        found = sql.row(OPENING, (node.id,))
        taken_back = (found[0] if found else None, 1, False, 0.0)
    message_id, try_number, quarantine, delay_s = taken_back
    ledger.move(node, NodeStatus.QUEUED, by=by)
    queue_attempt(
        ledger, node, message_id=message_id, try_number=try_number, quarantine=quarantine, delay_s=delay_s
    )  # fmt: skip

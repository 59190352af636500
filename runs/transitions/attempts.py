"""The end of an attempt: it succeeded, failed, or was lost. Fenced: only a running attempt has an effect."""

from dataclasses import dataclass, replace
from typing import Any, LiteralString

from runs import sql
from runs.executors.base import Done, Failed, Job, Spent
from runs.graphs import tries_of
from runs.states import MessageStatus, NodeStatus, WaitingFor
from runs.ticker import storable
from runs.transitions.accepting import accept
from runs.transitions.consents import hold_without_consent
from runs.transitions.ledger import Latest, Ledger, open_run
from runs.transitions.outputs import store_outputs
from runs.transitions.spending import COUNT_SPENT, spent_values
from runs.transitions.starting import HandOff, queue_attempt

BACKOFF_FIRST_S = 2.0
BACKOFF_MAX_S = 60.0
RETRY_AFTER_MAX_S = 24 * 3600.0  # what an endpoint may ask for; the calendar ends somewhere, and patience before that
PROCESS_DIED = "process_died"
MAX_QUARANTINE_LOSSES = 3  # how often an attempt may kill its own, lonely process
MAX_SILENT_LOSSES = 10  # … or end unseen together with whoever watched it: that may be anybody's doing

END_ATTEMPT: LiteralString = (
    """
UPDATE runs_attempt SET status = %s, finished_at = clock_timestamp(), lease_expires_at = NULL, loss = %s,
       error_kind = %s, error = %s, error_detail = %s,
"""
    + COUNT_SPENT
    + """
WHERE id = %s AND status = 'running' RETURNING number, try_number, quarantine, message_id
"""
)

LAST_ANSWER = """
SELECT id, public_id FROM runs_message WHERE attempt_id = %s AND role = 'assistant' ORDER BY ordinal DESC LIMIT 1
"""


@dataclass(frozen=True)
class Ended:
    """The attempt's own facts, read while ending it."""

    number: int
    try_number: int
    quarantine: bool
    message_id: int | None


def finish(job: Job, outcome: Done, hand_off: HandOff | None = None) -> bool:
    """Store a turn's outputs and move the node on; what becomes ready starts in the same commit.

    Returns False when the attempt is no longer running (fenced off): nothing was written. Calling it again after
    a commit whose answer was lost is harmless.
    """
    with open_run(job.run_id) as ledger:
        waits = ledger.plan.specs[job.key].confirm or ledger.nodes[job.key].accepted_at is not None
        if outcome.missing and not waits:
            failed = Failed("outputs_missing", outcome.missing, spent=outcome.spent)
            return _fail(ledger, job, failed)
        ended = _end(job, "succeeded", spent=outcome.spent)
        node = ledger.nodes[job.key]
        if ended is None or node.id != job.node_run_id:
            return False
        if hand_off is not None:
            hand_off.jobs.clear()  # of a first try that was rolled back
        if job.message_id is not None:
            ledger.close_message_of(job.attempt_id, MessageStatus.COMPLETE)
        _tell_spent(ledger, node, job, outcome.spent)
        store_outputs(ledger, node, outcome.outputs, message_id=ended.message_id)
        _after_turn(ledger, node, outcome, hand_off)
        return True


def fail(job: Job, failure: Failed) -> bool:
    """End an attempt as failed: another try later where that makes sense, else the node has failed."""
    with open_run(job.run_id) as ledger:
        return _fail(ledger, job, failure)


def lose(job: Job, *, loss: str, only_expired: bool = False, reason: str = "") -> bool:
    """Give up an attempt whose process is gone and queue the next one.

    `loss`: "death" (its process was seen to die), "silence" (its lease expired: the process, or all of Aime, was
    killed or hangs) or "shutdown" (an orderly end, never counted). After the first two the next attempt runs alone, in
    quarantine. After three deaths alone the node has failed, or after ten losses of both kinds; one that a person tries
    again then has failed after one more.
    """
    with open_run(job.run_id) as ledger:
        if only_expired and not _expired(job.attempt_id):
            return False
        ended = _end(job, "lost", loss=loss, error=reason)
        node = ledger.nodes[job.key]
        if ended is None or node.id != job.node_run_id:
            return False
        ledger.close_message_of(job.attempt_id, MessageStatus.INTERRUPTED)
        alone = ended.quarantine and loss != "shutdown"
        deaths, losses = _quarantine_losses(job.node_run_id, ended.message_id) if alone else (0, 0)
        if deaths >= MAX_QUARANTINE_LOSSES or losses >= MAX_SILENT_LOSSES:
            error = f"Its process died {losses} times while it ran alone; the last reason: {reason or 'unknown'}."
            ledger.move(node, NodeStatus.FAILED, error_kind=PROCESS_DIED, error=error)
            return True
        ledger.move(node, NodeStatus.QUEUED)
        queue_attempt(
            ledger, node, message_id=ended.message_id, try_number=ended.try_number,
            quarantine=ended.quarantine or loss != "shutdown",
        )  # fmt: skip
        hold_without_consent(ledger, node)
        return True


def _after_turn(ledger: Ledger, node: Latest, outcome: Done, hand_off: HandOff | None) -> None:
    if outcome.missing:
        ledger.move(node, NodeStatus.WAITING, waiting_for=WaitingFor.OUTPUTS, error=storable(outcome.missing))
    elif node.accepted_at is not None:
        ledger.move(node, NodeStatus.WAITING, waiting_for=WaitingFor.DONE)
    elif ledger.plan.specs[node.key].confirm:
        ledger.move(node, NodeStatus.WAITING, waiting_for=WaitingFor.CONFIRM)
    else:
        accept(ledger, node, by=None, hand_off=hand_off)


def _fail(ledger: Ledger, job: Job, failure: Failed) -> bool:
    failure = replace(failure, message=storable(failure.message), detail=storable(failure.detail))
    ended = _end(
        job, "failed", error_kind=failure.kind, error=failure.message, detail=failure.detail, spent=failure.spent
    )
    node = ledger.nodes[job.key]
    if ended is None or node.id != job.node_run_id:
        return False
    _tell_spent(ledger, node, job, failure.spent)
    ledger.close_message_of(job.attempt_id, MessageStatus.INTERRUPTED)
    tries = tries_of(ledger.plan.specs[job.key])
    columns: dict[str, Any] = {"error_kind": failure.kind, "error": failure.message, "error_detail": failure.detail}
    if failure.transient and ended.try_number < tries:
        backoff_s = min(BACKOFF_MAX_S, BACKOFF_FIRST_S * 2 ** (ended.try_number - 1))
        delay_s = min(failure.retry_after_s or backoff_s, RETRY_AFTER_MAX_S)
        ledger.move(node, NodeStatus.RETRYING, **columns)
        queue_attempt(
            ledger, node, message_id=ended.message_id, try_number=ended.try_number + 1,
            quarantine=ended.quarantine, delay_s=delay_s,
        )  # fmt: skip
        hold_without_consent(ledger, node)
    else:
        ledger.move(node, NodeStatus.FAILED, **columns, error_retryable=failure.transient)
    return True


def _end(
    job: Job,
    status: str,
    *,
    loss: str = "",
    error_kind: str = "",
    error: str = "",
    detail: str = "",
    spent: Spent | None = None,
) -> Ended | None:
    values = (status, loss, error_kind, error, detail, *spent_values(spent or Spent()), job.attempt_id)
    found = sql.row(END_ATTEMPT, values)
    return Ended(*found) if found else None


def _tell_spent(ledger: Ledger, node: Latest, job: Job, spent: Spent) -> None:
    """Tell the pages that show the turn's answer that more was used after it ended: for choosing outputs."""
    if spent.input_tokens or spent.output_tokens:
        found = sql.row(LAST_ANSWER, (job.attempt_id,))
        if found is not None:
            ledger.event("message.counted", node, message_id=found[0], m=found[1])


def _expired(attempt_id: int) -> bool:
    found = sql.row("SELECT lease_expires_at < clock_timestamp() FROM runs_attempt WHERE id = %s", (attempt_id,))
    return bool(found and found[0])


def _quarantine_losses(node_run_id: int, message_id: int | None) -> tuple[int, int]:
    """Count the losses alone at a message: those that were seen, and all but shutdowns."""
    found = sql.rows(
        "SELECT count(*) FILTER (WHERE loss = 'death'), count(*) FROM runs_attempt WHERE node_run_id = %s "
        "AND message_id IS NOT DISTINCT FROM %s AND quarantine AND loss IN ('death', 'silence')",
        (node_run_id, message_id),
    )
    return int(found[0][0]), int(found[0][1])

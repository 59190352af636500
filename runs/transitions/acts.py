"""What people do to a run and its nodes. Each act is one transaction; the wrong one is refused with the right one.

Who may act is decided before (`runs/access.py`); here only the state decides. Source: the product's decisions, 1.
"""

from django.utils.translation import gettext as _

from runs import sql
from runs.errors import ActRefused
from runs.states import NODE_TERMINAL, RUN_TERMINAL, CancelledWith, MessageStatus, NodeStatus, WaitingFor
from runs.transitions.accepting import accept, apply_plan, cancel_version, end_attempt_of
from runs.transitions.attempts import PROCESS_DIED
from runs.transitions.consents import hold_without_consent
from runs.transitions.ledger import Latest, Ledger, open_run
from runs.transitions.outputs import missing_outputs, outputs_sha256
from runs.transitions.planning import NO_CHOICE, Choice, chosen_plan, latest_of
from runs.transitions.refusing import refuse_unfit
from runs.transitions.saying import say
from runs.transitions.starting import queue_attempt, settle
from spaces.people import shown_name

__all__ = ["cancel_node", "cancel_run", "confirm", "done", "restart", "retry_turn", "say", "stop"]

ENDS_WITH_AN_ANSWER = """
SELECT EXISTS (SELECT 1 FROM runs_message m WHERE m.node_run_id = %s AND m.role = 'assistant' AND m.status = 'complete'
               AND m.ordinal = (SELECT max(ordinal) FROM runs_message
                                WHERE node_run_id = m.node_run_id AND role <> 'summary')
               AND NOT EXISTS (SELECT 1 FROM runs_toolcall t WHERE t.message_id = m.id))
"""
NAMES = "u.first_name, u.last_name, u.username"
AT = "to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') || ' UTC'"
ACCEPTED = f"""
SELECT {AT.format("e.created_at")}, {NAMES} FROM runs_runevent e LEFT JOIN auth_user u ON u.id = e.actor_id
WHERE e.node_run_id = %s AND e.kind = 'node.status' AND e.data->>'status' = 'done' ORDER BY e.seq DESC LIMIT 1
"""  # noqa: S608  (a text of ours)
CHANGED = f"""
SELECT o.name, {AT.format("o.created_at")}, {NAMES}
FROM runs_outputvalue o LEFT JOIN auth_user u ON u.id = o.chosen_by_id
WHERE o.node_run_id = %s AND o.is_current ORDER BY o.id DESC LIMIT 1
"""  # noqa: S608  (a text of ours)
# A turn that is done again begins with its question: a whole answer whose end failed leaves the context, and so does
# half of one that a person stopped, for a model would only go on with it. Both stay readable, folded.
DROP_ANSWERS = """
UPDATE runs_message SET status = 'interrupted' WHERE node_run_id = %s AND role = 'assistant' AND status = ANY(%s)
AND ordinal > (SELECT ordinal FROM runs_message WHERE id = %s) RETURNING id, public_id
"""


def stop(run_id: int, key: str, number: int, *, by: int) -> None:
    """End the turn that runs; its text stays, the node waits for a message."""
    with open_run(run_id) as ledger:
        node = latest_of(ledger, key, number)
        refuse_unfit("stop", node)
        end_attempt_of(ledger, node, MessageStatus.STOPPED)
        if node.status == NodeStatus.RETRYING:
            ledger.move(node, NodeStatus.QUEUED, by=by)
        ledger.move(node, NodeStatus.WAITING, by=by, waiting_for=WaitingFor.STOPPED)


def confirm(
    run_id: int, key: str, number: int, *, by: int, outputs: str | None = None, choice: Choice = NO_CHOICE
) -> None:
    """Accept a version that was never accepted. `outputs`: the hash the person saw; None accepts what is there."""
    with open_run(run_id) as ledger:
        _accept(ledger, latest_of(ledger, key, number), by=by, outputs=outputs, choice=choice, reopened=False)


def done(
    run_id: int, key: str, number: int, *, by: int, outputs: str | None = None, choice: Choice = NO_CHOICE
) -> None:
    """Accept a reopened version again. What is below is kept where its inputs did not change, else computed again."""
    with open_run(run_id) as ledger:
        _accept(ledger, latest_of(ledger, key, number), by=by, outputs=outputs, choice=choice, reopened=True)


def restart(run_id: int, key: str, number: int, *, by: int, choice: Choice = NO_CHOICE) -> int:
    """Give a node a new version with an empty conversation; returns its number. Work below it stops at once."""
    with open_run(run_id) as ledger:
        node = latest_of(ledger, key, number)
        refuse_unfit("restart", node)
        apply_plan(ledger, chosen_plan(ledger, "restart", key, choice), by=by)
        settle(ledger)
        return ledger.nodes[key].number


def retry_turn(run_id: int, key: str, number: int, *, by: int, choice: Choice = NO_CHOICE) -> None:
    """Try the same message again in the same version, after a failure or a cancellation.

    A turn that failed because it killed its processes goes on alone, never beside others.
    """
    with open_run(run_id) as ledger:
        node = latest_of(ledger, key, number)
        message_id = refuse_unfit("retry_turn", node).talk.question
        chosen_plan(ledger, "retry", key, choice)
        _drop_answers(ledger, node, message_id)
        killer = node.error_kind == PROCESS_DIED
        ledger.move(node, NodeStatus.QUEUED, by=by)
        queue_attempt(ledger, node, message_id=message_id, quarantine=killer)
        hold_without_consent(ledger, node, by=by)


def cancel_node(run_id: int, key: str, number: int, *, by: int) -> None:
    """Cancel this version; nothing of it starts afterwards."""
    with open_run(run_id) as ledger:
        node = latest_of(ledger, key, number)
        refuse_unfit("cancel", node)
        cancel_version(ledger, node, by=by)


def cancel_run(run_id: int, *, by: int) -> None:
    """Cancel every latest version that has not ended; nothing starts afterwards."""
    with open_run(run_id) as ledger:
        if ledger.status in RUN_TERMINAL:
            raise ActRefused(_("This run has already ended."))
        # By the clock: now() is from before the run was ours, and a node may have started in between.
        cancelled = "UPDATE runs_run SET cancelled_by_id = %s, cancelled_at = clock_timestamp() WHERE id = %s"
        sql.count(cancelled, (by, run_id))
        ledger.event("run.cancelled", by=by)
        for node in ledger.nodes.values():
            if node.status not in NODE_TERMINAL:
                cancel_version(ledger, node, by=by, cancelled_with=CancelledWith.RUN)


def _accept(ledger: Ledger, node: Latest, *, by: int, outputs: str | None, choice: Choice, reopened: bool) -> None:
    _refuse_unacceptable(ledger, node, reopened=reopened)
    if outputs is not None and outputs != outputs_sha256(node.id):
        raise ActRefused(_say_what_changed(node))
    accept(ledger, node, by=by, choice=choice)


def _refuse_unacceptable(ledger: Ledger, node: Latest, *, reopened: bool) -> None:
    if node.status == NodeStatus.DONE:
        raise ActRefused(_say_who_accepted(node))
    refuse_unfit("accept", node)
    if (node.accepted_at is not None) != reopened:
        right = "done" if node.accepted_at is not None else "confirm"
        raise ActRefused(_("The right act here is “%(act)s”.") % {"act": right})
    missing = missing_outputs(ledger, node)
    if missing:
        names = ", ".join(missing)
        raise ActRefused(_("These outputs are still missing: %(names)s. Ask the agent for them.") % {"names": names})


def _say_who_accepted(node: Latest) -> str:
    """Tell who lost a race who won it, and when."""
    found = sql.row(ACCEPTED, (node.id,))
    if found is None or found[-1] is None:
        return _("These outputs are already accepted.")
    at, *names = found
    return _("These outputs are already accepted: by %(who)s, %(at)s.") % {"who": shown_name(*names), "at": at}


def _say_what_changed(node: Latest) -> str:
    found = sql.row(CHANGED, (node.id,))
    if found is None or found[-1] is None:
        return _("The outputs changed since you saw them; look again, then accept them.")
    output, at, *names = found
    text = _("The outputs changed since you saw them: %(who)s chose “%(name)s”, %(at)s. Look again, then accept them.")
    return text % {"name": output, "who": shown_name(*names), "at": at}


def _drop_answers(ledger: Ledger, node: Latest, question_id: int | None) -> None:
    is_whole = sql.rows(ENDS_WITH_AN_ANSWER, (node.id,))[0][0]
    dropped = [MessageStatus.STOPPED, *([MessageStatus.COMPLETE] if is_whole else [])]
    for message_id, public_id in sql.rows(DROP_ANSWERS, (node.id, dropped, question_id)):
        status = MessageStatus.INTERRUPTED.value
        ledger.event("message.dropped", node, message_id=message_id, m=public_id, status=status)

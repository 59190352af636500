"""How a node version stands for the table of acts, and what an act that it does not take is refused with."""

from typing import Protocol

from django.utils.translation import gettext_lazy as _

from runs import sql
from runs.errors import ActRefused
from runs.possible_acts import ABOUT_TALK, Act, Stand, Talk, Why, refusal
from runs.states import NODE_ACTIVE, NodeStatus

TALK = """
SELECT question.id, EXISTS (SELECT 1 FROM runs_attempt WHERE node_run_id = node.id),
       EXISTS (SELECT 1 FROM runs_attempt a WHERE a.node_run_id = node.id AND a.status = 'succeeded'
               AND a.message_id IS NOT DISTINCT FROM question.id)
FROM (SELECT %s::bigint AS id) AS node LEFT JOIN LATERAL (
    SELECT m.id FROM runs_message m WHERE m.node_run_id = node.id AND m.role = 'user' ORDER BY m.ordinal DESC LIMIT 1
) AS question ON true
"""
SILENT = NODE_ACTIVE | {NodeStatus.PENDING}  # nobody speaks to these, whatever was said
CONSENT = _("This node waits for the consent of its executor; until then nothing can be done in it.")
WORDS = {
    ("say", Why.WORKING): _("The agent is still working; stop it first, then send your message."),
    ("say", Why.CONSENT): CONSENT,
    ("say", Why.UNBEGUN): _("This node has not started, so there is no conversation yet."),
    ("stop", Why.IDLE): _("Nothing is running in this node."),
    ("accept", Why.WORKING): _("The agent is still working; wait for it or stop it."),
    ("accept", Why.CONSENT): CONSENT,
    ("accept", Why.ACCEPTED): _("These outputs are already accepted."),
    ("accept", Why.NO_GATE): _("There is nothing to accept: the node is %(status)s."),
    ("restart", Why.UNBEGUN): _("This node has not begun, so there is nothing to restart."),
    ("retry_turn", Why.UNBROKEN): _("Only a failed, stopped or cancelled turn can be tried again."),
    ("retry_turn", Why.UNBEGUN): _("This node never started; restart it instead."),
    ("retry_turn", Why.ANSWERED): _("This turn has its answer; send a message to go on."),
    ("cancel", Why.ENDED): _("This node has already ended."),
}


class Version(Protocol):
    """A row of a node version, as the ORM or the ledger has it."""

    @property
    def id(self) -> int: ...
    @property
    def status(self) -> str: ...
    @property
    def waiting_for(self) -> str: ...


def stand_of(node: Version) -> Stand:
    """Say how a node version stands; one query where somebody could speak to it."""
    if node.status in SILENT:
        return Stand(node.status, node.waiting_for)
    found = sql.row(TALK, (node.id,))
    assert found is not None, "a row of one value always joins"
    return Stand(node.status, node.waiting_for, Talk(*found))


def refuse_unfit(act: Act, node: Version) -> Stand:
    """Say how a node version stands, if it takes the act. Raises ActRefused with what would be right."""
    stand = stand_of(node) if act in ABOUT_TALK else Stand(node.status, node.waiting_for)
    why = refusal(act, stand)
    if why is not None:
        raise ActRefused(WORDS[act, why] % {"status": node.status})
    return stand

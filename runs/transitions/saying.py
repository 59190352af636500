"""A person's message, as it is said and as it is said again: one transaction, the turn that answers it queued with it.

A message that is sent again begins another branch: what it replaces and all that followed leaves the conversation,
stays readable and is never changed otherwise (ADR 0026).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from runs import sql
from runs.artifacts import NewArtifact, store_artifact
from runs.errors import ActRefused
from runs.models import Artifact, Attachment
from runs.states import NodeStatus
from runs.transitions.consents import hold_without_consent
from runs.transitions.ledger import Latest, Ledger, open_run
from runs.transitions.planning import latest_of
from runs.transitions.refusing import refuse_unfit
from runs.transitions.starting import insert_message, queue_attempt

REPLACED = """
SELECT id, ordinal, author_id IS NOT NULL, superseded_by_id IS NULL
FROM runs_message WHERE node_run_id = %s AND public_id = %s
"""
LEAVE = """
UPDATE runs_message SET superseded_by_id = %s
WHERE node_run_id = %s AND ordinal >= %s AND superseded_by_id IS NULL AND id <> %s
"""
KEPT = """
SELECT a.artifact_id FROM runs_attachment a JOIN runs_artifact r ON r.id = a.artifact_id
WHERE a.message_id = %s AND (%s::text[] IS NULL OR r.public_id = ANY(%s)) ORDER BY a.place
"""


@dataclass(frozen=True)
class Said:
    """What a person says. `instead_of`: the public id of their message that this one replaces.

    `keep`: which files of that message come along, by their public ids; None keeps all.
    """

    text: str
    files: Sequence[NewArtifact] = ()
    instead_of: str = ""
    keep: Sequence[str] | None = None


def say(run_id: int, key: str, number: int, *, by: int, text: str = "", said: Said | None = None) -> int:
    """Add a person's message and queue the turn that answers it; returns the message's id."""
    said = said or Said(text)
    with open_run(run_id) as ledger:
        node = latest_of(ledger, key, number)
        refuse_unfit("say", node)
        replaced = _replaced(node, said.instead_of) if said.instead_of else None
        message_id = insert_message(node, said.text, by=by)
        artifacts = _kept(replaced, said.keep) + _stored(ledger, node, said.files, by=by)
        _attach(message_id, artifacts)
        ledger.move(node, NodeStatus.QUEUED, by=by)
        ledger.event("message.added", node, by=by, message_id=message_id)
        if replaced is not None:
            _branch(ledger, node, replaced, message_id, by=by)
        queue_attempt(ledger, node, message_id=message_id)
        hold_without_consent(ledger, node, by=by)
        return message_id


def _replaced(node: Latest, public_id: str) -> tuple[int, int]:
    """Find the message to replace: (id, ordinal)."""
    found: Any = sql.row(REPLACED, (node.id, public_id))
    if found is None:
        raise ActRefused(_("The message that you edited is not part of this conversation; copy your text and reload."))
    message_id, ordinal, is_of_a_person, is_on_branch = found
    if not is_of_a_person:
        raise ActRefused(_("Only a person's message can be edited; restart the node to give its task anew."))
    if not is_on_branch:
        raise ActRefused(_("That message was replaced meanwhile; edit the one that stands in its place."))
    return message_id, ordinal


def _branch(ledger: Ledger, node: Latest, replaced: tuple[int, int], message_id: int, *, by: int) -> None:
    replaced_id, ordinal = replaced
    sql.count("UPDATE runs_message SET parent_id = %s WHERE id = %s", (replaced_id, message_id))
    left = sql.count(LEAVE, (message_id, node.id, ordinal, message_id))
    ledger.event("message.branched", node, by=by, message_id=message_id, left=left)


def _kept(replaced: tuple[int, int] | None, keep: Sequence[str] | None) -> list[int]:
    if replaced is None:
        return []
    chosen = None if keep is None else list(keep)
    return [row[0] for row in sql.rows(KEPT, (replaced[0], chosen, chosen))]


def _stored(ledger: Ledger, node: Latest, files: Sequence[NewArtifact], *, by: int) -> list[int]:
    stored: list[Artifact] = [store_artifact(node.id, new, author_id=by) for new in files]
    for artifact in stored:
        ledger.event("artifact.added", node, by=by, a=artifact.public_id)
    return [artifact.pk for artifact in stored]


def _attach(message_id: int, artifacts: Sequence[int]) -> None:
    """Name the files of a message, each once: the same bytes under the same name are the same revision."""
    places = enumerate(dict.fromkeys(artifacts), start=1)
    Attachment.objects.bulk_create(
        Attachment(message_id=message_id, artifact_id=artifact, place=place) for place, artifact in places
    )

"""The end of a streaming message: its deltas become its text. Called with the run's sequence row locked."""

import json
from dataclasses import dataclass
from typing import Any

from runs import sql
from runs.states import MessageStatus
from runs.transitions.events import Event

CLOSE = """
WITH target AS (
    SELECT id FROM runs_message WHERE status = 'streaming' AND (attempt_id = %s OR id = %s)
), gone AS (
    DELETE FROM runs_messagedelta d USING target WHERE d.message_id = target.id RETURNING d.seq, d.text
), joined AS (
    SELECT COALESCE(string_agg(text, '' ORDER BY seq), '') AS text, count(*) AS n FROM gone
)
UPDATE runs_message m
SET text = COALESCE(%s, joined.text), parts = COALESCE(%s::jsonb, m.parts), delta_count = joined.n,
    status = %s, finished_at = now()
FROM target, joined, runs_noderun n
WHERE m.id = target.id AND n.id = m.node_run_id
RETURNING m.id, m.public_id, m.status, n.id, n.key, n.number
"""


@dataclass(frozen=True)
class EndedMessage:
    """What a closed message was, for its event."""

    id: int
    public_id: str
    status: str
    node_run_id: int
    key: str
    number: int

    def event(self, run_id: int) -> Event:
        """Describe the end of the message."""
        data = {"n": self.key, "v": self.number, "m": self.public_id, "status": self.status}
        return Event(run_id, "message.finished", self.node_run_id, self.id, None, data)


def close_message(
    *,
    status: MessageStatus,
    attempt_id: int | None = None,
    message_id: int | None = None,
    text: str | None = None,
    parts: dict[str, Any] | None = None,
) -> EndedMessage | None:
    """End a streaming message by its id or its attempt; None when there is none.

    `text`: the whole text; None keeps what the deltas have. The deltas are deleted and counted.
    """
    found = sql.row(CLOSE, (attempt_id, message_id, text, json.dumps(parts) if parts is not None else None, status))
    return EndedMessage(*found) if found else None

"""What sockets are sent: the one query that reads a stretch of many runs' events, and the frames made of it.

A frame is `{"s": number, "t": …}`; numbers only grow. Only deltas carry text; every other frame carries ids and the
browser fetches what changed through views that check permission (engine.md A3).
"""

import json
from collections.abc import Iterable, Sequence
from json.encoder import encode_basestring
from typing import Any

PULL_ROWS = 1000  # of one reader in one pull; the rest comes with the next

# One row per event or delta after each reader's last number: (reader, seq, kind, message, node, version, offset, text).
PULL = """
SELECT reader.place, item.*
FROM unnest(%s::int[], %s::bigint[], %s::bigint[]) AS reader(place, run_id, after)
CROSS JOIN LATERAL (
    (SELECT d.seq, NULL::text AS kind, m.public_id, NULL::text AS node, NULL::int AS version, d."offset", d.text
     FROM runs_messagedelta d JOIN runs_message m ON m.id = d.message_id
     WHERE d.run_id = reader.run_id AND d.seq > reader.after ORDER BY d.seq LIMIT %s)
    UNION ALL
    (SELECT e.seq, e.kind, COALESCE(e.data->>'m', m.public_id), e.data->>'n', (e.data->>'v')::int, NULL::int, NULL::text
     FROM runs_runevent e LEFT JOIN runs_message m ON m.id = e.message_id
     WHERE e.run_id = reader.run_id AND e.seq > reader.after ORDER BY e.seq LIMIT %s)
    ORDER BY seq LIMIT %s
) AS item ORDER BY reader.place, item.seq
"""
# Whose lists changed: stretches of events in which a run or node of a watched space changed its status.
CHANGED = """
SELECT DISTINCT r.space_id, r.visibility = 'space', r.initiator_id
FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS hint(run_id, first, last)
JOIN runs_run r ON r.id = hint.run_id AND r.space_id = ANY(%s)
WHERE EXISTS (SELECT 1 FROM runs_runevent e WHERE e.run_id = hint.run_id AND e.seq BETWEEN hint.first AND hint.last
              AND (e.kind LIKE 'run.%%' OR e.kind = 'node.status'))
"""
ROLES = """
SELECT m.user_id, m.space_id, m.role FROM spaces_membership m JOIN auth_user u ON u.id = m.user_id AND u.is_active
WHERE m.user_id = ANY(%s) AND m.space_id = ANY(%s)
"""
SESSIONS = "SELECT session_key FROM django_session WHERE session_key = ANY(%s) AND expire_date > now()"

NOTICE = '{"t":"notice"}'
INTERRUPTED, RESUMED = '{"t":"feed","k":"interrupted"}', '{"t":"feed","k":"resumed"}'  # news come, or do not
TOPICS = {"tool": "message", "output": "node"}  # the first word of a kind, where the topic has another name

Row = tuple[Any, ...]


def pull_parameters(readers: Sequence[tuple[int, int]]) -> tuple[Any, ...]:
    """Give the parameters of `PULL` for readers, each (run id, last number)."""
    runs, afters = [run for run, _ in readers], [after for _, after in readers]
    return list(range(len(readers))), runs, afters, PULL_ROWS, PULL_ROWS, PULL_ROWS


def frames(rows: Iterable[Row]) -> list[str]:
    """Make the frames of one reader's rows. Neighbouring deltas of one message become one frame.

    All sockets of a reader have seen the same, so a joined frame never holds a piece that one of them has.
    """
    made: list[str] = []
    message, offset, last, texts = "", 0, 0, list[str]()
    for _place, seq, kind, public_id, node, version, start, text in rows:
        if kind is None and texts and public_id == message:
            texts.append(text)
            last = seq
            continue
        if texts:
            made.append(delta_frame(last, message, offset, "".join(texts)))
            texts = []
        if kind is None:
            message, offset, last, texts = public_id, start, seq, [text]
        else:
            made.append(event_frame(seq, kind, node, version, public_id))
    if texts:
        made.append(delta_frame(last, message, offset, "".join(texts)))
    return made


def delta_frame(seq: int, message: str, offset: int, text: str) -> str:
    """Write a piece of a streaming message; `offset` in code points."""
    return f'{{"s":{seq},"t":"delta","m":"{message}","o":{offset},"x":{encode_basestring(text)}}}'


def event_frame(seq: int, kind: str, node: str | None, version: int | None, message: str | None) -> str:
    """Write that something changed: ids only."""
    topic = kind.partition(".")[0]
    frame: dict[str, Any] = {"s": seq, "t": TOPICS.get(topic, topic), "k": kind}
    frame |= {name: value for name, value in (("n", node), ("v", version), ("m", message)) if value is not None}
    return json.dumps(frame, ensure_ascii=False, separators=(",", ":"))

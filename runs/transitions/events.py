"""Numbering, storing and announcing events: one statement, the last of its transaction (ADR 0011)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from runs import sql

LIVE_CHANNEL = "aime_live"
WORK_CHANNEL = "aime_work"
NOTIFY_GROUP = 150  # runs in one payload: 150 × about 40 bytes stays under PostgreSQL's 8,000

APPEND = """
WITH entry AS (
    SELECT * FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::bigint[], %s::int[], %s::text[])
        WITH ORDINALITY AS e(run_id, kind, node_run_id, message_id, actor_id, data, place)
), want AS (
    SELECT run_id, count(*) AS n FROM entry GROUP BY run_id
), number AS (
    UPDATE runs_runsequence s SET seq = s.seq + want.n FROM want WHERE s.run_id = want.run_id
    RETURNING s.run_id, s.seq - want.n AS base, s.seq AS last
), stored AS (
    INSERT INTO runs_runevent (run_id, seq, kind, node_run_id, message_id, actor_id, data, created_at)
    SELECT e.run_id, number.base + row_number() OVER (PARTITION BY e.run_id ORDER BY e.place),
           e.kind, e.node_run_id, e.message_id, e.actor_id, e.data::jsonb, now()
    FROM entry e JOIN number USING (run_id)
), grouped AS (
    SELECT run_id, base, last, (row_number() OVER () - 1) / %s AS part FROM number
)
SELECT pg_notify('aime_live', string_agg(run_id || ':' || base + 1 || '-' || last, ',')) FROM grouped GROUP BY part
"""


APPEND_ONE = """
WITH number AS (
    UPDATE runs_runsequence SET seq = seq + %s WHERE run_id = %s RETURNING seq - %s AS base, seq AS last
), stored AS (
    INSERT INTO runs_runevent (run_id, seq, kind, node_run_id, message_id, actor_id, data, created_at)
    SELECT %s, number.base + place, kind, node_run_id, message_id, actor_id, data::jsonb, now()
    FROM number, unnest(%s::text[], %s::bigint[], %s::bigint[], %s::int[], %s::text[])
        WITH ORDINALITY AS e(kind, node_run_id, message_id, actor_id, data, place)
)
SELECT pg_notify('aime_live', %s || ':' || base + 1 || '-' || last) FROM number
"""


@dataclass(frozen=True)
class Event:
    """A fact to record. `data` carries what a live frame needs: n (node key), v (its version), m (message)."""

    run_id: int
    kind: str
    node_run_id: int | None
    message_id: int | None
    actor_id: int | None
    data: dict[str, Any]


def append_events(events: Sequence[Event]) -> None:
    """Number the events of one or many runs, store them and announce them when the transaction commits."""
    if not events:
        return
    columns = (
        [event.run_id for event in events],
        [event.kind for event in events],
        [event.node_run_id for event in events],
        [event.message_id for event in events],
        [event.actor_id for event in events],
        [json.dumps(event.data) for event in events],
        NOTIFY_GROUP,
    )
    sql.rows(APPEND, columns)


def append_run_events(run_id: int, events: Sequence[Event]) -> None:
    """The same for one run, which is cheaper; sent with the ledger's last statements."""
    if not events:
        return
    columns = (
        [event.kind for event in events],
        [event.node_run_id for event in events],
        [event.message_id for event in events],
        [event.actor_id for event in events],
        [json.dumps(event.data) for event in events],
    )
    n = len(events)
    sql.later(APPEND_ONE, (n, run_id, n, run_id, *columns, str(run_id)))


def notify_work(*, claim: bool = False, cancelled: Sequence[int] = ()) -> None:
    """Tell the hosts, when the transaction commits, that there is work, or that attempts were cancelled."""
    if claim:
        sql.row("SELECT pg_notify('aime_work', 'claim')")
    for start in range(0, len(cancelled), NOTIFY_GROUP):
        ids = ",".join(str(attempt) for attempt in cancelled[start : start + NOTIFY_GROUP])
        sql.row("SELECT pg_notify('aime_work', %s)", (f"cancel:{ids}",))

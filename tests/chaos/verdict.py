"""The verdict on a database after chaos: each rule is one query for its violations, shown to fail in test_verdict.

A rule's rows are (sentence). Nothing here knows what was done to the system, only what must hold whatever was done.
"""

from collections.abc import Callable, Mapping
from typing import Any, LiteralString

Rows = Callable[[LiteralString], list[tuple[Any, ...]]]

# A turn: a person's or the task's message that an attempt answered. Its last attempt tells how it ended.
RULES: dict[str, LiteralString] = {
    "one success per turn at most": """
        SELECT format('message %s has %s succeeded attempts', message_id, count(*)) FROM runs_attempt
        WHERE status = 'succeeded' AND message_id IS NOT NULL GROUP BY message_id HAVING count(*) > 1
    """,
    "one success per turn at least": """
        SELECT format('turn %s of node version %s (%s) ended without a success', q.id, n.id, n.status)
        FROM runs_message q JOIN runs_noderun n ON n.id = q.node_run_id
        WHERE q.role = 'user' AND (n.status = 'done' OR n.waiting_for IN ('confirm', 'done', 'outputs'))
          AND q.ordinal = (SELECT max(ordinal) FROM runs_message WHERE node_run_id = n.id AND role = 'user')
          AND NOT EXISTS (SELECT 1 FROM runs_attempt a WHERE a.message_id = q.id AND a.status = 'succeeded')
    """,
    "one whole answer per successful turn": """
        SELECT format('turn %s has %s whole answers', a.message_id, count(m.id))
        FROM runs_attempt a LEFT JOIN runs_attempt every_try ON every_try.message_id = a.message_id
        LEFT JOIN runs_message m ON m.attempt_id = every_try.id AND m.role = 'assistant' AND m.status = 'complete'
             AND NOT EXISTS (SELECT 1 FROM runs_toolcall t WHERE t.message_id = m.id)
        WHERE a.status = 'succeeded' AND a.message_id IS NOT NULL GROUP BY a.message_id HAVING count(m.id) <> 1
    """,
    "one success per node version without conversation": """
        SELECT format('node version %s (%s, %s) has %s succeeded attempts', n.id, n.key, n.status, count(a.id))
        FROM runs_noderun n LEFT JOIN runs_attempt a ON a.node_run_id = n.id AND a.status = 'succeeded'
        WHERE NOT EXISTS (SELECT 1 FROM runs_message m WHERE m.node_run_id = n.id)
        GROUP BY n.id, n.key, n.status HAVING count(a.id) <> (n.status = 'done')::int
    """,
    "no event number missing": """
        SELECT format('run %s: %s numbers given, %s used', s.run_id, s.seq, e.n + m.n + d.n) FROM runs_runsequence s
        CROSS JOIN LATERAL (SELECT count(*) AS n FROM runs_runevent WHERE run_id = s.run_id) e
        CROSS JOIN LATERAL (SELECT COALESCE(sum(delta_count), 0) AS n FROM runs_message JOIN runs_noderun n
                            ON n.id = node_run_id WHERE n.run_id = s.run_id) m
        CROSS JOIN LATERAL (SELECT count(*) AS n FROM runs_messagedelta WHERE run_id = s.run_id) d
        WHERE s.seq <> e.n + m.n + d.n
    """,
    "no event number doubled": """
        SELECT format('run %s: number %s was given %s times', run_id, seq, count(*))
        FROM (SELECT run_id, seq FROM runs_runevent UNION ALL SELECT run_id, seq FROM runs_messagedelta) every
        GROUP BY run_id, seq HAVING count(*) > 1
    """,
    "no event number beyond the counter": """
        SELECT format('run %s: number %s, but the counter says %s', e.run_id, max(e.seq), s.seq)
        FROM (SELECT run_id, seq FROM runs_runevent UNION ALL SELECT run_id, seq FROM runs_messagedelta) e
        JOIN runs_runsequence s ON s.run_id = e.run_id GROUP BY e.run_id, s.seq HAVING max(e.seq) > s.seq
    """,
    "nothing starts after a cancel": """
        SELECT format('attempt %s of cancelled run %s started %s after the cancel', a.id, r.id,
                      a.started_at - r.cancelled_at)
        FROM runs_attempt a JOIN runs_noderun n ON n.id = a.node_run_id JOIN runs_run r ON r.id = n.run_id
        WHERE r.status = 'cancelled' AND a.started_at > r.cancelled_at
        UNION ALL
        SELECT format('run %s: %s became %s after the cancel', e.run_id, e.data->>'n', e.data->>'status')
        FROM runs_runevent e JOIN runs_run r ON r.id = e.run_id AND r.status = 'cancelled'
        WHERE e.kind = 'node.status' AND e.data->>'status' IN ('queued', 'running', 'retrying')
          AND e.seq > (SELECT max(seq) FROM runs_runevent WHERE run_id = e.run_id AND kind = 'run.cancelled')
    """,
    "predecessors are done before a node version starts": """
        WITH step AS (
            SELECT run_id, seq, data->>'n' AS key, (data->>'v')::int AS version, data->>'status' AS status
            FROM runs_runevent WHERE kind IN ('node.status', 'node.version')
        ), first_start AS (
            SELECT run_id, key, version, min(seq) AS seq FROM step WHERE status IN ('queued', 'running')
            GROUP BY run_id, key, version
        )
        SELECT format('run %s: %s v%s started while %s was %s', s.run_id, s.key, s.version, edge->>0,
                      COALESCE(parent.status, 'pending'))
        FROM first_start s JOIN runs_run r ON r.id = s.run_id
        JOIN workflows_workflowversion v ON v.id = r.version_id
        JOIN LATERAL jsonb_array_elements(v.document->'edges') edge ON edge->>1 = s.key
        LEFT JOIN LATERAL (SELECT status FROM step p WHERE p.run_id = s.run_id AND p.key = edge->>0 AND p.seq < s.seq
                           ORDER BY p.seq DESC LIMIT 1) parent ON true
        WHERE parent.status IS DISTINCT FROM 'done'
    """,
    "no run is stuck": """
        SELECT format('run %s is %s', id, status) FROM runs_run WHERE status NOT IN ('done', 'failed', 'cancelled')
        UNION ALL
        SELECT format('node version %s (%s) of run %s is %s', id, key, run_id, status) FROM runs_noderun
        WHERE is_latest AND status NOT IN ('done', 'failed', 'cancelled', 'pending')
        UNION ALL
        SELECT format('attempt %s is %s', id, status) FROM runs_attempt WHERE status IN ('queued', 'running')
        UNION ALL
        SELECT format('message %s streams', id) FROM runs_message WHERE status = 'streaming'
        UNION ALL
        SELECT format('message %s has %s deltas left', message_id, count(*)) FROM runs_messagedelta GROUP BY message_id
    """,
    "a finished run has no open node": """
        SELECT format('run %s is %s, its node %s is %s', r.id, r.status, n.key, n.status)
        FROM runs_run r JOIN runs_noderun n ON n.run_id = r.id AND n.is_latest
        WHERE r.status = 'done' AND n.status <> 'done'
           OR r.status = 'cancelled' AND n.status NOT IN ('done', 'cancelled', 'pending')
    """,
    "an event tells each node version's status": """
        SELECT format('node version %s (%s) is %s, its last event says %s', n.id, n.key, n.status, e.status)
        FROM runs_noderun n LEFT JOIN LATERAL (
            SELECT data->>'status' AS status FROM runs_runevent
            WHERE node_run_id = n.id AND kind IN ('node.status', 'node.version') ORDER BY seq DESC LIMIT 1) e ON true
        WHERE COALESCE(e.status, 'pending') <> n.status
    """,
    "a done node has each output once, with the answer's bytes": """
        SELECT format('node version %s (%s): output %s has %s current values, %s with the answer', n.id, n.key,
                      o->>'name', count(x.id), count(*) FILTER (WHERE b.content = answer.bytes))
        FROM runs_noderun n JOIN runs_run r ON r.id = n.run_id JOIN workflows_workflowversion v ON v.id = r.version_id
        JOIN LATERAL jsonb_array_elements(v.document->'nodes') spec ON spec->>'key' = n.key
        JOIN LATERAL jsonb_array_elements(spec->'outputs') o ON o->>'type' = 'file'
        LEFT JOIN runs_outputvalue x ON x.node_run_id = n.id AND x.name = o->>'name' AND x.is_current
        LEFT JOIN runs_artifact a ON a.id = x.artifact_id LEFT JOIN runs_blob b ON b.sha256 = a.blob_id
        LEFT JOIN LATERAL (SELECT convert_to(btrim(text, E' \\n') || E'\\n', 'UTF8') AS bytes FROM runs_message
            WHERE node_run_id = n.id AND role = 'assistant' AND status = 'complete' ORDER BY ordinal LIMIT 1) answer
            ON true
        WHERE n.status = 'done' GROUP BY n.id, n.key, o->>'name'
        HAVING count(x.id) <> 1 OR count(*) FILTER (WHERE b.content = answer.bytes) <> 1
    """,
}

SILENT: LiteralString = """
    SELECT format('attempt %s runs, its last heartbeat is %s s old', id,
                  extract(epoch FROM clock_timestamp() - heartbeat_at)::int)
    FROM runs_attempt WHERE status = 'running' AND heartbeat_at < clock_timestamp() - interval '60 s'
    UNION ALL
    SELECT format('node version %s is running without a running attempt', n.id) FROM runs_noderun n
    WHERE n.status = 'running'
      AND NOT EXISTS (SELECT 1 FROM runs_attempt a WHERE a.node_run_id = n.id AND a.status = 'running')
"""
TEXTS: LiteralString = """
    SELECT m.id, m.status, m.text, spec->>'model' FROM runs_message m JOIN runs_noderun n ON n.id = m.node_run_id
    JOIN runs_run r ON r.id = n.run_id JOIN workflows_workflowversion v ON v.id = r.version_id
    JOIN LATERAL jsonb_array_elements(v.document->'nodes') spec ON spec->>'key' = n.key
    WHERE m.role = 'assistant' AND spec ? 'model'
"""
POISONED: LiteralString = """
    SELECT n.key, n.status, n.error, first.host, deaths.alone FROM runs_noderun n JOIN runs_run r ON r.id = n.run_id
    JOIN workflows_workflowversion v ON v.id = r.version_id
    LEFT JOIN LATERAL (SELECT host FROM runs_attempt WHERE node_run_id = n.id ORDER BY number LIMIT 1) first ON true
    LEFT JOIN LATERAL (SELECT count(*) FILTER (WHERE quarantine AND loss = 'death') AS alone FROM runs_attempt
                       WHERE node_run_id = n.id) deaths ON true
    WHERE v.document->>'name' = 'Poison' AND n.is_latest ORDER BY n.key
"""


def problems(rows: Rows) -> dict[str, list[str]]:
    """Give every violation of the rules: rule → sentences."""
    found = {name: [str(row[0]) for row in rows(query)] for name, query in RULES.items()}
    found["nothing runs in silence"] = silent(rows)
    return {name: sentences for name, sentences in found.items() if sentences}


def silent(rows: Rows) -> list[str]:
    """Name what says running without a sign of life; may be asked at any moment."""
    return [str(row[0]) for row in rows(SILENT)]


def wrong_texts(rows: Rows, stories: Mapping[str, str]) -> list[str]:
    """Compare every agent message with what the model says: whole, or as far as it came."""
    wrong = []
    for message, status, text, model in rows(TEXTS):
        story = stories[model]
        whole, part = text == story, story.startswith(text)
        if not (whole if status == "complete" else part):
            wrong.append(f"message {message} ({status}) of {model}: {text[-80:]!r}")
    return wrong


def poison_problems(rows: Rows, *, same_host: bool) -> list[str]:
    """Judge the poison runs: the deadly node failed alone, with a reason; its neighbours are done."""
    found = rows(POISONED)
    wrong = [] if found else ["there is no poison run"]
    for key, status, error, _host, alone in found:
        if key == "deadly":
            if status != "failed" or "died" not in error or alone < 3:
                wrong.append(f"deadly is {status} after {alone} deaths alone: {error!r}")
        elif status != "done":
            wrong.append(f"{key} is {status}: {error!r}")
    if same_host and len({row[3] for row in found}) != 1:
        wrong.append("the poison and its neighbours did not start on one host")
    return wrong

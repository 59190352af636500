"""Storing a turn's output values: the current ones change, the earlier ones stay."""

import hashlib
from collections.abc import Sequence

from runs import sql
from runs.executors.base import OutputChoice
from runs.transitions.ledger import Latest, Ledger

# A statement of its own: inside STORE the partial unique index would still see the old rows.
CLEAR = "UPDATE runs_outputvalue SET is_current = false WHERE node_run_id = %s AND is_current"
STORE = """
WITH given AS (
    SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::bigint[], %s::text[], %s::text[])
        WITH ORDINALITY AS g(name, type, text, artifact_id, sha256, reason, place)
)
INSERT INTO runs_outputvalue (node_run_id, name, type, text, artifact_id, sha256, reason, message_id, is_current,
                              created_at)
SELECT %s, name, type, text, artifact_id, sha256, reason, %s, true, now() FROM given ORDER BY place
"""
CLEAR_ONE = "UPDATE runs_outputvalue SET is_current = false WHERE node_run_id = %s AND name = %s AND is_current"
STORE_ONE = """
INSERT INTO runs_outputvalue (node_run_id, name, type, text, artifact_id, sha256, reason, chosen_by_id, is_current,
                              created_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, true, clock_timestamp())
"""
CURRENT_HASHES = "SELECT name, sha256 FROM runs_outputvalue WHERE node_run_id = %s AND is_current ORDER BY name"


def store_outputs(ledger: Ledger, node: Latest, outputs: Sequence[OutputChoice], *, message_id: int | None) -> None:
    """Make `outputs` the current values of a node version; nothing given changes nothing."""
    if not outputs:
        return
    columns = zip(*[(o.name, o.type, o.text, o.artifact_id, o.sha256, o.reason) for o in outputs], strict=True)
    sql.count(CLEAR, (node.id,))
    sql.count(STORE, (*[list(column) for column in columns], node.id, message_id))
    ledger.event("output.set", node, names=[output.name for output in outputs])


def store_choice(ledger: Ledger, node: Latest, choice: OutputChoice, *, by: int) -> None:
    """Make what a person chose the current value of one output; the former value stays."""
    sql.count(CLEAR_ONE, (node.id, choice.name))
    sql.count(
        STORE_ONE,
        (node.id, choice.name, choice.type, choice.text, choice.artifact_id, choice.sha256, choice.reason, by),
    )
    ledger.event("output.set", node, by=by, names=[choice.name])


def missing_outputs(ledger: Ledger, node: Latest) -> tuple[str, ...]:
    """Name the required outputs of a node version that have no value, in alphabetical order."""
    required = {output.name for output in ledger.plan.specs[node.key].outputs if output.required}
    found = sql.rows(CURRENT_HASHES, (node.id,)) if required else []
    return tuple(sorted(required - {name for name, _sha256 in found}))


def outputs_sha256(node_run_id: int) -> str:
    """Hash the names and contents of a node version's current outputs; empty text where it has none.

    A person confirms this hash, so that nobody accepts outputs they did not see.
    """
    found = sql.rows(CURRENT_HASHES, (node_run_id,))
    joined = "\n".join(f"{name} {sha256}" for name, sha256 in found)
    return hashlib.sha256(joined.encode()).hexdigest() if found else ""

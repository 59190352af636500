"""The marks beside a status: stale and reused. Read from recorded facts, in one round trip."""

import json
from dataclasses import dataclass

from runs import sql
from runs.staleness import stale_inputs
from runs.transitions.planning import INPUTS, OUTPUTS

KEPT = """
SELECT DISTINCT n.key FROM runs_reuse r JOIN runs_noderun n ON n.id = r.node_run_id
WHERE n.run_id = %s AND n.is_latest AND n.status = 'done' AND r.created_at >= n.finished_at
"""


@dataclass(frozen=True)
class Marks:
    """Node keys whose latest version is stale, and whose result was kept by an acceptance above."""

    stale: frozenset[str]
    reused: frozenset[str]


def marks_of(run_id: int) -> Marks:
    """Read the marks of a run's latest versions."""
    given, outputs, kept = sql.batch((INPUTS, (run_id,)), (OUTPUTS, (run_id,)), (KEPT, (run_id,)))
    current = {(key, name): sha256 for key, name, sha256 in outputs}
    inputs = {key: json.loads(text) if isinstance(text, str) else text for key, text in given}
    stale = frozenset(key for key, entries in inputs.items() if stale_inputs(entries, current))
    return Marks(stale=stale, reused=frozenset(row[0] for row in kept))

"""What each output of a node could be instead: the artifacts that fit, and why one of them is or was chosen.

For reports; the page of a gate has its own rows (`runs/pages/panel.py`).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from runs.agent.output_plan import accepts
from runs.graphs import version_graph
from runs.models import Artifact, NodeRun, OutputValue, Run

Document = dict[str, Any]


def candidates(
    run: Run, versions: Iterable[NodeRun], artifacts: Iterable[Artifact], values: Sequence[OutputValue]
) -> dict[int, dict[str, list[Document]]]:
    """Describe them: node version id → output → every revision that fits, oldest first. `values`: current and former.

    An output that is a text has none, and is left out.
    """
    specs = version_graph(run.version_id).specs
    made: dict[int, list[Artifact]] = defaultdict(list)
    for artifact in artifacts:
        made[artifact.node_run_id].append(artifact)
    chosen = {(value.node_run_id, value.name, value.artifact_id): value for value in values}  # the latest wins
    found: dict[int, dict[str, list[Document]]] = {}
    for version in versions:
        found[version.pk] = {
            output.name: [
                _candidate(row, chosen.get((version.pk, output.name, row.pk)))
                for row in made[version.pk]
                if accepts(output.type, row.type, row.name)
            ]
            for output in specs[version.key].outputs
            if output.type != "text"
        }
    return found


def _candidate(artifact: Artifact, value: OutputValue | None) -> Document:
    return {
        "artifact": artifact.name,
        "revision": artifact.revision,
        "type": artifact.type,
        "size_bytes": artifact.size_bytes,
        "chosen": value is not None and value.is_current,
        "reason": value.reason if value else None,
    }

"""Two runs of one template, node by node: inputs, outputs, artifacts, time, tokens. The latest version of each node.

At most ten queries, however large the runs are.
"""

from dataclasses import dataclass
from typing import Any, Literal

from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from runs.graphs import version_graph
from runs.models import Attempt, NodeRun, Run
from runs.money import SUMS, Cost, summed
from runs.pages.comparing.node_sides import (
    ArtifactPair,
    Fact,
    Field,
    Half,
    artifact_pairs,
    fact,
    fields,
    halves,
    identity,
    texts_of,
    work_facts,
)
from runs.pages.overview import elapsed_s
from runs.pages.people import full_name
from runs.wording import StatusLabel, node_icon, node_label, run_label
from workflows.text_diff import diff

OFFERED = 40
What = Literal["same", "changed", "added", "removed"]


@dataclass(frozen=True)
class Side:
    """One of the two runs."""

    public_id: str
    title: str
    version: int
    label: StatusLabel
    initiator: str
    started_at: Any
    elapsed_s: float
    is_counting: bool
    tokens: int
    cost: Cost | None


@dataclass(frozen=True)
class NodePair:
    """One node in both runs. `seconds`: how long its attempts worked; `alike`: how many values are the same.

    `prompt`: where the template asked for something else.
    """

    key: str
    title: str
    kind: str
    icon_name: str
    what: What
    labels: tuple[StatusLabel | None, StatusLabel | None]
    seconds: tuple[float | None, float | None]
    facts: tuple[Fact, ...]
    prompt: Field | None
    inputs: tuple[Field, ...]
    outputs: tuple[Field, ...]
    artifacts: tuple[ArtifactPair, ...]
    alike: int


def side(run: Run) -> Side:
    """Describe one of the runs. One query."""
    sums: dict[str, Any] = Attempt.objects.filter(node_run__run=run).aggregate(
        total=Sum("input_tokens") + Sum("output_tokens"), **SUMS
    )
    return Side(
        public_id=run.public_id,
        title=run.title or run.version.workflow.name,
        version=run.version.number,
        label=run_label(run.status),
        initiator=full_name(run.initiator),
        started_at=run.started_at,
        elapsed_s=elapsed_s(run, timezone.now()),
        is_counting=not run.is_terminal,
        tokens=sums["total"] or 0,
        cost=summed(sums),
    )


def offered(user: Any, run: Run, other: Run | None) -> tuple[Run, ...]:
    """List runs of the same template that the person may see, newest first, with the two that are compared."""
    rows = Run.objects.visible_to(user).filter(version__workflow=run.version.workflow_id, space=run.space_id)
    found = list(rows.select_related("version").defer("inputs", "version__document").order_by("-public_id")[:OFFERED])
    known = {row.pk for row in found}
    return (*found, *(row for row in (run, other) if row is not None and row.pk not in known))


def compare_runs(before: Run, after: Run) -> tuple[NodePair, ...]:
    """Compare two runs, in the order of the newer one's graph; nodes that only the other has stand last."""
    old, new = _halves(before), _halves(after)
    texts = texts_of([(old[key], new[key]) for key in old.keys() & new.keys()])
    keys = list(dict.fromkeys([*(key for key in version_graph(after.version_id).graph.order if key in new), *old]))
    return tuple(_pair(key, old.get(key), new.get(key), (before, after), texts) for key in keys)


def _halves(run: Run) -> dict[str, Half]:
    """Read what the latest node versions of a run have. Four queries."""
    nodes = list(NodeRun.objects.filter(run=run, is_latest=True).order_by("position"))
    found = halves(nodes)
    return {node.key: found[node.pk] for node in nodes}


def _pair(key: str, old: Half | None, new: Half | None, runs: tuple[Run, Run], texts: dict[str, str]) -> NodePair:
    half, run = (new, runs[1]) if new else (old, runs[0])
    assert half is not None, "a key of one of the two"
    kind, icon_name = node_icon(half.node.node_type)
    words = _("the first run"), _("the second run")
    ours, theirs = (old.inputs if old else {}), (new.inputs if new else {})
    made, remade = (old.outputs if old else {}), (new.outputs if new else {})
    inputs, outputs = tuple(fields(ours, theirs, texts, words)), tuple(fields(made, remade, texts, words))
    artifacts = tuple(pair for pair in artifact_pairs(old, new) if pair.differs)
    is_changed = inputs or outputs or artifacts
    return NodePair(
        key=key,
        title=version_graph(run.version_id).specs[key].title,
        kind=kind,
        icon_name=icon_name,
        what="added" if old is None else "removed" if new is None else "changed" if is_changed else "same",
        labels=(_label(old), _label(new)),
        seconds=(old.seconds if old else None, new.seconds if new else None),
        facts=(fact(_("Node version"), old, new, lambda half: f"v{half.node.number}"), *work_facts(old, new)),
        prompt=_prompt(key, runs),
        inputs=inputs,
        outputs=outputs,
        artifacts=artifacts,
        alike=sum(identity(a, name) == identity(b, name) for a, b in ((ours, theirs), (made, remade)) for name in a),
    )


def _prompt(key: str, runs: tuple[Run, Run]) -> Field | None:
    """Compare what the two template versions ask of a node, where both know it. No query for a version in the cache."""
    asked = [version_graph(run.version_id).specs.get(key) for run in runs]
    before, after = (getattr(spec.config, "prompt", "") if spec else None for spec in asked)
    if before is None or after is None or before == after:
        return None
    return Field(_("Prompt"), "", diff(before, after))


def _label(half: Half | None) -> StatusLabel | None:
    return node_label(half.node.status, half.node.waiting_for) if half else None

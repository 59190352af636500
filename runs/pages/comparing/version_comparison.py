"""Two versions of one node of a run: what they were given, what was said, what came out, and what it took."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from runs.graphs import version_graph
from runs.models import NodeRun, Run
from runs.pages.comparing.node_sides import (
    ArtifactPair,
    Fact,
    Field,
    artifact_pairs,
    fact,
    fields,
    halves,
    texts_of,
    work_facts,
)
from runs.wording import StatusLabel, node_icon, node_label


@dataclass(frozen=True)
class VersionComparison:
    """Both versions, what differs, and the numbers to choose from. `seconds`: how long their attempts worked."""

    run: Run
    before: NodeRun
    after: NodeRun
    numbers: tuple[int, ...]
    title: str
    kind: str
    icon_name: str
    labels: tuple[StatusLabel, StatusLabel]
    seconds: tuple[float, float]
    facts: tuple[Fact, ...]
    inputs: tuple[Field, ...]
    outputs: tuple[Field, ...]
    artifacts: tuple[ArtifactPair, ...]


def compare_versions(before: NodeRun, after: NodeRun) -> VersionComparison:
    """Compare two versions of the same node. Five queries, however much they hold."""
    found = halves([before, after])
    old, new = found[before.pk], found[after.pk]
    texts = texts_of([(old, new)])
    words = f"v{before.number}", f"v{after.number}"
    kind, icon_name = node_icon(after.node_type)
    numbers = NodeRun.objects.filter(run=after.run, key=after.key).order_by("number").values_list("number", flat=True)
    return VersionComparison(
        run=after.run,
        before=before,
        after=after,
        numbers=tuple(numbers),
        title=version_graph(after.run.version_id).specs[after.key].title,
        kind=kind,
        icon_name=icon_name,
        labels=(node_label(before.status, before.waiting_for), node_label(after.status, after.waiting_for)),
        seconds=(old.seconds, new.seconds),
        facts=(*work_facts(old, new), fact(_("Artifacts"), old, new, lambda half: len(half.artifacts))),
        inputs=tuple(fields(old.inputs, new.inputs, texts, words)),
        outputs=tuple(fields(old.outputs, new.outputs, texts, words)),
        artifacts=artifact_pairs(old, new),
    )

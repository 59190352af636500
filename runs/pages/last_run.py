"""A node in the runs of its template: how the last one went, and what an output would have got there.

For the editor, where an output's description is written: `trial` says which artifact of the last run would be picked
and why. What the model would have to choose is not asked here; what is settled without it is.
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q

from runs.access import standing
from runs.agent.output_plan import Candidate, accepts, plan_choice
from runs.agent.output_plan import OutputSpec as Wanted
from runs.artifacts import latest_artifacts
from runs.graphs import version_graph
from runs.models import Artifact, NodeRun, OutputValue, Run
from runs.pages.artifacts.rows import ArtifactRow, artifact_row
from runs.pages.panel import Panel, panel
from runs.pages.people import full_name
from runs.states import NodeStatus, WaitingFor
from workflows.document import OutputSpec
from workflows.models import Workflow

NOT_BEGUN = (WaitingFor.CONSENT, WaitingFor.PIPELINE)


@dataclass(frozen=True)
class Trial:
    """What an output would have got. `verdict`: stored, settled, none, missing, open or write.

    stored: the run did choose, by this very declaration. settled: it is the only candidate. none: optional, and there
    is nothing. open: the model chooses among the candidates. write: the model writes the text.
    """

    run: Run
    node: NodeRun
    verdict: str
    candidates: tuple[ArtifactRow, ...]
    chosen: str = ""
    text: str = ""
    reason: str = ""
    chosen_by: str = ""


def last_run(user: Any, workflow: Workflow, key: str) -> Panel | None:
    """Read how this node went in the last run that the user may see and that reached it."""
    node = _versions(user, workflow, key).exclude(status=NodeStatus.PENDING).first()
    return panel(node.run, node, standing(user, node.run), with_messages=False) if node else None


def trial(user: Any, workflow: Workflow, key: str, spec: OutputSpec) -> Trial | None:
    """Try an output on the last run in which the agent made something of this node; None when there is none."""
    asked = Q(status=NodeStatus.WAITING) & ~Q(waiting_for__in=NOT_BEGUN)
    failed = Q(Exists(Artifact.objects.filter(node_run=OuterRef("pk"))), status=NodeStatus.FAILED)
    node = _versions(user, workflow, key).filter(Q(status=NodeStatus.DONE) | asked | failed).first()
    if node is None:
        return None
    artifacts = {str(artifact.pk): artifact for artifact in latest_artifacts(node.pk)}
    given = {pk: _candidate(artifact) for pk, artifact in artifacts.items()}
    wanted = Wanted(spec.name, spec.type, spec.description, spec.required)  # type: ignore[arg-type]
    rows = tuple(
        artifact_row(artifacts[pk]) for pk, item in given.items() if accepts(wanted.type, item.type, item.name)
    )
    stored = _stored(node, spec)
    if stored is not None:
        return Trial(
            node.run,
            node,
            "stored",
            rows,
            chosen=stored.artifact.public_id if stored.artifact else "",
            text=stored.text,
            reason=stored.reason,
            chosen_by=full_name(stored.chosen_by),
        )
    return _planned(node, wanted, given, artifacts, rows)


def _planned(
    node: NodeRun,
    wanted: Wanted,
    given: dict[str, Candidate],
    artifacts: dict[str, Artifact],
    rows: tuple[ArtifactRow, ...],
) -> Trial:
    plan = plan_choice([wanted], given.values())
    if plan.missing:
        return Trial(node.run, node, "missing", rows, reason=plan.missing[0].message)
    if plan.open:
        return Trial(node.run, node, "open" if plan.open[0].candidates else "write", rows)
    choice = plan.decided[0]
    if choice.candidate_id is None:
        return Trial(node.run, node, "none", rows, reason=choice.reason)
    return Trial(node.run, node, "settled", rows, artifacts[choice.candidate_id].public_id, reason=choice.reason)


def _stored(node: NodeRun, spec: OutputSpec) -> OutputValue | None:
    """What the run chose by the same declaration; None where the declaration changed since, or nothing was chosen."""
    then = version_graph(node.run.version_id).specs[node.key].output(spec.name)
    if then != spec:
        return None
    values = OutputValue.objects.filter(node_run=node, name=spec.name, is_current=True)
    return values.select_related("artifact", "chosen_by").first()


def _candidate(artifact: Artifact) -> Candidate:
    kind: Any = artifact.type
    return Candidate(str(artifact.pk), kind, artifact.name, artifact.revision, artifact.url, artifact.size_bytes)


def _versions(user: Any, workflow: Workflow, key: str) -> Any:
    """The latest versions of the node in the runs of the template that the user may see, the newest run first."""
    runs = Run.objects.visible_to(user).filter(version__workflow=workflow)
    versions = NodeRun.objects.filter(run__in=runs, key=key, is_latest=True).order_by("-run_id")
    return versions.select_related("run__space", "run__initiator", "run__version__workflow", "executor", "accepted_by")

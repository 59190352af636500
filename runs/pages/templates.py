"""The templates on the space home: what a person may do with each, and how its last runs went."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext as _

from runs.models import Run
from runs.pages.people import full_name
from runs.wording import StatusLabel, run_label
from spaces.access import SpaceRequest
from spaces.models import Permission
from workflows.gallery import Example, examples
from workflows.listing import WorkflowFilter, listed, names_of
from workflows.models import Visibility, Workflow

SHOWN_RUNS = 8


@dataclass(frozen=True)
class LastRuns:
    """The last runs of a template that the person sees, oldest first. `said`: all of them in words."""

    tones: tuple[str, ...]
    said: str
    public_id: str
    label: StatusLabel
    started_at: datetime


DRAWN_NODES = 24  # of a graph drawn small; more would be dust, and take its time


@dataclass(frozen=True)
class TemplateRow:
    """A template of the space. `may_manage`: archive, delete, hand over, say who sees it.

    `graph`: its draft, to be drawn small; None where it would be too much for that.
    """

    slug: str
    name: str
    description: str
    owner: str
    node_count: int
    graph: Any
    version: int | None
    has_changes: bool
    is_personal: bool
    is_archived: bool
    is_favourite: bool
    may_manage: bool
    last: LastRuns | None


@dataclass(frozen=True)
class TemplateList:
    """What is listed, and how. `more`: the query of the address that lists more, empty at the end."""

    rows: tuple[TemplateRow, ...]
    wanted: WorkflowFilter
    more: str


def template_list(request: SpaceRequest) -> TemplateList:
    """Read the templates that the address asks for. Two queries; two more for those with problems."""
    wanted = WorkflowFilter.of(request.GET)
    workflows, has_more = listed(request.space, request.user, wanted)
    last = _last_runs(request, workflows)
    rows = tuple(_row(workflow, last.get(workflow.pk), request) for workflow in workflows)
    return TemplateList(rows, wanted, wanted.address() if has_more else "")


def gallery(request: SpaceRequest) -> tuple[Example, ...]:
    """Give the worked examples that the space does not have yet, to those who may add them."""
    if not request.membership.permits(Permission.EDIT):
        return ()
    names = names_of(request.space, request.user)
    return tuple(example for example in examples() if example.document.name not in names)


def _last_runs(request: SpaceRequest, workflows: Sequence[Workflow]) -> dict[int, LastRuns]:
    """Read the last runs of each template, in one query."""
    place = Window(RowNumber(), partition_by=F("version__workflow_id"), order_by=F("id").desc())
    seen = Run.objects.visible_to(request.user).filter(space=request.space, version__workflow__in=workflows)
    rows = seen.annotate(place=place, workflow_id=F("version__workflow_id")).filter(place__lte=SHOWN_RUNS)
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows.order_by("id").values("workflow_id", "public_id", "status", "started_at"):
        found[row["workflow_id"]].append(row)
    return {key: _strip(runs) for key, runs in found.items()}


def _strip(runs: Sequence[dict[str, Any]]) -> LastRuns:
    labels = [run_label(run["status"]) for run in runs]
    said = _("Last runs, oldest first: %(words)s") % {"words": ", ".join(label.word for label in labels)}
    newest = runs[-1]
    tones = tuple(label.tone for label in labels)
    return LastRuns(tones, said, newest["public_id"], labels[-1], newest["started_at"])


def _row(workflow: Any, last: LastRuns | None, request: SpaceRequest) -> TemplateRow:
    is_owner = workflow.owner_id == request.user.pk and request.membership.permits(Permission.EDIT)
    nodes = workflow.draft.get("nodes") if isinstance(workflow.draft, dict) else None
    node_count = len(nodes) if isinstance(nodes, list) else 0
    return TemplateRow(
        slug=workflow.slug,
        name=workflow.name,
        description=workflow.description,
        owner=full_name(workflow.owner),
        node_count=node_count,
        graph=workflow.draft if 0 < node_count <= DRAWN_NODES else None,
        version=workflow.live_version.number if workflow.live_version else None,
        has_changes=workflow.has_changes,
        is_personal=workflow.visibility == Visibility.PERSONAL,
        is_archived=workflow.archived_at is not None,
        is_favourite=workflow.is_favourite,
        may_manage=is_owner or request.membership.permits(Permission.ADMIN),
        last=last,
    )

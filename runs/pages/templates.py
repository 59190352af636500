"""The templates on the space home: what a person may do with each, and how its last runs went."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from runs import sql
from runs.pages.people import full_name
from runs.wording import StatusLabel, run_label
from spaces.access import SpaceRequest
from spaces.models import Permission
from workflows.gallery import Example, examples
from workflows.listing import WorkflowFilter, listed, names_of
from workflows.models import Visibility, Workflow

SHOWN_RUNS = 8
# The last of each version by their index, of these the last of the template (of 100,000 runs: 1 ms; numbering them all
# took 190).
LAST_RUNS = """
SELECT w.id, last.public_id, last.status, last.started_at
FROM workflows_workflow w CROSS JOIN LATERAL (
    SELECT r.id, r.public_id, r.status, r.started_at
    FROM workflows_workflowversion v CROSS JOIN LATERAL (
        SELECT id, public_id, status, started_at FROM runs_run
        WHERE version_id = v.id AND (visibility = 'space' OR initiator_id = %s) ORDER BY id DESC LIMIT %s
    ) r WHERE v.workflow_id = w.id ORDER BY r.id DESC LIMIT %s
) last WHERE w.id = ANY(%s) AND w.space_id = %s ORDER BY last.id
"""


class LastRun(NamedTuple):
    """A row of `LAST_RUNS`, behind the template's key."""

    public_id: str
    status: str
    started_at: datetime


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
    """Read the last runs of each template, oldest first, in one query."""
    keys = [workflow.pk for workflow in workflows]
    found: dict[int, list[LastRun]] = defaultdict(list)
    for workflow_id, *run in sql.rows(LAST_RUNS, (request.user.pk, SHOWN_RUNS, SHOWN_RUNS, keys, request.space.pk)):
        found[workflow_id].append(LastRun(*run))
    return {key: _strip(runs) for key, runs in found.items()}


def _strip(runs: Sequence[LastRun]) -> LastRuns:
    labels = [run_label(run.status) for run in runs]
    said = _("Last runs, oldest first: %(words)s") % {"words": ", ".join(label.word for label in labels)}
    tones = tuple(label.tone for label in labels)
    return LastRuns(tones, said, runs[-1].public_id, labels[-1], runs[-1].started_at)


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

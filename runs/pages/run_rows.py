"""Runs as rows of a table: what they are, how they stand, what they took, where they came from. Four queries."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Q, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from runs.access import Standing
from runs.graphs import version_graph
from runs.models import Attempt, NodeRun, Run, Trigger
from runs.pages.overview import elapsed_s
from runs.pages.people import full_name
from runs.states import NODE_ACTIVE, NodeStatus
from runs.wording import StatusLabel, run_label, waits_for_person

TOLD = (*NODE_ACTIVE, NodeStatus.WAITING, NodeStatus.FAILED)
UNREAD = ("inputs", "search_text", "search_terms", "version__document", "version__workflow__draft")


@dataclass(frozen=True)
class RunRow:
    """One run. `now`: the node that it is at; `lineage`: the re-run that its newest node versions come from."""

    public_id: str
    url: str
    title: str
    template: str
    version: int
    label: StatusLabel
    now: str
    lineage: str
    trigger: str
    initiator: str
    run_as: str
    started_at: datetime
    elapsed_s: float
    is_counting: bool
    tokens: int
    failed_key: str
    failed_title: str
    may_cancel: bool
    space_slug: str

    @property
    def note(self) -> str:
        """What stands below the title."""
        return " · ".join(part for part in (self.now, self.lineage) if part)

    @property
    def moment(self) -> str:
        """When it started, as the browser reads it (UTC)."""
        return f"{self.started_at:%Y-%m-%dT%H:%M:%S.%fZ}"

    @property
    def day(self) -> str:
        """The day on which it started, for readers without scripts (UTC)."""
        return f"{self.started_at:%Y-%m-%d}"


def run_rows(public_ids: Sequence[str], standing: Callable[[Run], Standing]) -> tuple[RunRow, ...]:
    """Read runs that are known to be seen by the person, in the given order."""
    if not public_ids:
        return ()
    rows = Run.objects.filter(public_id__in=public_ids).select_related("space", "version__workflow", "initiator")
    runs = {run.public_id: run for run in rows.defer(*UNREAD)}
    nodes, tokens, people = _nodes(runs.values()), _tokens(runs.values()), _people(runs.values())
    found = (runs[public_id] for public_id in public_ids if public_id in runs)
    return tuple(_row(run, nodes[run.pk], tokens.get(run.pk, 0), people, standing(run)) for run in found)


def _nodes(runs: Iterable[Run]) -> dict[int, list[NodeRun]]:
    """Read the latest versions of those nodes that a row tells something about."""
    told = Q(status__in=TOLD) | Q(number__gt=1)
    rows = NodeRun.objects.filter(told, run__in=[run.pk for run in runs], is_latest=True)
    fields = ("run_id", "key", "number", "status", "waiting_for", "executor_id", "position")
    found: dict[int, list[NodeRun]] = defaultdict(list)
    for node in rows.only(*fields).order_by("run_id", "position"):
        found[node.run_id].append(node)
    return found


def _tokens(runs: Iterable[Run]) -> dict[int, int]:
    """Sum what the attempts of each run read and wrote."""
    rows = Attempt.objects.filter(node_run__run__in=[run.pk for run in runs]).order_by().values("node_run__run_id")
    sums: Any = rows.annotate(total=Sum("input_tokens") + Sum("output_tokens"))
    return {row["node_run__run_id"]: row["total"] for row in sums}


def _people(runs: Iterable[Run]) -> dict[int, str]:
    """Name those whom the nodes run as."""
    keys = {pk for run in runs for pk in run.executor_ids}
    return {user.pk: full_name(user) for user in User.objects.filter(pk__in=keys)}


def _row(run: Run, nodes: Sequence[NodeRun], tokens: int, people: dict[int, str], standing: Standing) -> RunRow:
    failed = next((node for node in nodes if node.status == NodeStatus.FAILED), None)
    current = _current(nodes)
    return RunRow(
        public_id=run.public_id,
        url=f"{reverse('runs:run-index', args=[run.space.slug])}{run.public_id}/",
        title=run.title or run.version.workflow.name,
        template=run.version.workflow.name,
        version=run.version.number,
        label=run_label(run.status, mine=any(_is_mine(run, node, standing) for node in nodes)),
        now=_title(run, current) if current and not run.is_terminal else "",
        lineage=_lineage(run, nodes),
        trigger=str(Trigger(run.trigger).label),
        initiator=full_name(run.initiator),
        run_as=_(", ").join(people[pk] for pk in run.executor_ids if pk in people),
        started_at=run.started_at,
        elapsed_s=elapsed_s(run, timezone.now()),
        is_counting=not run.is_terminal,
        tokens=tokens,
        failed_key=failed.key if failed and standing.may_act_on(failed) else "",
        failed_title=_title(run, failed) if failed else "",
        may_cancel=not run.is_terminal and standing.may_cancel_run,
        space_slug=run.space.slug,
    )


def _is_mine(run: Run, node: NodeRun, standing: Standing) -> bool:
    if not waits_for_person(node.status, node.waiting_for):
        return False
    return standing.is_asked(node, version_graph(run.version_id).specs[node.key])


def _current(nodes: Sequence[NodeRun]) -> NodeRun | None:
    """Give the node that a run is at: one that works, else one that waits."""
    active = [node for node in nodes if node.status in NODE_ACTIVE]
    waiting = [node for node in nodes if node.status == NodeStatus.WAITING]
    return next(iter([*active, *waiting]), None)


def _lineage(run: Run, nodes: Sequence[NodeRun]) -> str:
    """Say where a run was begun anew: its first node, in graph order, that has a second version."""
    again = next((node for node in nodes if node.number > 1), None)
    if again is None:
        return ""
    return _("re-run from %(node)s (v%(number)d)") % {"node": _title(run, again), "number": again.number}


def _title(run: Run, node: NodeRun) -> str:
    return version_graph(run.version_id).specs[node.key].title

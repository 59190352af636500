"""Runs as rows of a table: what they are, how they stand, what they took, where they came from.

Four statements in one round trip, and no instances of models: thirty rows took 9 ms of processor time with them and 2
without (ADR 0024).
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from runs import sql
from runs.access import Standing
from runs.graphs import version_graph
from runs.models import Trigger
from runs.money import Cost
from runs.states import NODE_ACTIVE, RUN_TERMINAL, NodeStatus
from runs.wording import StatusLabel, run_label, waits_for_person
from spaces.people import shown_name

RUNS = """
SELECT r.id, r.public_id, r.space_id, s.slug, r.version_id, v.number, w.name, r.title, r.status, r.trigger,
       r.executor_ids, r.started_at, r.finished_at, r.initiator_id,
       u.first_name, u.last_name, u.username
FROM runs_run r JOIN spaces_space s ON s.id = r.space_id JOIN workflows_workflowversion v ON v.id = r.version_id
     JOIN workflows_workflow w ON w.id = v.workflow_id JOIN auth_user u ON u.id = r.initiator_id
WHERE r.public_id = ANY(%s)
"""
# The latest versions of those nodes that a row tells something about.
NODES = """
SELECT n.run_id, n.key, n.number, n.status, n.waiting_for, n.executor_id FROM runs_noderun n
WHERE n.run_id = ANY(ARRAY(SELECT id FROM runs_run WHERE public_id = ANY(%s))) AND n.is_latest
  AND (n.status IN ('queued', 'running', 'retrying', 'waiting', 'failed') OR n.number > 1)
ORDER BY n.run_id, n.position
"""
# What the attempts of each run read and wrote, and what that cost (`runs.money.SUMS` says the same to the ORM).
SPENT = """
SELECT n.run_id, sum(a.input_tokens + a.output_tokens), sum(a.cost_nanos),
       count(*) FILTER (WHERE a.cost_nanos IS NULL AND (a.input_tokens > 0 OR a.output_tokens > 0))
FROM runs_noderun n JOIN runs_attempt a ON a.node_run_id = n.id
WHERE n.run_id = ANY(ARRAY(SELECT id FROM runs_run WHERE public_id = ANY(%s))) GROUP BY 1
"""
PEOPLE = """
SELECT id, first_name, last_name, username FROM auth_user
WHERE id = ANY(ARRAY(SELECT unnest(executor_ids) FROM runs_run WHERE public_id = ANY(%s)))
"""
Used = tuple[int, Cost | None]  # tokens, cost
NOTHING: Used = (0, None)


class RunFacts(NamedTuple):
    """A row of `RUNS`. The names are its initiator's."""

    pk: int
    public_id: str
    space_id: int
    space_slug: str
    version_id: int
    version: int
    template: str
    title: str
    status: str
    trigger: str
    executor_ids: list[int]
    started_at: datetime
    finished_at: datetime | None
    initiator_id: int
    first_name: str
    last_name: str
    username: str


class NodeFacts(NamedTuple):
    """A row of `NODES`."""

    run_id: int
    key: str
    number: int
    status: str
    waiting_for: str
    executor_id: int


@dataclass(frozen=True)
class RunRow:
    """One run. `now`: the node that it is at; `lineage`: the re-run that its newest node versions come from."""

    public_id: str
    url: str
    comparison_url: str
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
    cost: Cost | None
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


def run_rows(public_ids: Sequence[str], standing: Callable[[RunFacts], Standing]) -> tuple[RunRow, ...]:
    """Read runs that are known to be seen by the person, in the given order."""
    if not public_ids:
        return ()
    which = (list(public_ids),)
    runs, nodes, spent, people = sql.batch((RUNS, which), (NODES, which), (SPENT, which), (PEOPLE, which))
    facts = {run.public_id: run for run in map(RunFacts._make, runs)}
    told: dict[int, list[NodeFacts]] = defaultdict(list)
    for node in map(NodeFacts._make, nodes):
        told[node.run_id].append(node)
    used: dict[int, Used] = {
        pk: (int(tokens), None if cost is None else Cost(int(cost), bool(unpriced)))
        for pk, tokens, cost, unpriced in spent
    }
    rows = Rows(used, {pk: shown_name(*names) for pk, *names in people})
    found = (facts[public_id] for public_id in public_ids if public_id in facts)
    return tuple(rows.row(run, told[run.pk], standing(run)) for run in found)


class Rows:
    """What the rows of one page have in common."""

    def __init__(self, used: dict[int, Used], people: dict[int, str]) -> None:
        self.used, self.people = used, people
        self.now = timezone.now()
        self.labels: dict[tuple[str, bool], StatusLabel] = {}
        self.bases: dict[str, tuple[str, str]] = {}
        self.triggers = {str(value): str(label) for value, label in Trigger.choices}

    def row(self, run: RunFacts, nodes: Sequence[NodeFacts], standing: Standing) -> RunRow:
        """Make the row of a run."""
        failed = next((node for node in nodes if node.status == NodeStatus.FAILED), None)
        current = _current(nodes)
        is_terminal = run.status in RUN_TERMINAL
        tokens, cost = self.used.get(run.pk, NOTHING)
        runs, comparison = self._bases(run.space_slug)
        return RunRow(
            public_id=run.public_id,
            url=f"{runs}{run.public_id}/",
            comparison_url=f"{comparison}?after={run.public_id}",
            title=run.title or run.template,
            template=run.template,
            version=run.version,
            label=self._label(run.status, any(_is_mine(run, node, standing) for node in nodes)),
            now=_title(run, current) if current and not is_terminal else "",
            lineage=_lineage(run, nodes),
            trigger=self.triggers[run.trigger],
            initiator=shown_name(run.first_name, run.last_name, run.username),
            run_as=_(", ").join(self.people[pk] for pk in run.executor_ids if pk in self.people),
            started_at=run.started_at,
            elapsed_s=((run.finished_at or self.now) - run.started_at).total_seconds(),
            is_counting=not is_terminal,
            tokens=tokens,
            cost=cost,
            failed_key=failed.key if failed and standing.may_act_on(failed) else "",
            failed_title=_title(run, failed) if failed else "",
            may_cancel=not is_terminal and standing.may_cancel_run,
            space_slug=run.space_slug,
        )

    def _label(self, status: str, mine: bool) -> StatusLabel:
        if (status, mine) not in self.labels:
            self.labels[status, mine] = run_label(status, mine=mine)
        return self.labels[status, mine]

    def _bases(self, slug: str) -> tuple[str, str]:
        if slug not in self.bases:
            runs, comparison = (reverse(name, args=[slug]) for name in ("runs:run-index", "runs:run-comparison"))
            self.bases[slug] = runs, comparison
        return self.bases[slug]


def _is_mine(run: RunFacts, node: NodeFacts, standing: Standing) -> bool:
    if not waits_for_person(node.status, node.waiting_for):
        return False
    return standing.is_asked(node, version_graph(run.version_id).specs[node.key])


def _current(nodes: Sequence[NodeFacts]) -> NodeFacts | None:
    """Give the node that a run is at: one that works, else one that waits."""
    active = [node for node in nodes if node.status in NODE_ACTIVE]
    waiting = [node for node in nodes if node.status == NodeStatus.WAITING]
    return next(iter([*active, *waiting]), None)


def _lineage(run: RunFacts, nodes: Sequence[NodeFacts]) -> str:
    """Say where a run was begun anew: its first node, in graph order, that has a second version."""
    again = next((node for node in nodes if node.number > 1), None)
    if again is None:
        return ""
    return _("re-run from %(node)s (v%(number)d)") % {"node": _title(run, again), "number": again.number}


def _title(run: RunFacts, node: NodeFacts) -> str:
    return version_graph(run.version_id).specs[node.key].title

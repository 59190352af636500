"""A run at a glance: its status, its nodes in graph order, what it cost; and which node to look at."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from runs.access import Standing
from runs.graphs import version_graph
from runs.models import Attempt, NodeRun, Run
from runs.money import SUMS, Cost, summed
from runs.pages.marks import marks_of
from runs.pages.people import full_name
from runs.states import NODE_ACTIVE, NodeStatus
from runs.wording import StatusLabel, node_icon, node_label, run_label, waits_for_person


@dataclass(frozen=True)
class NodeRow:
    """The latest version of one node."""

    key: str
    title: str
    number: int
    kind: str
    icon_name: str
    status: str
    label: StatusLabel
    needs_me: bool
    is_active: bool
    has_begun: bool
    may_act: bool
    stale: bool = False
    reused: bool = False


@dataclass(frozen=True)
class Overview:
    """What the run's header and its list of nodes show. `summary`: how it stands, in a sentence, where that helps."""

    run: Run
    label: StatusLabel
    nodes: tuple[NodeRow, ...]
    summary: str
    elapsed_s: float
    initiator: str
    input_tokens: int
    output_tokens: int
    cost: Cost | None
    may_cancel: bool

    @property
    def is_counting(self) -> bool:
        """Say whether its clock still runs."""
        return not self.run.is_terminal

    @property
    def follow(self) -> str:
        """The node that wants to be seen: waits for me, then works, then the rest."""
        return choose_node(self.nodes)


def last_number(run: Run) -> int:
    """Give the number of the run's last event when the run was loaded.

    A page that listens from there on misses nothing, as nodes are read later; read after them it would be too late.
    """
    return run.sequence.seq


def overview(run: Run, standing: Standing) -> Overview:
    """Read a run's overview. Three queries beside the loaded run (one more when its version is not cached)."""
    marks = marks_of(run.pk)
    rows = tuple(
        replace(row, stale=row.key in marks.stale, reused=row.key in marks.reused) for row in node_rows(run, standing)
    )
    tokens: dict[str, Any] = Attempt.objects.filter(node_run__run=run).aggregate(
        used_in=Sum("input_tokens"), used_out=Sum("output_tokens"), **SUMS
    )
    return Overview(
        run=run,
        label=run_label(run.status, mine=any(row.needs_me for row in rows)),
        nodes=rows,
        summary=_summary(rows),
        elapsed_s=elapsed_s(run, timezone.now()),
        initiator=full_name(run.initiator),
        input_tokens=tokens["used_in"] or 0,
        output_tokens=tokens["used_out"] or 0,
        cost=summed(tokens),
        may_cancel=not run.is_terminal and standing.may_cancel_run,
    )


def elapsed_s(run: Run, now: datetime) -> float:
    """Seconds from the start of a run to its end, or to now."""
    return ((run.finished_at or now) - run.started_at).total_seconds()


def node_rows(run: Run, standing: Standing) -> tuple[NodeRow, ...]:
    """Read the latest versions of a run's nodes, in graph order. One query."""
    latest = NodeRun.objects.filter(run=run, is_latest=True).order_by("position")
    return tuple(node_row(run, node, standing) for node in latest)


def node_row(run: Run, node: NodeRun, standing: Standing) -> NodeRow:
    """Describe one node version for a list."""
    kind, icon_name = node_icon(node.node_type)
    spec = version_graph(run.version_id).specs[node.key]
    needs_me = waits_for_person(node.status, node.waiting_for) and standing.is_asked(node, spec)
    return NodeRow(
        key=node.key,
        title=spec.title,
        number=node.number,
        kind=kind,
        icon_name=icon_name,
        status=node.status,
        label=node_label(node.status, node.waiting_for, mine=needs_me),
        needs_me=needs_me,
        is_active=node.status in NODE_ACTIVE,
        has_begun=node.started_at is not None,
        may_act=standing.may_act_on(node),
    )


def choose_node(rows: Sequence[NodeRow]) -> str:
    """Name the node to follow: waits for the viewer, runs, is queued, waits, failed, else the last that began."""
    ranks = (
        [row for row in rows if row.needs_me],
        [row for row in rows if row.status == NodeStatus.RUNNING],
        [row for row in rows if row.is_active],
        [row for row in rows if row.status == NodeStatus.WAITING],
        [row for row in rows if row.status == NodeStatus.FAILED],
    )
    for found in ranks:
        if found:
            return found[0].key
    reached = [row for row in rows if row.has_begun]
    return (reached or list(rows))[-1 if reached else 0].key


def _summary(rows: Sequence[NodeRow]) -> str:
    """Say what a status alone does not: there is no fail-fast, so several things may be true at once."""
    failed = sum(row.status == NodeStatus.FAILED for row in rows)
    mine = sum(row.needs_me for row in rows)
    active = sum(row.is_active for row in rows)
    parts = []
    if failed:
        parts.append(ngettext("%(n)d failed", "%(n)d failed", failed) % {"n": failed})
    if mine:
        parts.append(ngettext("%(n)d waits for you", "%(n)d wait for you", mine) % {"n": mine})
    if active:
        parts.append(ngettext("%(n)d at work", "%(n)d at work", active) % {"n": active})
    return _(", ").join(parts) if len(parts) > 1 else ""

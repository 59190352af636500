"""The home of a space: what needs the person and what runs. Its templates are in `templates.py`."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from runs.access import Standing
from runs.graphs import version_graph
from runs.models import NodeRun, Run
from runs.pages.needs import asked, counts
from runs.pages.overview import NodeRow, choose_node, elapsed_s, node_row
from runs.pages.people import full_name
from runs.states import RUN_TERMINAL, RUN_UNFINISHED, NodeStatus
from runs.wording import StatusLabel, node_label, run_label
from spaces.access import SpaceRequest
from workflows.document import NodeSpec

SHOWN_NEEDS = 5
SHOWN_ACTIVE = 6
SHOWN_RECENT = 6
UNREAD = ("inputs", "search_text", "search_terms", "version__document", "version__workflow__draft")


@dataclass(frozen=True)
class NeedRow:
    """A node that waits for the person who looks."""

    run_id: str
    key: str
    title: str
    run_title: str
    template: str
    label: StatusLabel
    since: datetime | None


@dataclass(frozen=True)
class RunCard:
    """A run with one progress segment per node, in graph order."""

    public_id: str
    title: str
    template: str
    label: StatusLabel
    tones: tuple[str, ...]
    progress: str
    now: str
    initiator: str
    started_at: datetime
    elapsed_s: float
    is_counting: bool


@dataclass(frozen=True)
class Activity:
    """The part of the home that changes by itself."""

    needs: tuple[NeedRow, ...]
    more_needs: int
    active: tuple[RunCard, ...]
    more_active: int
    recent: tuple[RunCard, ...]


def activity(request: SpaceRequest) -> Activity:
    """Read what is going on. Nine queries."""
    seen = Run.objects.visible_to(request.user).filter(space=request.space)
    seen = seen.select_related("version__workflow", "initiator").defer(*UNREAD).order_by("-id")
    running = seen.filter(status__in=sorted(RUN_UNFINISHED))
    ended = seen.filter(status__in=sorted(RUN_TERMINAL))
    active, recent = list(running[:SHOWN_ACTIVE]), list(ended[:SHOWN_RECENT])
    cards = _cards([*active, *recent], request)
    needs = asked(request.user, request.space, most=SHOWN_NEEDS)
    waits = counts(request.user).get(request.space.slug, 0)
    return Activity(
        needs=_needs([need.pk for need in needs]),
        more_needs=max(0, waits - len(needs)),
        active=cards[: len(active)],
        more_active=max(0, running.count() - SHOWN_ACTIVE),
        recent=cards[len(active) :],
    )


def _needs(keys: Sequence[int]) -> tuple[NeedRow, ...]:
    """Read the newest of the nodes that wait for the person."""
    nodes = NodeRun.objects.filter(pk__in=keys).select_related("run__version__workflow").order_by("-pk")
    return tuple(_need(node) for node in nodes.defer(*(f"run__{name}" for name in UNREAD)))


def _standing(request: SpaceRequest, run: Run) -> Standing:
    return Standing(request.user.pk, request.membership.role, run.initiator_id, request.user.get_username())


def _spec(node: NodeRun) -> NodeSpec:
    return version_graph(node.run.version_id).specs[node.key]


def _need(node: NodeRun) -> NeedRow:
    run = node.run
    return NeedRow(
        run_id=run.public_id,
        key=node.key,
        title=_spec(node).title,
        run_title=run.title or run.version.workflow.name,
        template=run.version.workflow.name,
        label=node_label(node.status, node.waiting_for, mine=True),
        since=node.started_at,
    )


def _cards(runs: Iterable[Run], request: SpaceRequest) -> tuple[RunCard, ...]:
    """Make the cards of runs, with one query for the nodes of all."""
    found = list(runs)
    nodes: dict[int, list[NodeRun]] = defaultdict(list)
    if found:
        for node in NodeRun.objects.filter(run__in=found, is_latest=True).order_by("run_id", "position"):
            nodes[node.run_id].append(node)
    return tuple(_card(run, nodes[run.pk], request) for run in found)


def _card(run: Run, nodes: Sequence[NodeRun], request: SpaceRequest) -> RunCard:
    standing = _standing(request, run)
    rows = [node_row(run, node, standing) for node in nodes]
    done = sum(row.status == NodeStatus.DONE for row in rows)
    return RunCard(
        public_id=run.public_id,
        title=run.title or run.version.workflow.name,
        template=run.version.workflow.name,
        label=run_label(run.status, mine=any(row.needs_me for row in rows)),
        tones=tuple(row.label.tone for row in rows),
        progress=_("%(done)d of %(all)d nodes done") % {"done": done, "all": len(rows)},
        now=_now(run, rows),
        initiator=full_name(run.initiator),
        started_at=run.started_at,
        elapsed_s=elapsed_s(run, timezone.now()),
        is_counting=not run.is_terminal,
    )


def _now(run: Run, rows: Sequence[NodeRow]) -> str:
    """Name the node that a run is at, where it is at one."""
    if run.is_terminal or not rows:
        return ""
    key = choose_node(rows)
    return next((row.title for row in rows if row.key == key), "")

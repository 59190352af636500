"""What took how long in a run: every attempt of every node version, and how long people were waited for.

Four queries, however long the run was talked with: what is older than the newest attempts is left out.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from runs.graphs import version_graph
from runs.models import Attempt, NodeRun, Run, RunEvent, SideEffect
from runs.money import Cost, cost_of
from runs.pages.time_axis import Axis, Gap
from runs.states import AttemptStatus, NodeStatus
from runs.wording import StatusLabel, attempt_label, effect_text, node_label

ATTEMPTS_MAX = 500  # the newest; a run that was talked with for weeks still has a page
EVENTS_MAX = 5000
EXPORTS_MAX = 500
NAMED_MAX = 3  # of an attempt; the node lists all of them
LEAST_PERCENT = 0.35  # a bar that short is still seen


@dataclass(frozen=True)
class Bar:
    """A stretch of the line: `x` and `width` in percent. `kind`: wait, queue, or a status of an attempt."""

    kind: str
    x: float
    width: float


@dataclass(frozen=True)
class Mark:
    """A file that was given out, as the ledger has it. `x`: its place on the line in percent."""

    x: float
    name: str
    words: str


@dataclass(frozen=True)
class AttemptRow:
    """One attempt; seconds are None where they are not known or not over."""

    number: int
    label: StatusLabel
    bars: tuple[Bar, ...]
    marks: tuple[Mark, ...]
    queued_s: float | None
    first_token_s: float | None
    took_s: float | None
    running_s: float
    is_running: bool
    started_at: datetime | None
    input_tokens: int
    output_tokens: int
    cost: Cost | None
    error: str

    @property
    def named(self) -> tuple[Mark, ...]:
        """The marks that are named in the row; all are on the line."""
        return self.marks[:NAMED_MAX]

    @property
    def unnamed(self) -> int:
        """How many more there are."""
        return len(self.marks) - len(self.named)


@dataclass(frozen=True)
class VersionRow:
    """One node version with its attempts, oldest first. `waited_s`: for people, so far."""

    key: str
    title: str
    number: int
    is_latest: bool
    label: StatusLabel
    bars: tuple[Bar, ...]
    waited_s: float
    attempts: tuple[AttemptRow, ...]


@dataclass(frozen=True)
class Timeline:
    """All node versions that began, in graph order, and the line their bars lie on."""

    versions: tuple[VersionRow, ...]
    gaps: tuple[Gap, ...]
    length_s: float
    is_cut: bool

    @property
    def has_costs(self) -> bool:
        """Say whether the cost of any attempt is known; without one there is no such column."""
        return any(attempt.cost for version in self.versions for attempt in version.attempts)

    @property
    def has_marks(self) -> bool:
        """Say whether any file was given out; without one the mark needs no words."""
        return any(attempt.marks for version in self.versions for attempt in version.attempts)


Span = tuple[datetime, datetime]


def timeline(run: Run) -> Timeline:
    """Read the timeline of a run as it is now."""
    now = timezone.now()
    newest = list(Attempt.objects.filter(node_run__run=run).order_by("-queued_at", "-pk")[: ATTEMPTS_MAX + 1])
    attempts: dict[int, list[Attempt]] = defaultdict(list)
    for attempt in reversed(newest[:ATTEMPTS_MAX]):
        attempts[attempt.node_run_id].append(attempt)
    waits = _waits(run, now)
    end = run.finished_at or now
    busy = [(a.queued_at, a.finished_at or now) for row in attempts.values() for a in row]
    axis = Axis(run.started_at.timestamp(), end.timestamp(), ((a.timestamp(), b.timestamp()) for a, b in busy))
    nodes = NodeRun.objects.filter(run=run).order_by("position", "number")
    began = [node for node in nodes if node.pk in attempts or node.pk in waits or node.started_at]
    rows = _Rows(axis, now, _exports(run))
    return Timeline(
        versions=tuple(_version(run, node, attempts[node.pk], waits.get(node.pk, ()), rows) for node in began),
        gaps=axis.gaps,
        length_s=(end - run.started_at).total_seconds(),
        is_cut=len(newest) > ATTEMPTS_MAX,
    )


def _waits(run: Run, now: datetime) -> dict[int, list[Span]]:
    """Read when node versions waited: node version → spans, from their recorded moves."""
    events = RunEvent.objects.filter(run=run, kind="node.status", node_run__isnull=False).order_by("-seq")
    moves = list(events.values_list("node_run_id", "data__status", "created_at")[:EVENTS_MAX])
    found: dict[int, list[Span]] = defaultdict(list)
    since: dict[int, datetime] = {}
    for node_id, status, at in reversed(moves):
        if status == NodeStatus.WAITING:
            since.setdefault(node_id, at)
        elif node_id in since:
            found[node_id].append((since.pop(node_id), at))
    for node_id, at in since.items():
        found[node_id].append((at, now))
    return found


def _exports(run: Run) -> dict[int, list[SideEffect]]:
    """Read what was given out, the newest: attempt → exports, oldest first. Links are among the artifacts."""
    found: dict[int, list[SideEffect]] = defaultdict(list)
    newest = SideEffect.objects.filter(node_run__run=run, kind="export").order_by("-pk")[:EXPORTS_MAX]
    for effect in reversed(newest):
        found[effect.attempt_id].append(effect)
    return found


@dataclass(frozen=True)
class _Rows:
    """What all rows of one timeline are made with."""

    axis: Axis
    now: datetime
    exports: dict[int, list[SideEffect]]


def _version(run: Run, node: NodeRun, attempts: Sequence[Attempt], waits: Iterable[Span], rows: _Rows) -> VersionRow:
    spans = list(waits)
    return VersionRow(
        key=node.key,
        title=version_graph(run.version_id).specs[node.key].title,
        number=node.number,
        is_latest=node.is_latest,
        label=node_label(node.status, node.waiting_for),
        bars=tuple(_bar("wait", start, end, rows.axis) for start, end in spans),
        waited_s=sum((end - start).total_seconds() for start, end in spans),
        attempts=tuple(_attempt(attempt, rows) for attempt in attempts),
    )


def _attempt(attempt: Attempt, rows: _Rows) -> AttemptRow:
    axis, now = rows.axis, rows.now
    end = attempt.finished_at or now
    started = attempt.started_at
    exports = rows.exports.get(attempt.pk, ())
    bars = [_bar("queue", attempt.queued_at, started or end, axis)]
    if started:
        bars.append(_bar(attempt.status, started, end, axis))
    return AttemptRow(
        number=attempt.number,
        label=attempt_label(attempt.status),
        bars=tuple(bars),
        marks=tuple(_mark(export, axis) for export in exports),
        queued_s=_seconds(attempt.queued_at, started),
        first_token_s=_seconds(started, attempt.first_token_at),
        took_s=_seconds(started, attempt.finished_at),
        running_s=_seconds(started, now) or 0.0,
        is_running=attempt.status == AttemptStatus.RUNNING,
        started_at=started,
        input_tokens=attempt.input_tokens,
        output_tokens=attempt.output_tokens,
        cost=cost_of([attempt]),
        error=attempt.error,
    )


def _mark(export: SideEffect, axis: Axis) -> Mark:
    return Mark(axis.at(export.created_at.timestamp()), export.file_name, effect_text(export.kind, export.target))


def _bar(kind: str, start: datetime, end: datetime, axis: Axis) -> Bar:
    x = axis.at(start.timestamp())
    width = max(axis.at(end.timestamp()) - x, LEAST_PERCENT)
    return Bar(kind, min(x, 100 - width), round(width, 3))


def _seconds(start: datetime | None, end: datetime | None) -> float | None:
    return max((end - start).total_seconds(), 0.0) if start and end else None

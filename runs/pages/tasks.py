"""My tasks: what waits for a person and what they started, in one space or in all of theirs. Newest first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode

from runs.access import Standing
from runs.graphs import version_graph
from runs.history.filters import RunFilter
from runs.history.paging import page
from runs.models import NodeRun, Run
from runs.pages.needs import counts, waiting_for
from runs.pages.run_rows import RunRow, run_rows
from runs.states import RUN_TERMINAL
from runs.wording import StatusLabel, node_icon, node_label
from spaces.models import Membership, Space

WAITING, STARTED = "waiting", "started"
PAGE = 30
PARTS = ("tab", "run", "node", "before", "after")
UNREAD = ("inputs", "run__inputs", "run__search_text", "run__search_terms", "run__version__document",
          "run__version__workflow__draft")  # fmt: skip


@dataclass(frozen=True)
class TaskRow:
    """A node that waits for the person. `address`: My tasks with this one chosen."""

    run_id: str
    key: str
    title: str
    run_title: str
    template: str
    space_name: str
    space_slug: str
    kind: str
    icon_name: str
    label: StatusLabel
    since: datetime | None
    address: str
    is_chosen: bool


@dataclass(frozen=True)
class Tasks:
    """The page's list. `here`: its own address, for itself to be fetched again; `more`: how many are not shown."""

    tab: str
    waiting_count: int
    active_count: int
    waiting: tuple[TaskRow, ...]
    started: tuple[RunRow, ...]
    more: int
    newer: str
    older: str
    here: str
    waiting_address: str
    started_address: str
    chosen: TaskRow | None
    across: bool


def tasks(user: Any, space: Space | None, query: QueryDict) -> Tasks:
    """Read the tab that the address names, of a space or of all. At most nine queries, however many tasks there are."""
    base = reverse("runs:my-task-index", args=[space.slug]) if space else reverse("runs:my-task-list")
    tab = STARTED if query.get("tab") == STARTED else WAITING
    found = counts(user)
    waiting_count = found.get(space.slug, 0) if space else sum(found.values())
    started = _started(user, space)
    rows = _waiting(user, space, base, query) if tab == WAITING else ()
    runs, newer, older = _page_of_started(user, started, query) if tab == STARTED else ((), {}, {})
    chosen = next((row for row in rows if row.is_chosen), rows[0] if rows and "run" not in query else None)
    return Tasks(
        tab=tab,
        waiting_count=waiting_count,
        active_count=started.exclude(status__in=RUN_TERMINAL).count(),
        waiting=rows,
        started=runs,
        more=max(0, waiting_count - len(rows)) if tab == WAITING else 0,
        newer=_address(base, {"tab": STARTED} | newer) if newer else "",
        older=_address(base, {"tab": STARTED} | older) if older else "",
        here=chosen.address if chosen else _address(base, {name: str(query[name]) for name in PARTS if name in query}),
        waiting_address=base,
        started_address=_address(base, {"tab": STARTED}),
        chosen=chosen,
        across=space is None,
    )


def _started(user: Any, space: Space | None) -> QuerySet[Run]:
    mine = Run.objects.visible_to(user).filter(initiator_id=user.pk)
    return mine.filter(space=space) if space else mine


def _page_of_started(
    user: Any, started: QuerySet[Run], query: QueryDict
) -> tuple[tuple[RunRow, ...], dict[str, str], dict[str, str]]:
    wanted = RunFilter.of(query)
    found = page(started, RunFilter(before=wanted.before, after=wanted.after), PAGE)
    roles = dict(Membership.objects.filter(user_id=user.pk).values_list("space_id", "role"))
    name = user.get_username()
    rows = run_rows(found.ids, lambda run: Standing(user.pk, roles.get(run.space_id), run.initiator_id, name))
    return rows, found.newer, found.older


def _waiting(user: Any, space: Space | None, base: str, query: QueryDict) -> tuple[TaskRow, ...]:
    nodes = waiting_for(user).select_related("run__space", "run__version__workflow").defer(*UNREAD)
    nodes = nodes.filter(run__space=space) if space else nodes
    chosen = query.get("run", ""), query.get("node", "")
    return tuple(_row(node, base, chosen) for node in nodes.order_by("-pk")[:PAGE])


def _row(node: NodeRun, base: str, chosen: tuple[str, str]) -> TaskRow:
    run = node.run
    kind, icon_name = node_icon(node.node_type)
    return TaskRow(
        run_id=run.public_id,
        key=node.key,
        title=version_graph(run.version_id).specs[node.key].title,
        run_title=run.title or run.version.workflow.name,
        template=run.version.workflow.name,
        space_name=run.space.name,
        space_slug=run.space.slug,
        kind=kind,
        icon_name=icon_name,
        label=node_label(node.status, node.waiting_for, mine=True),
        since=node.started_at,
        address=_address(base, {"run": run.public_id, "node": node.key}),
        is_chosen=chosen == (run.public_id, node.key),
    )


def _address(base: str, query: Mapping[str, str]) -> str:
    return f"{base}?{urlencode(query)}" if query else base

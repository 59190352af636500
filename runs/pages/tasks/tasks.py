"""My tasks: what waits for a person and what they started, in one space or in all of theirs. Newest first."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode

from runs.access import Standing
from runs.graphs import version_graph
from runs.history.filters import RunFilter
from runs.history.paging import matching, page
from runs.models import NodeRun, Run
from runs.pages.needs import asked, counts
from runs.pages.run_rows import RunRow, run_rows
from runs.states import RUN_UNFINISHED
from runs.wording import StatusLabel, node_icon, node_label
from spaces.models import Membership, Space

WAITING, STARTED = "waiting", "started"
PAGE = 30
MOST_FILTERED = 5_000  # of what waits, the newest, are looked through for what was asked
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
    """The page's list. `here`: its own address, for itself to be fetched again; `more`: how many are not shown.

    `wanted`: what of it was asked for; `address`: that of the tab, with it; `history`, `export`: of the same runs in
    the history of the space, where many are cancelled, and as a file; empty across spaces.
    """

    tab: str
    wanted: RunFilter
    address: str
    history: str
    export: str
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
    """Read the tab that the address names, of a space or of all. About ten queries, whatever there is."""
    base = reverse("runs:my-task-index", args=[space.slug]) if space else reverse("runs:my-task-list")
    tab = STARTED if query.get("tab") == STARTED else WAITING
    waits = counts(user)
    waiting_count = waits.get(space.slug, 0) if space else sum(waits.values())
    wanted = RunFilter.of(query)
    question = wanted.address()
    started = _started(user, space)
    named = query.get("run", ""), query.get("node", "")
    rows, fitting = _waiting(user, space, wanted, base, named) if tab == WAITING else ((), 0)
    runs, newer, older = _page_of_started(user, started, wanted) if tab == STARTED else ((), {}, {})
    chosen = next((row for row in rows if row.is_chosen), rows[0] if rows and "run" not in query else None)
    place = {name: str(query[name]) for name in PARTS if name in query}
    return Tasks(
        tab=tab,
        wanted=wanted,
        address=_address(base, {"tab": STARTED} if tab == STARTED else {}, question),
        history=_in_history("runs:run-index", user, space, wanted),
        export=_in_history("runs:run-export", user, space, wanted),
        waiting_count=waiting_count,
        active_count=started.filter(status__in=sorted(RUN_UNFINISHED)).count(),
        waiting=tuple(replace(row, is_chosen=row is chosen) for row in rows),
        started=runs,
        more=max(0, (fitting if wanted else waiting_count) - len(rows)) if tab == WAITING else 0,
        newer=_address(base, {"tab": STARTED} | newer, question) if newer else "",
        older=_address(base, {"tab": STARTED} | older, question) if older else "",
        here=chosen.address if chosen else _address(base, place, question),
        waiting_address=base,
        started_address=_address(base, {"tab": STARTED}),
        chosen=chosen,
        across=space is None,
    )


def _started(user: Any, space: Space | None) -> QuerySet[Run]:
    mine = Run.objects.visible_to(user).filter(initiator_id=user.pk)
    return mine.filter(space=space) if space else mine


def _page_of_started(
    user: Any, started: QuerySet[Run], wanted: RunFilter
) -> tuple[tuple[RunRow, ...], dict[str, str], dict[str, str]]:
    found = page(started, wanted, PAGE)
    roles = dict(Membership.objects.filter(user_id=user.pk).values_list("space_id", "role"))
    name = user.get_username()
    rows = run_rows(found.ids, lambda run: Standing(user.pk, roles.get(run.space_id), run.initiator_id, name))
    return rows, found.newer, found.older


def _waiting(
    user: Any, space: Space | None, wanted: RunFilter, base: str, named: tuple[str, str]
) -> tuple[tuple[TaskRow, ...], int]:
    """Read the newest of what waits and is asked for, and count how many fit, of the MOST_FILTERED looked at.

    `named`: run and node of the address.
    """
    keys = [need.pk for need in asked(user, space, most=MOST_FILTERED if wanted else PAGE)]
    if wanted:
        runs = matching(Run.objects.visible_to(user).filter(node_runs__in=keys), wanted)
        fitting = NodeRun.objects.filter(pk__in=keys, run__in=set(runs.values_list("pk", flat=True)))
        keys = list(fitting.order_by("-pk").values_list("pk", flat=True))
    nodes = NodeRun.objects.filter(pk__in=keys[:PAGE]).order_by("-pk")
    nodes = nodes.select_related("run__space", "run__version__workflow").defer(*UNREAD)
    return tuple(_row(node, base, wanted.address(), named) for node in nodes), len(keys)


def _row(node: NodeRun, base: str, question: str, chosen: tuple[str, str]) -> TaskRow:
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
        address=_address(base, {"run": run.public_id, "node": node.key}, question),
        is_chosen=chosen == (run.public_id, node.key),
    )


def _in_history(name: str, user: Any, space: Space | None, wanted: RunFilter) -> str:
    question = replace(wanted, by=user.get_username()).address()
    return f"{reverse(name, args=[space.slug])}?{question}" if space else ""


def _address(base: str, query: Mapping[str, str], question: str = "") -> str:
    asked_for = "&".join(part for part in (urlencode(query), question) if part)
    return f"{base}?{asked_for}" if asked_for else base

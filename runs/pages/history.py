"""The history of a space: what a person asks of it, a page of rows, what may be asked, and all of it as a table."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from runs import sql
from runs.compiled import Compiled, Person
from runs.history.filters import STATUSES, RunFilter
from runs.history.paging import batches, page
from runs.models import Run, SavedFilter, Trigger
from runs.pages.people import standing_in
from runs.pages.run_rows import RunRow, run_rows
from runs.wording import StatusLabel, run_label
from spaces.access import SpaceRequest
from spaces.people import shown_name
from workflows.models import Workflow

EXPORTED_AT_ONCE = 500
FORMULA_BEGINS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def _templates(user: int, space: int) -> QuerySet[Any, Any]:
    seen = Workflow.objects.visible_to(Person(user)).filter(space_id=space)
    return seen.order_by("name", "slug").values_list("slug", "name")


def _people(space: int) -> QuerySet[Any, Any]:
    members = User.objects.filter(memberships__space_id=space)
    return members.order_by("username").values_list("username", "first_name", "last_name")


def _saved(space: int, user: int) -> QuerySet[Any, Any]:
    own = SavedFilter.objects.filter(space_id=space, user_id=user)
    return own.order_by("name").values_list("pk", "name", "query")


TEMPLATES, PEOPLE, SAVED = Compiled(_templates, keys=2), Compiled(_people), Compiled(_saved, keys=2)


@dataclass(frozen=True)
class Choice:
    """Something to choose in the filter bar."""

    value: str
    word: str
    is_chosen: bool


@dataclass(frozen=True)
class Choices:
    """What the filter bar offers. `statuses`: with their labels."""

    statuses: tuple[tuple[Choice, StatusLabel], ...]
    templates: tuple[Choice, ...]
    triggers: tuple[Choice, ...]
    by: tuple[Choice, ...]
    run_as: tuple[Choice, ...]


@dataclass(frozen=True)
class History:
    """A page. `here`: the query of its address; `newer`, `older`: of its neighbours', empty at the ends.

    `question`: the query without a place, which is what is saved and exported.
    """

    rows: tuple[RunRow, ...]
    wanted: RunFilter
    here: str
    question: str
    newer: str
    older: str


def history(request: SpaceRequest) -> History:
    """Read the page that the address asks for. At most eight queries, however many runs there are."""
    wanted = RunFilter.of(request.GET)
    found = page(_seen(request), wanted)
    return History(
        rows=run_rows(found.ids, lambda run: standing_in(request, run)),
        wanted=wanted,
        here=wanted.here(),
        question=wanted.address(),
        newer=wanted.address(**found.newer) if found.newer else "",
        older=wanted.address(**found.older) if found.older else "",
    )


def bar(request: SpaceRequest, wanted: RunFilter) -> tuple[Choices, tuple[SavedFilter, ...]]:
    """Read what may be asked for, and the person's own filters, by name. Three queries in one round trip."""
    user, space = request.user.pk, request.space.pk
    templates, people, saved = sql.batch(TEMPLATES(user, space), PEOPLE(space), SAVED(space, user))
    named = [(username, shown_name(first, last, username)) for username, first, last in people]
    named.sort(key=lambda person: person[0] != request.user.get_username())  # oneself first
    choices = Choices(
        statuses=tuple((Choice(status, "", status in wanted.status), run_label(status)) for status in STATUSES),
        templates=as_choices(templates, wanted.template),
        triggers=as_choices([(str(value), str(label)) for value, label in Trigger.choices], wanted.trigger),
        by=as_choices(named, wanted.by),
        run_as=as_choices(named, wanted.run_as),
    )
    return choices, tuple(SavedFilter(pk=pk, name=name, query=query) for pk, name, query in saved)


def exported(request: SpaceRequest) -> Iterator[str]:
    """Write all that is asked for as CSV, from the top of the page that the address names, a few runs at a time."""
    wanted = replace(RunFilter.of(request.GET), before="", after="")
    writer = csv.writer(_Echo())
    yield "\ufeff" + _line(writer, _head())  # without the mark some spreadsheets misread what is not ASCII
    for ids in batches(_seen(request), wanted, EXPORTED_AT_ONCE):
        rows = run_rows(ids, lambda run: standing_in(request, run))
        yield "".join(_line(writer, _cells(row)) for row in rows)


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def _line(writer: Any, cells: list[str]) -> str:
    return str(writer.writerow([harmless(cell) for cell in cells]))


def harmless(cell: str) -> str:
    """Mark what a spreadsheet would take for a formula as text; anybody who names a run writes into this file."""
    is_formula = cell.startswith(("\t", "\r", "\n")) or cell.lstrip().startswith(FORMULA_BEGINS)
    return f"'{cell}" if is_formula else cell


def _head() -> list[str]:
    return [
        _("Id"), _("Task"), _("Template"), _("Template version"), _("Status"), _("Started by"), _("Runs as"),
        _("Trigger"), _("Started (UTC)"), _("Seconds"), _("Tokens"),
        _("Cost (%(currency)s)") % {"currency": settings.AIME_CURRENCY}, _("Cost is complete"), _("Lineage"),
        _("Address"),
    ]  # fmt: skip


def _cells(row: RunRow) -> list[str]:
    return [
        row.public_id, row.title, row.template, str(row.version), row.label.word, row.initiator, row.run_as,
        row.trigger, f"{row.started_at:%Y-%m-%d %H:%M:%S}", f"{row.elapsed_s:.0f}", str(row.tokens),
        row.cost.plain if row.cost else "", (_("no") if row.cost.is_partial else _("yes")) if row.cost else "",
        row.lineage, row.url,
    ]  # fmt: skip


def _seen(request: SpaceRequest) -> QuerySet[Run]:
    return Run.objects.visible_to(request.user).filter(space=request.space)


def as_choices(pairs: Iterable[Sequence[Any]], chosen: str) -> tuple[Choice, ...]:
    return tuple(Choice(value, word, value == chosen) for value, word in pairs)

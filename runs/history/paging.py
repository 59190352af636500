"""A page of the history, by keyset: what lies before or after a run, whatever came or went since. No OFFSET.

Public ids grow with time, so their order is the history's, and one of them is a place in it. Which runs are on a page
is found in the index `run_history` alone, which holds every filtered column; the rows are read afterwards.

Words: first the nearest WALKED runs are looked through, which is enough for words that are everywhere. Rarer ones
are found by the index on pairs of letters. Only one of the two would be slow for the other kind.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from runs.history.filters import RunFilter
from runs.history.terms import terms
from runs.models import Run
from workflows.models import WorkflowVersion

PAGE = 30
WALKED = 2000
PAIRS = 12  # of a word; more narrow nothing down and cost a look each
NEAR = "SELECT public_id FROM ({rows}) AS near WHERE {text} ORDER BY public_id {order} LIMIT {limit:d}"
HIT = "WITH hit AS MATERIALIZED ({rows}) SELECT public_id FROM hit ORDER BY public_id {order} LIMIT {limit:d}"


@dataclass(frozen=True)
class Page:
    """The public ids of a page, newest first. `newer`, `older`: the cursors of its neighbours, empty at an end."""

    ids: tuple[str, ...]
    newer: dict[str, str]
    older: dict[str, str]


def page(seen: QuerySet[Run], wanted: RunFilter, size: int = PAGE) -> Page:
    """Find a page of the runs of `seen`. One query; up to two more for words, for a template and at the newest end."""
    rows = narrowed(seen, wanted)
    if wanted.after:
        found = _ids(rows.filter(public_id__gt=wanted.after), wanted, size + 1, order="ASC")
        if len(found) >= size:
            return _upwards(found, size)
        wanted = replace(wanted, after="")  # the newest page is always a whole one
    if wanted.before:
        rows = rows.filter(public_id__lt=wanted.before)
    found = _ids(rows, wanted, size + 1, order="DESC")
    shown = tuple(found[:size])
    newer = {"after": shown[0] if shown else wanted.before} if wanted.before else {}
    return Page(shown, newer, {"before": shown[-1]} if len(found) > size else {})


def batches(seen: QuerySet[Run], wanted: RunFilter, size: int) -> Iterator[tuple[str, ...]]:
    """Give all that is asked for, newest first, `size` public ids at a time; nothing is held between two."""
    before = wanted.before
    while True:
        found = page(seen, replace(wanted, before=before, after=""), size)
        if found.ids:
            yield found.ids
        if not found.older:
            return
        before = found.older["before"]


def narrowed(seen: QuerySet[Run], wanted: RunFilter) -> QuerySet[Run]:
    """Filter by everything but words and place; only columns that the index `run_history` holds."""
    found = seen
    if wanted.status:
        found = found.filter(status__in=sorted(wanted.status))
    if wanted.trigger:
        found = found.filter(trigger=wanted.trigger)
    if wanted.by or wanted.run_as:
        named = User.objects.filter(username__in={wanted.by, wanted.run_as})
        people = dict(named.values_list("username", "pk"))  # looked up first: a join would leave the index
        found = found.filter(initiator_id=people.get(wanted.by, 0)) if wanted.by else found
        found = found.filter(executor_ids__contains=[people.get(wanted.run_as, 0)]) if wanted.run_as else found
    if wanted.template:
        versions = WorkflowVersion.objects.filter(workflow__slug=wanted.template)
        found = found.filter(version_id__in=list(versions.values_list("pk", flat=True)))
    if wanted.since:
        found = found.filter(started_at__gte=_midnight(wanted.since))
    if wanted.until:
        found = found.filter(started_at__lt=_midnight(wanted.until) + timedelta(days=1))
    return found


def _midnight(day: Any) -> datetime:
    return datetime.combine(day, time.min, UTC)


def _upwards(found: list[str], size: int) -> Page:
    shown = tuple(reversed(found[:size]))
    return Page(shown, {"after": shown[0]} if len(found) > size else {}, {"before": shown[-1]})


def _ids(rows: QuerySet[Run], wanted: RunFilter, limit: int, *, order: str) -> list[str]:
    """Find the nearest public ids in one direction."""
    ordered = rows.order_by("public_id" if order == "ASC" else "-public_id")
    if not wanted.words:
        return list(ordered.values_list("public_id", flat=True)[:limit])
    near = ordered.values_list("public_id", "search_text")[:WALKED]
    text = " AND ".join("strpos(search_text, %s) > 0" for _ in wanted.words)
    found = _run(NEAR.format(rows="{rows}", text=text, order=order, limit=limit), near, wanted.words)
    if len(found) >= limit:
        return found
    pairs = rows.filter(search_terms__contains=sorted(set(_numbers(wanted.words)))).order_by()
    for word in wanted.words:
        pairs = pairs.filter(search_text__contains=word)
    return _run(HIT.format(rows="{rows}", order=order, limit=limit), pairs.values_list("public_id"), ())


def _numbers(words: Iterable[str]) -> Iterator[int]:
    """Give the numbers of a word's pairs of letters; of a single letter its own."""
    for word in words:
        alone = {number for letter in word for number in terms(letter)}
        pairs = [number for number in terms(word) if number not in alone]
        yield from pairs[:PAIRS] if len(word) > 1 else alone


def _run(statement: str, rows: QuerySet[Run, Any], more: Iterable[str]) -> list[str]:
    """Run a statement around the SQL of a queryset."""
    try:
        inner, values = rows.query.sql_with_params()
    except EmptyResultSet:  # a template that has no version
        return []
    with connection.cursor() as cursor:
        cursor.execute(statement.replace("{rows}", inner), (*values, *more))
        return [row[0] for row in cursor.fetchall()]

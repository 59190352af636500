"""A page of the history, by keyset: what lies before or after a run, whatever came or went since. No OFFSET.

Public ids grow with time, so their order is the history's, and one of them is a place in it. Which runs are on a page
is found in the index `run_history` alone, which holds every filtered column; the rows are read afterwards.

Words: first the nearest WALKED runs are looked through, which is enough for words that are everywhere. Rarer ones
are found by the index on pairs of letters. Only one of the two would be slow for the other kind. Where something else
is asked for, too, the nearest runs are those of the index again, and often all there are: then nothing is left to find.
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
# Both end with an empty row where there are runs behind those that were looked through. Without a filter the runs lie
# side by side and are read as they come, until the page is full.
NEAR = """
(SELECT public_id FROM (SELECT * FROM ({rows}) AS walked LIMIT {walked:d}) AS near
 WHERE {text} ORDER BY public_id {order} LIMIT {limit:d})
UNION ALL SELECT NULL WHERE EXISTS (SELECT FROM ({ids}) AS walked OFFSET {walked:d})
"""
# With one they lie apart: a walk in the rows would read all between them (11 ms in 17,000 for 76 that fitted).
NEAR_APART = """
WITH near AS MATERIALIZED ({ids} LIMIT {walked:d})
(SELECT near.public_id FROM near JOIN runs_run USING (public_id)
 WHERE {text} ORDER BY near.public_id {order} LIMIT {limit:d})
UNION ALL SELECT NULL WHERE (SELECT count(*) FROM near) = {walked:d}
"""
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


def matching(seen: QuerySet[Run], wanted: RunFilter) -> QuerySet[Run]:
    """Filter by everything but place, words too: for few runs, since their texts are looked through."""
    return _with_words(narrowed(seen, wanted), wanted.words)


def _with_words(rows: QuerySet[Run], words: Iterable[str]) -> QuerySet[Run]:
    for word in words:
        rows = rows.filter(search_text__contains=word)
    return rows


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
    found, is_all = _near(ordered, wanted, limit, order)
    if is_all or len(found) >= limit:
        return found
    pairs = rows.filter(search_terms__contains=sorted(set(_numbers(wanted.words)))).order_by()
    pairs = _with_words(pairs, wanted.words)
    with connection.cursor() as cursor:
        hits, values = pairs.values_list("public_id").query.sql_with_params()
        cursor.execute(HIT.format(rows=hits, order=order, limit=limit), values)
        return [row[0] for row in cursor.fetchall()]


def _near(ordered: QuerySet[Run], wanted: RunFilter, limit: int, order: str) -> tuple[list[str], bool]:
    """Look for the words in the nearest runs. Gives (public ids, were these all there are)."""
    text = " AND ".join("strpos(search_text, %s) > 0" for _ in wanted.words)
    try:
        ids, values = ordered.values_list("public_id").query.sql_with_params()
        rows, _same = ordered.values_list("public_id", "search_text").query.sql_with_params()
    except EmptyResultSet:  # a template that has no version
        return [], True
    parts = {"ids": ids, "rows": rows, "text": text, "order": order, "limit": limit, "walked": WALKED}
    apart = wanted.is_narrow
    given = (*values, *wanted.words) if apart else (*values, *wanted.words, *values)
    with connection.cursor() as cursor:
        cursor.execute((NEAR_APART if apart else NEAR).format(**parts), given)
        found = [row[0] for row in cursor.fetchall()]
    return sorted(filter(None, found), reverse=order == "DESC"), None not in found


def _numbers(words: Iterable[str]) -> Iterator[int]:
    """Give the numbers of a word's pairs of letters; of a single letter its own."""
    for word in words:
        alone = {number for letter in word for number in terms(letter)}
        pairs = [number for number in terms(word) if number not in alone]
        yield from pairs[:PAIRS] if len(word) > 1 else alone

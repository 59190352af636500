"""Pages by keyset: every run once, in order, whatever the filter, the size and the way; words near and far."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import QueryDict
from pytest_django import DjangoAssertNumQueries

from runs.history import paging
from runs.history.filters import RunFilter
from runs.history.paging import Page, batches, page
from runs.history.terms import search_text, terms
from runs.models import Run
from tests.factories import make_space, make_workflow

COUNT = 23


@pytest.fixture
def runs(builder: User) -> list[str]:
    """Runs without nodes, the newest first: every third is named 发票, one of them rare; ids are in one millisecond."""
    space = make_space("demo", builder=builder)
    flow = make_workflow("a", space=space, owner=builder)
    made = []
    for number in range(COUNT):
        title = f"release {number}" + (" 发票" if number % 3 == 0 else "") + (" zebra" if number == 3 else "")
        text = search_text(title, {})
        made.append(Run.objects.create(
            space=space, version_id=flow.live_version_id, visibility="space", title=title, initiator=builder,
            search_text=text, search_terms=terms(text),
        ).public_id)  # fmt: skip
    return sorted(made, reverse=True)


def walk(wanted: RunFilter, size: int) -> list[Page]:
    """Go from the newest page to the oldest."""
    found = [page(Run.objects.all(), wanted, size)]
    while found[-1].older:
        found.append(page(Run.objects.all(), replace(wanted, before=found[-1].older["before"]), size))
    return found


@pytest.mark.parametrize("size", [1, 4, COUNT - 1, COUNT, COUNT + 1])
def test_every_run_is_on_one_page_and_in_order(runs: list[str], size: int) -> None:
    pages = walk(RunFilter(), size)
    assert [public_id for found in pages for public_id in found.ids] == runs
    assert all(len(found.ids) == size for found in pages[:-1])
    assert not pages[0].newer and not pages[-1].older


@pytest.mark.parametrize("size", [1, 4, 7])
def test_way_back_shows_the_same_pages(runs: list[str], size: int) -> None:
    pages = walk(RunFilter(), size)
    for found, before in zip(pages[1:], pages, strict=False):
        assert page(Run.objects.all(), RunFilter(after=found.newer["after"]), size).ids == before.ids


@pytest.mark.parametrize("walked", [1, 5, COUNT - 1, COUNT, 1000])
@pytest.mark.parametrize("asked", [{}, {"by": "builder"}, {"status": frozenset({"done", "running"})}, {"by": "nobody"}])
@pytest.mark.parametrize("q", ["发票", "release", "zebra", "发票 zebra", "票", "nothing", "100%"])
def test_words_are_found_near_and_far(
    runs: list[str], monkeypatch: pytest.MonkeyPatch, q: str, asked: dict[str, Any], walked: int
) -> None:
    """The near walk and the index give the same pages; which of them did it cannot be seen."""
    monkeypatch.setattr(paging, "WALKED", walked)
    if asked.get("by") == "nobody":
        runs = []
    titles = dict(Run.objects.values_list("public_id", "title"))
    expected = [public_id for public_id in runs if all(word in titles[public_id] for word in q.split())]
    assert [public_id for found in walk(RunFilter(q=q, **asked), 3) for public_id in found.ids] == expected


@pytest.mark.parametrize("asked", [{}, {"by": "builder"}])
def test_words_are_not_looked_for_where_every_run_was_looked_through(
    runs: list[str], monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries,
    asked: dict[str, str],
) -> None:  # fmt: skip
    seen = Run.objects.filter(initiator__username="builder")
    names = 1 if asked else 0  # the query that finds the person
    monkeypatch.setattr(paging, "WALKED", COUNT + 1)
    with django_assert_num_queries(1 + names):
        page(seen, RunFilter(q="nothing", **asked), 3)
    monkeypatch.setattr(paging, "WALKED", COUNT - 1)
    with django_assert_num_queries(2 + names):
        page(seen, RunFilter(q="nothing", **asked), 3)


def test_equal_numbers_of_letter_pairs_do_not_find(runs: list[str]) -> None:
    """The text decides: a run that has every pair of the word, but not the word, is not found."""
    Run.objects.filter(public_id=runs[0]).update(search_text="ab cab bc", search_terms=terms("abc"))
    assert page(Run.objects.all(), RunFilter(q="abc"), 5).ids == ()


def test_batches_give_everything_once(runs: list[str]) -> None:
    parts = list(batches(Run.objects.all(), RunFilter(), 5))
    assert [public_id for part in parts for public_id in part] == runs
    assert list(batches(Run.objects.none(), RunFilter(), 5)) == []


def test_days_are_whole_days_of_utc(runs: list[str]) -> None:
    from datetime import UTC, datetime

    Run.objects.filter(public_id=runs[3]).update(started_at=datetime(2020, 5, 1, 23, 59, 59, tzinfo=UTC))
    day = date(2020, 5, 1)
    assert page(Run.objects.all(), RunFilter(since=day, until=day), 5).ids == (runs[3],)
    assert page(Run.objects.all(), RunFilter(until=date(2020, 4, 30)), 5).ids == ()


@pytest.mark.parametrize(
    ("query", "address"),
    [
        ("", ""),
        ("status=failed&status=done", "status=done&status=failed"),
        ("q=+a+&template=&by=", "q=a"),
        ("since=2024-02-30&until=2024-02-29", "until=2024-02-29"),
        ("before=short&trigger=nothing", ""),
        ("run_as=%00&q=%ED%A0%80", "q=%EF%BF%BD%EF%BF%BD%EF%BF%BD"),
    ],
)
def test_address_is_read_and_written(query: str, address: str) -> None:
    assert RunFilter.of(QueryDict(query)).address() == address


def test_before_wins_over_after_and_is_part_of_here() -> None:
    one, two = "0" * 26, "1" * 26
    wanted = RunFilter.of(QueryDict(f"before={one}&after={two}&q=a"))
    assert (wanted.before, wanted.after) == (one, "")
    assert wanted.here() == f"q=a&before={one}"
    assert bool(wanted) and not RunFilter.of(QueryDict(f"before={one}"))

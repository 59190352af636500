"""The timeline of a run: attempts and waits as rows and bars; and the line of time they lie on."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from runs.models import Attempt, NodeRun, Run, RunEvent, SideEffect
from runs.pages.time_axis import IDLE_SHARE, Axis
from runs.pages.timeline import timeline
from tests.runs.turns import fail

Browser = Callable[[str], Client]
NIGHT_S = 12 * 3600


def spread(run: Run) -> None:
    """Let the run have begun an hour ago; its first turn took 10 s after 2 s in the queue, 3 to its first words."""
    start = run.started_at = run.started_at - timedelta(hours=1)
    run.save(update_fields=["started_at"])
    times = {"queued_at": start, "started_at": start + timedelta(seconds=2)}
    ended = start + timedelta(seconds=12)
    Attempt.objects.filter(node_run__run=run).update(
        **times, first_token_at=start + timedelta(seconds=5), finished_at=ended
    )
    RunEvent.objects.filter(run=run, data__status="waiting").update(created_at=ended)


def test_attempt_says_how_long_it_waited_worked_and_until_its_first_words(waiting: Run) -> None:
    spread(waiting)
    (version,) = timeline(waiting).versions
    (attempt,) = version.attempts
    assert (version.key, version.number, version.is_latest) == ("a", 1, True)
    assert (attempt.queued_s, attempt.first_token_s, attempt.took_s) == (2.0, 3.0, 10.0)
    assert (attempt.input_tokens, attempt.output_tokens) == (100, 20)
    assert [bar.kind for bar in attempt.bars] == ["queue", "succeeded"]
    queue, work = attempt.bars
    assert work.x == pytest.approx(queue.x + queue.width, abs=0.01)
    assert work.width == pytest.approx(5 * queue.width, rel=0.01)


def test_a_wait_goes_on_until_now_and_ends_with_the_act(waiting: Run, as_: Browser, page: str) -> None:
    (version,) = timeline(waiting).versions
    assert [bar.kind for bar in version.bars] == ["wait"]
    node = NodeRun.objects.get(run=waiting, key="a")
    RunEvent.objects.filter(node_run=node, data__status="waiting").update(
        created_at=waiting.started_at - timedelta(hours=1)
    )
    assert timeline(waiting).versions[0].waited_s >= 3600
    as_("builder").post(f"{page}nodes/a/cancellations/", {"version": 1})
    waited = timeline(waiting).versions[0].waited_s
    assert timeline(waiting).versions[0].waited_s == waited


def test_a_second_version_and_a_failure_are_rows_of_their_own(waiting: Run, as_: Browser, page: str) -> None:
    as_("builder").post(f"{page}nodes/a/restarts/", {"version": 1})
    fail(waiting, "a", "The provider refused.")
    versions = timeline(waiting).versions
    assert [(row.key, row.number, row.is_latest) for row in versions] == [("a", 1, False), ("a", 2, True)]
    assert versions[1].attempts[0].error == "The provider refused."
    assert versions[1].attempts[0].bars[-1].kind == "failed"


def test_nodes_that_were_not_reached_have_no_row(run: Run) -> None:
    assert [row.key for row in timeline(run).versions] == ["a"]


def test_page_opens_with_its_timeline(page: str, as_: Browser, htmx: dict[str, str]) -> None:
    client = as_("viewer")
    whole = client.get(f"{page}?tab=timeline").content.decode()
    assert 'data-tab="timeline"' in whole
    assert "Attempt 1, Succeeded" in whole
    fragment = client.get(f"{page}timeline/", headers=htmx).content.decode()
    assert 'id="time-a-v1"' in fragment
    assert "<html" not in fragment
    assert "style=" not in fragment  # the policy of the page allows none
    assert client.get(f"{page}timeline/")["Location"] == f"{page}?tab=timeline"
    assert "Attempt 1" not in client.get(page).content.decode()


def test_timeline_of_others_does_not_exist(page: str, as_: Browser) -> None:
    assert as_("outsider").get(f"{page}timeline/").status_code == 404


def test_exports_are_marked_where_they_were_done_and_named_in_their_row(
    waiting: Run, page: str, as_: Browser, htmx: dict[str, str]
) -> None:
    spread(waiting)
    attempt = Attempt.objects.get(node_run__run=waiting, node_run__key="a")
    begun, address = attempt.started_at, f"{page}timeline/"
    assert begun is not None
    client = as_("viewer")
    assert "exported" not in client.get(address, headers=htmx).content.decode()

    def act(number: int, kind: str = "export") -> None:
        place = f"demo/RUN/a-v1/设计 <{number}>.md"
        done = {"attempt": attempt, "node_run": attempt.node_run, "kind": kind, "key": f"{kind}:{number}"}
        effect = SideEffect.objects.create(**done, target=place, result="Done.")
        SideEffect.objects.filter(pk=effect.pk).update(created_at=begun + timedelta(seconds=number))

    for number in range(1, 6):
        act(number)
    act(6, "link")
    (row,) = timeline(waiting).versions[0].attempts
    _queue, work = row.bars
    seconds = [(mark.x - work.x) / work.width * 10 for mark in row.marks]
    assert seconds == pytest.approx([1, 2, 3, 4, 5], abs=0.05)
    html = client.get(address, headers=htmx).content.decode()
    assert html.count('class="time-line__mark"') == 5
    assert 'title="exported to demo/RUN/a-v1/设计 &lt;1&gt;.md">exported 设计 &lt;1&gt;.md<' in html
    assert "and 2 more" in html and "&lt;4&gt;" not in html


def test_timeline_costs_four_queries_whatever_happened(
    waiting: Run, page: str, as_: Browser, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    as_("builder").post(f"{page}nodes/a/restarts/", {"version": 1})
    with django_assert_num_queries(4):
        timeline(waiting)


def test_work_is_drawn_to_scale_and_a_night_is_shortened() -> None:
    axis = Axis(0, 20 + NIGHT_S, [(0, 10), (10 + NIGHT_S, 20 + NIGHT_S)])
    before, night, after = axis.at(10), axis.at(10 + NIGHT_S) - axis.at(10), 100 - axis.at(10 + NIGHT_S)
    assert before == pytest.approx(after)
    assert night == pytest.approx(before * 2 * IDLE_SHARE, rel=0.01)
    (gap,) = axis.gaps
    assert gap.seconds == NIGHT_S
    assert gap.at == pytest.approx(50)


def test_short_pauses_keep_their_length() -> None:
    axis = Axis(0, 100, [(0, 50), (52, 100)])
    assert axis.gaps == ()
    assert axis.at(52) == pytest.approx(52)


@pytest.mark.parametrize("busy", [[], [(0, 0)], [(-50, -10)], [(500, 900)], [(0, 4), (2, 3), (3, 9)]])
def test_every_time_has_a_place_between_the_ends(busy: list[tuple[float, float]]) -> None:
    axis = Axis(0, 10, busy)
    places = [axis.at(time) for time in (-5, 0, 1, 2, 3, 5, 9, 10, 99)]
    assert places == sorted(places)
    assert (places[0], places[-1]) == (0, 100)


def test_a_run_that_took_no_time_has_a_line_all_the_same() -> None:
    assert Axis(7, 7, [(7, 7)]).at(7) == 0

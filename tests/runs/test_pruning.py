"""Old notices go; what still asks somebody stays for ever."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from aime_project.processes.maintenance import Notices
from runs import pruning
from runs.models import Notification, Run
from runs.pruning import Pruning
from tests.runs.conftest import StartRun
from tests.runs.engine import node
from tests.support.held import while_held

pytestmark = pytest.mark.django_db(transaction=True)
LONG_AGO, LATELY = 200, 170


@pytest.fixture
def run(start: StartRun) -> Run:
    return start("a", confirm=["a"])


def notice(run: Run, user: User, kind: str = "done", *, told: int = 0, read: int | None = None,
           settled: int | None = None) -> Notification:  # fmt: skip
    """Tell a person; `told`, `read` and `settled` are so many days ago."""

    def ago(days: int | None) -> Any:
        return None if days is None else Now() - timedelta(days=days)

    made = Notification.objects.create(
        user=user, run=run, node_run=node(run, "a"), kind=kind, waiting_for="confirm" if kind == "waiting" else "",
        read_at=None if read is None else timezone.now(), settled_at=None if settled is None else timezone.now(),
    )  # fmt: skip
    Notification.objects.filter(pk=made.pk).update(created_at=ago(told), read_at=ago(read), settled_at=ago(settled))
    return made


def people(count: int) -> list[User]:
    return [User.objects.create(username=f"person{number}") for number in range(count)]


def left() -> set[int]:
    return set(Notification.objects.values_list("pk", flat=True))


def prune() -> int:
    looking = Pruning()
    gone = looking.look()
    while looking._after:
        gone += looking.look()
    return gone


def test_what_was_read_or_settled_long_ago_goes_and_what_asks_stays(run: Run) -> None:
    old = {"told": LONG_AGO}
    one, two, three, four, five, six, seven, eight, nine = people(9)
    gone = [
        notice(run, one, **old, read=LONG_AGO),
        notice(run, two, "failed", **old, settled=LONG_AGO),
        notice(run, three, "waiting", **old, settled=LONG_AGO),
        notice(run, four, "waiting", **old, read=LONG_AGO, settled=LONG_AGO),
    ]
    kept = [
        notice(run, five, "waiting", **old),
        notice(run, six, "waiting", **old, read=LONG_AGO),  # seen, and still to be done
        notice(run, seven, "failed", **old),
        notice(run, eight, **old, read=LATELY),
        notice(run, nine, "waiting", **old, settled=LATELY),
    ]
    assert prune() == len(gone)
    assert left() == {row.pk for row in kept}
    assert prune() == 0


def test_supervisor_looks_through_them(run: Run) -> None:
    (person,) = people(1)
    notice(run, person, told=LONG_AGO, read=LONG_AGO)
    Notices().prune()
    assert left() == set()


def test_how_long_is_the_operators_choice(run: Run, settings: Any) -> None:
    (person,) = people(1)
    notice(run, person, told=LATELY, read=LATELY)
    assert prune() == 0
    settings.AIME_NOTICE_DAYS = LATELY - 1
    assert prune() == 1


def test_of_what_a_person_never_read_the_newest_stay_and_all_that_waits(
    start: StartRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pruning, "MOST_UNREAD", 3)
    busy, calm = people(2)
    runs = [start("a", confirm=["a"]) for _number in range(6)]
    waits = notice(runs[0], busy, "waiting")
    told = [notice(run, busy, "failed") for run in runs[1:]]
    told_calm = [notice(run, calm) for run in runs[:3]]
    assert prune() == 2
    assert left() == {waits.pk, *(row.pk for row in [*told[2:], *told_calm])}


def test_every_notice_is_looked_at_a_few_at_a_time(start: StartRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pruning, "ROWS_AT_ONCE", 2)
    (person,) = people(1)
    rows = [notice(start("a", confirm=["a"]), person, told=LONG_AGO, read=LONG_AGO) for _number in range(5)]
    looking = Pruning()
    assert [looking.look() for _look in range(4)] == [2, 2, 1, 0]
    late = notice(start("a", confirm=["a"]), person, told=LONG_AGO, read=LONG_AGO)
    assert late.pk > rows[-1].pk and looking.look() == 1, "it begins anew at the oldest"


def test_notice_that_a_transition_is_settling_is_not_waited_for(run: Run) -> None:
    (person,) = people(1)
    row = notice(run, person, told=LONG_AGO, read=LONG_AGO)

    def look() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '1ms'")
        return prune()

    settle = Notification.objects.filter(pk=row.pk).update
    assert while_held(lambda: settle(settled_at=Now()), look) == (1, 0)
    assert left() == {row.pk}

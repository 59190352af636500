"""Re-runs in the diamond A → (B, C) → D → E: a table, each row by page, by command and as a socket is told it."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from urllib.parse import urlencode

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.contrib.auth.models import User
from django.db import connections

from runs import sql
from runs.consumers import LiveConsumer
from runs.live import hub
from runs.models import NodeRun, Run, RunEvent
from tests.runs.conftest import StartRun
from tests.runs.diamond import GRAPH, NODES, ByAction, ByCommand, ByPage, Person, Scene, look
from tests.runs.engine import assert_sound

pytestmark = pytest.mark.django_db(transaction=True)
ALL = "a1:done b1:done c1:done d1:done e1:done"
FIRST = "b:a1 c:a1 d:b1,c1 e:d1"


@dataclass(frozen=True)
class Row:
    """What happens, and how the run stands then: see `look`. `confirm`: nodes that wait for a person.

    `kept`: what was in flight when it was kept, and is no reused result.
    """

    play: Callable[[Scene], None]
    nodes: str
    run: str
    stale: str = ""
    reused: str = ""
    sources: str = FIRST
    cancelled: str = ""
    confirm: str = ""
    kept: str = ""


def reopen_a_while_b_runs(scene: Scene) -> None:
    scene.turns("a")
    scene.take("b")
    scene.act("say", "a")
    scene.turns("a", left="a.left 2")


def done_while_b_runs(scene: Scene) -> None:
    reopen_a_while_b_runs(scene)
    scene.act("done", "a")


def done_unchanged(scene: Scene) -> None:
    scene.turns("abcde")
    scene.act("say", "a")
    scene.turns("a")
    scene.act("done", "a")


def done_where_only_the_input_of_b_changed(scene: Scene) -> None:
    scene.turns("abcde")
    scene.act("say", "a")
    scene.turns("a", left="a.left 2")
    scene.act("done", "a")


def done_where_only_the_input_of_b_changed_to_the_end(scene: Scene) -> None:
    done_where_only_the_input_of_b_changed(scene)
    scene.turns("bde", "2")


def restart_c_with_d_waiting(scene: Scene) -> None:
    scene.turns("abcd")
    scene.act("restart", "c")


def restart_c_with_d_waiting_to_the_end(scene: Scene) -> None:
    restart_c_with_d_waiting(scene)
    scene.turns("c", "2")
    scene.turns("d", "2")


def restart_a_twice(scene: Scene) -> None:
    scene.turns("abcde")
    scene.act("restart", "a")
    scene.take("a")
    scene.act("restart", "a")


def restart_a_twice_to_its_acceptance(scene: Scene) -> None:
    restart_a_twice(scene)
    scene.turns("a", "3")


def cancel_c(scene: Scene) -> None:
    scene.turns("ab")
    scene.take("c")
    scene.act("cancel", "c")


def cancel_c_then_continue(scene: Scene) -> None:
    cancel_c(scene)
    scene.act("retry", "c")
    scene.turns("cd")


def b_failed_and_re_run(scene: Scene) -> None:
    scene.turns("a")
    scene.fail("b")
    scene.turns("c")
    scene.act("restart", "b")
    scene.turns("bd", "2")


def e_reopened_in_a_cancelled_run(scene: Scene) -> None:
    scene.turns("abcde")
    scene.act("say", "a")
    scene.person.cancel_run(scene.run)
    scene.act("say", "e")
    scene.turns("e", "2")


def e_reopened_in_a_cancelled_run_and_done(scene: Scene) -> None:
    e_reopened_in_a_cancelled_run(scene)
    scene.act("done", "e")


def cancelled_run_continued_from_b(scene: Scene) -> None:
    scene.turns("a")
    scene.take("b")
    scene.person.cancel_run(scene.run)
    scene.act("restart", "b")
    scene.turns("b", "2")


ROWS = {
    "reopen A while B runs": Row(
        reopen_a_while_b_runs, "a1:waiting/done b1:running c1:queued d1:pending e1:pending", "running",
        stale="b", sources="b:a1 c:a1",
    ),
    "… and Done": Row(
        done_while_b_runs, "a1:done b2:queued c1:queued d1:pending e1:pending", "running",
        sources="b:a1 c:a1", cancelled="b1#1", kept="c",
    ),
    "Done unchanged": Row(done_unchanged, ALL, "done", reused="bcde"),
    "Done where only B's input changed": Row(
        done_where_only_the_input_of_b_changed, "a1:done b2:queued c1:done d2:pending e2:pending", "running",
        reused="c", sources="b:a1 c:a1",
    ),
    "… to the end": Row(
        done_where_only_the_input_of_b_changed_to_the_end, "a1:done b2:done c1:done d2:done e2:done", "done",
        reused="c", sources="b:a1 c:a1 d:b2,c1 e:d2",
    ),
    "restart C with D waiting": Row(
        restart_c_with_d_waiting, "a1:done b1:done c2:queued d1:cancelled e1:pending", "running",
        stale="d", sources="b:a1 c:a1 d:b1,c1", confirm="d",
    ),
    "… and C accepted": Row(
        restart_c_with_d_waiting_to_the_end, "a1:done b1:done c2:done d2:waiting/confirm e1:pending", "waiting",
        sources="b:a1 c:a1 d:b1,c2", confirm="d",
    ),
    "restart A twice": Row(
        restart_a_twice, "a3:queued b1:done c1:done d1:done e1:done", "running", stale="bc", cancelled="a2#1",
    ),
    "… and A accepted": Row(
        restart_a_twice_to_its_acceptance, "a3:done b2:queued c2:queued d2:pending e2:pending", "running",
        sources="b:a3 c:a3", cancelled="a2#1",
    ),
    "cancel C": Row(
        cancel_c, "a1:done b1:done c1:cancelled d1:pending e1:pending", "cancelled",
        sources="b:a1 c:a1", cancelled="c1#1",
    ),
    "… then continue": Row(
        cancel_c_then_continue, "a1:done b1:done c1:done d1:done e1:queued", "running", cancelled="c1#1",
    ),
    "B failed and re-run": Row(
        b_failed_and_re_run, "a1:done b2:done c1:done d1:done e1:queued", "running", sources="b:a1 c:a1 d:b2,c1 e:d1",
    ),
    "E reopened in a cancelled run": Row(
        e_reopened_in_a_cancelled_run, "a1:cancelled b1:done c1:done d1:done e1:waiting/done", "waiting",
        cancelled="a1#2",
    ),
    "… and its Done": Row(
        e_reopened_in_a_cancelled_run_and_done, "a1:cancelled b1:done c1:done d1:done e1:done", "cancelled",
        cancelled="a1#2",
    ),
    "a cancelled run continued from B": Row(
        cancelled_run_continued_from_b, "a1:done b2:done c2:queued d2:pending e2:pending", "running",
        sources="b:a1 c:a1", cancelled="b1#1 c1#1",
    ),
}  # fmt: skip
EACH = pytest.mark.parametrize("row", [pytest.param(row, id=name) for name, row in ROWS.items()])


@EACH
@pytest.mark.parametrize("means", [ByPage, ByCommand])
def test_row_of_the_diamond(start: StartRun, builder: User, row: Row, means: Callable[[User], Person]) -> None:
    run = start(GRAPH, node_type="task", nodes=NODES, confirm=row.confirm)
    row.play(Scene(run, means(builder)))
    assert_row(run, row)


@EACH
async def test_socket_is_told_what_a_row_of_the_diamond_did(
    start: StartRun, builder: User, row: Row, transactional_db: None
) -> None:
    """Every new version, status and reuse arrives once, in order; who listens ends with what the rows say."""
    run = await sync_to_async(start)(GRAPH, node_type="task", nodes=NODES, confirm=row.confirm)
    socket = WebsocketCommunicator(LiveConsumer.as_asgi(), f"/ws/live/?{urlencode({'run': run.public_id})}")
    socket.scope["user"] = builder
    assert (await socket.connect(120))[0]
    await sync_to_async(row.play)(Scene(run, ByAction(builder)))
    frames = await received(socket, await sync_to_async(last_number)(run))
    await socket.disconnect(timeout=120)
    told = {frame["n"]: frame["v"] for frame in frames if frame["t"] == "node" and "n" in frame}
    assert [frame["s"] for frame in frames] == list(range(1, len(frames) + 1))
    assert told == await sync_to_async(latest_numbers)(run, told)
    seen = {(f["k"], f["n"], f["v"]) for f in frames if f["t"] == "node" and "n" in f}
    assert {n for k, n, _v in seen if k == "node.reused"} == {*row.reused, *row.kept}
    for name in row.cancelled.split():
        assert ("node.status", name[0], int(name[1])) in seen
    await sync_to_async(assert_row)(run, row)


@pytest.fixture(autouse=True)
async def _close_connections() -> AsyncIterator[None]:
    yield
    await hub().stop()
    await sync_to_async(connections.close_all)()


def assert_row(run: Run, row: Row) -> None:
    """Compare a run with its row; whatever happened, the rules hold and it is still the template version it was."""
    expected = {name: getattr(row, name) for name in ("run", "nodes", "stale", "reused", "sources", "cancelled")}
    assert look(run) == expected
    assert Run.objects.get(pk=run.pk).version_id == run.version_id
    assert_sound(run)


async def received(socket: WebsocketCommunicator, last: int) -> list[dict[str, object]]:
    """Read what a socket gets, up to a number."""
    frames: list[dict[str, object]] = []
    while not frames or frames[-1]["s"] != last:
        frame = json.loads(await asyncio.wait_for(socket.receive_from(120), 120))
        frames += [frame] if "s" in frame else []  # the rest is about the page's other lists
    return frames


def last_number(run: Run) -> int:
    """Give the number of the run's last event."""
    return int(sql.rows("SELECT seq FROM runs_runsequence WHERE run_id = %s", (run.pk,))[0][0])


def latest_numbers(run: Run, keys: dict[object, object]) -> dict[str, int]:
    """Give the numbers of the latest versions of some nodes."""
    assert RunEvent.objects.filter(run=run).exists()
    rows = NodeRun.objects.filter(run=run, is_latest=True, key__in=list(keys))
    return dict(rows.values_list("key", "number"))

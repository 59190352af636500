"""The hub against a real PostgreSQL and its notifications: nothing lost, nothing doubled, nobody waits for anybody."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.db import connection, connections

from aime_project.processes.embedded_postgres import EmbeddedPostgres
from runs.actions.notifications import read_all
from runs.actions.runs import cancel_run
from runs.live import Hub
from runs.live_outlets import CLOSED_FORBIDDEN, CLOSED_RESTART, CLOSED_SLOW, QUEUE_MAX, Outlet
from runs.models import NodeRun, Notification, Run, RunEvent
from spaces.models import Membership, Role, Space
from tests.factories import make_run, make_space, make_workflow
from tests.runs.streams import Stream, start_stream

pytestmark = pytest.mark.django_db(transaction=True)
WAIT_S = 120.0


class Watcher:
    """A page: what its socket got. It checks on every frame what a browser relies on."""

    def __init__(self, after: int = 0) -> None:
        self.frames: list[dict[str, Any]] = []
        self.last = after
        self.texts: dict[str, str] = {}
        self.starts: dict[str, int] = {}
        self.code: int | None = None
        self.outlet: Outlet | None = None

    async def send(self, text: str) -> None:
        frame = json.loads(text)
        self.frames.append(frame)
        if "s" in frame:
            assert frame["s"] > self.last
            self.last = frame["s"]
        if frame["t"] == "delta":
            before = self.texts.get(frame["m"], "")
            start = self.starts.setdefault(frame["m"], frame["o"])  # an `after` in the middle begins in the middle
            assert frame["o"] == start + len(before)
            self.texts[frame["m"]] = before + frame["x"]

    async def close(self, code: int) -> None:
        self.code = code

    def watch(self, hub: Hub, run: Run, user: User, role: str = "builder") -> "Watcher":
        self.outlet = Outlet(self.send, self.close, user_id=user.pk, space_id=run.space_id, role=role)
        hub.follow_run(self.outlet, run.pk, self.last)
        return self

    def watch_space(self, hub: Hub, space: Space, user: User, role: str = "builder") -> "Watcher":
        self.outlet = Outlet(self.send, self.close, user_id=user.pk, space_id=space.pk, role=role)
        hub.follow_spaces(self.outlet)
        return self

    def kinds(self) -> list[str]:
        return [frame.get("k", frame["t"]) for frame in self.frames]


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(WAIT_S):
        while not condition():
            await asyncio.sleep(0.01)


@pytest.fixture
async def hubs() -> AsyncIterator[Callable[..., Hub]]:
    made: list[Hub] = []

    def make(**options: Any) -> Hub:
        made.append(Hub(**options))
        return made[-1]

    yield make
    for hub in made:
        for outlet in hub.outlets():
            hub.leave(outlet)
        await hub.stop()
    await sync_to_async(connections.close_all)()


@pytest.fixture
def hub(hubs: Callable[..., Hub]) -> Hub:
    return hubs(safety_s=60)


@pytest.fixture
def run(builder: User, transactional_db: None) -> Run:
    return make_run(make_workflow("a → b", space=make_space(builder=builder), owner=builder))


@pytest.fixture
def stream(run: Run) -> Stream:
    return start_stream(run)


async def test_new_socket_gets_the_backlog_and_then_what_comes(
    hub: Hub, run: Run, stream: Stream, builder: User
) -> None:
    await stream.awrite("Hello ", "𠮷", "👩‍💻 ")
    watcher = Watcher().watch(hub, run, builder)
    await until(lambda: watcher.texts.get(stream.public_id) == stream.text)
    await stream.awrite("more", " “text”\n\t\\")
    await until(lambda: watcher.texts[stream.public_id] == stream.text)
    await stream.afinish()
    await until(lambda: "message.finished" in watcher.kinds())


async def test_frames_of_events_carry_ids_and_no_content(hub: Hub, run: Run, stream: Stream, builder: User) -> None:
    watcher = Watcher().watch(hub, run, builder)
    await stream.awrite("secret")
    await stream.afinish()
    await until(lambda: "message.finished" in watcher.kinds())
    events = {frame["k"]: frame for frame in watcher.frames if frame["t"] != "delta"}
    assert events["run.started"] == {"s": 1, "t": "run", "k": "run.started"}
    assert events["node.status"]["t"] == "node"
    assert (events["node.status"]["n"], events["node.status"]["v"]) == ("a", 1)
    assert events["message.finished"]["t"] == "message"
    assert events["message.finished"]["m"] == stream.public_id
    assert len(events["message.added"]["m"]) == 26
    assert all(set(frame) <= {"s", "t", "n", "v", "m", "k"} for frame in events.values())


async def test_tool_and_output_events_have_the_topics_of_what_they_change(hub: Hub, run: Run, builder: User) -> None:
    last = await RunEvent.objects.filter(run=run).acount()
    for number, kind in enumerate(("tool.started", "output.set", "artifact.added"), start=last + 1):
        await RunEvent.objects.acreate(run=run, seq=number, kind=kind, data={"n": "a", "v": 1, "m": "X" * 26})
    watcher = Watcher(last).watch(hub, run, builder)
    await until(lambda: len(watcher.frames) == 3)
    assert [frame["t"] for frame in watcher.frames] == ["message", "node", "artifact"]


async def test_socket_with_a_number_gets_only_what_is_after_it(
    hub: Hub, run: Run, stream: Stream, builder: User
) -> None:
    early = Watcher().watch(hub, run, builder)
    await stream.awrite("one ", "two ")
    await until(lambda: early.texts.get(stream.public_id) == stream.text)
    late = Watcher(early.last - 1).watch(hub, run, builder)
    ahead = Watcher(early.last + 1).watch(hub, run, builder)
    await until(lambda: late.last == early.last)
    assert late.texts == {stream.public_id: "two "}
    await stream.awrite("three ", "four ")
    await until(lambda: early.texts[stream.public_id] == stream.text)
    await until(lambda: late.texts[stream.public_id] == "two three four ")
    await until(lambda: ahead.texts.get(stream.public_id) == "four ")


async def test_long_backlog_comes_whole_while_others_go_on(hub: Hub, run: Run, stream: Stream, builder: User) -> None:
    first = await RunEvent.objects.filter(run=run).acount()
    events = [RunEvent(run=run, seq=number, kind="node.status", data={"n": "a"}) for number in range(first + 1, 3500)]
    await RunEvent.objects.abulk_create(events)
    await sync_to_async(lambda: run.sequence.__class__.objects.filter(run=run).update(seq=3499))()
    here = Watcher(3499).watch(hub, run, builder)
    back = Watcher().watch(hub, run, builder)
    await stream.awrite("now")
    await until(lambda: here.texts.get(stream.public_id) == "now")
    await until(lambda: back.last == here.last)
    assert len(back.frames) == 3500


async def test_lost_notification_is_made_good_by_the_safety_pull(
    hubs: Callable[..., Hub], run: Run, stream: Stream, builder: User
) -> None:
    watcher = Watcher().watch(hubs(safety_s=0.3), run, builder)
    await stream.awrite("heard ")
    await until(lambda: watcher.texts.get(stream.public_id) == "heard ")
    await stream.awrite("unheard", notify=False)
    await until(lambda: watcher.texts[stream.public_id] == "heard unheard")


@pytest.mark.parametrize("which", ["LISTEN %", "%SELECT %(reader.place|m.user_id|session_key FROM)%"])
async def test_killed_connection_loses_nothing(hub: Hub, run: Run, stream: Stream, builder: User, which: str) -> None:
    watcher = Watcher().watch(hub, run, builder)
    await stream.awrite("before ")
    await until(lambda: watcher.texts.get(stream.public_id) == stream.text)
    assert await sync_to_async(terminate)(which) >= 1
    await stream.awrite("during ", "and ")
    await until(lambda: watcher.texts[stream.public_id] == stream.text)
    await stream.awrite("after")
    await until(lambda: watcher.texts[stream.public_id] == stream.text)


def terminate(query: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid() AND query SIMILAR TO %s",
            [query],
        )
        return int(cursor.fetchone()[0])


@pytest.fixture
def restartable(embedded_postgres: EmbeddedPostgres | None, transactional_db: None) -> Iterator[EmbeddedPostgres]:
    """The session's own server; every connection of the test is opened anew afterwards."""
    if embedded_postgres is None:
        pytest.skip("the server given by DATABASE_URL is not ours to restart")
    yield embedded_postgres
    connections.close_all()


async def test_restarted_database_loses_nothing(
    restartable: EmbeddedPostgres, hub: Hub, run: Run, stream: Stream, builder: User
) -> None:
    watcher = Watcher().watch(hub, run, builder)
    await stream.awrite("before ")
    await until(lambda: watcher.texts.get(stream.public_id) == stream.text)
    await asyncio.to_thread(restartable.stop)
    await until(lambda: "interrupted" in watcher.kinds())
    late = Watcher(watcher.last).watch(hub, run, builder)
    await until(lambda: late.kinds() == ["interrupted"])
    restartable.start()  # not on a thread: the server ends with the thread that started it
    await sync_to_async(connections.close_all)()
    await stream.awrite("after")
    await until(lambda: watcher.texts[stream.public_id] == stream.text)
    await until(lambda: late.last == watcher.last)
    for page in (watcher, late):
        assert [kind for kind in page.kinds() if kind in ("interrupted", "resumed")] == ["interrupted", "resumed"]
        assert page.code is None


async def test_slow_socket_is_sent_away_and_holds_up_nobody(hub: Hub, run: Run, stream: Stream, builder: User) -> None:
    class Stuck(Watcher):
        async def send(self, text: str) -> None:
            await self.released.wait()
            await super().send(text)

    stuck, quick = Stuck(), Watcher()
    stuck.released = asyncio.Event()  # type: ignore[attr-defined]
    stuck.watch(hub, run, builder)
    quick.watch(hub, run, builder)
    await stream.awrite("x")
    await until(lambda: quick.texts.get(stream.public_id) == "x")
    assert stuck.outlet is not None
    stuck.outlet.offer(["{}"] * QUEUE_MAX)
    await stream.awrite("y")
    await until(lambda: quick.texts[stream.public_id] == "xy")
    stuck.released.set()  # type: ignore[attr-defined]
    await until(lambda: stuck.code == CLOSED_SLOW)
    assert quick.code is None


@pytest.mark.parametrize("announced", [True, False])
async def test_change_of_membership_closes_the_sockets_of_that_person(
    hubs: Callable[..., Hub], run: Run, builder: User, admin: User, announced: bool
) -> None:
    await Membership.objects.acreate(space_id=run.space_id, user=admin, role=Role.ADMIN)
    hub = hubs(safety_s=60 if announced else 0.1)
    watcher, other = Watcher().watch(hub, run, builder), Watcher().watch(hub, run, admin, "admin")
    lists = Watcher().watch_space(hub, await Space.objects.aget(pk=run.space_id), builder)
    await until(lambda: bool(watcher.frames and other.frames))
    await Membership.objects.filter(user=builder).aupdate(role=Role.VIEWER)
    if announced:
        await sync_to_async(announce)()
    await until(lambda: (watcher.code, lists.code) == (CLOSED_FORBIDDEN, CLOSED_FORBIDDEN))
    assert other.code is None
    await User.objects.filter(pk=admin.pk).aupdate(is_active=False)
    if announced:
        await sync_to_async(announce)()
    await until(lambda: other.code == CLOSED_FORBIDDEN)


def announce() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify('aime_access', '')")


async def test_space_gets_notices_of_its_runs_but_not_of_personal_ones(
    hub: Hub, run: Run, builder: User, admin: User
) -> None:
    space = await Space.objects.aget(pk=run.space_id)
    await Membership.objects.acreate(space=space, user=admin, role=Role.ADMIN)
    mine, others = Watcher().watch_space(hub, space, builder), Watcher().watch_space(hub, space, admin, "admin")
    await until(lambda: bool(mine.frames and others.frames))  # one when the hub has connected
    workflow = await sync_to_async(make_workflow)("p", space=space, owner=builder, visibility="personal")
    await sync_to_async(make_run)(workflow)
    await until(lambda: len(mine.frames) == 2)
    assert len(others.frames) == 1
    await sync_to_async(cancel_run)(run=run, by=builder)
    await until(lambda: len(mine.frames) == 3 and len(others.frames) == 2)
    assert mine.frames == [{"t": "notice"}] * 3


async def test_what_a_person_read_is_known_to_their_other_pages_alone(
    hub: Hub, run: Run, builder: User, admin: User
) -> None:
    space = await Space.objects.aget(pk=run.space_id)
    await Membership.objects.acreate(space=space, user=admin, role=Role.ADMIN)
    node = await NodeRun.objects.aget(run=run, key="a")
    await Notification.objects.acreate(user=builder, run=run, node_run=node, kind="done")
    mine, others = Watcher().watch_space(hub, space, builder), Watcher().watch_space(hub, space, admin, "admin")
    await until(lambda: bool(mine.frames and others.frames))  # one when the hub has connected
    await sync_to_async(read_all)(by=builder)
    await until(lambda: len(mine.frames) == 2)
    assert len(others.frames) == 1


async def test_text_gives_no_notice(hub: Hub, run: Run, stream: Stream, builder: User) -> None:
    space = await Space.objects.aget(pk=run.space_id)
    lists, page = Watcher().watch_space(hub, space, builder), Watcher().watch(hub, run, builder)
    await until(lambda: bool(lists.frames))
    await stream.awrite("text")
    await until(lambda: page.texts.get(stream.public_id) == "text")
    await asyncio.sleep(0.8)
    assert len(lists.frames) == 1


async def test_socket_that_left_gets_nothing_more(hub: Hub, run: Run, stream: Stream, builder: User) -> None:
    gone, stays = Watcher().watch(hub, run, builder), Watcher().watch(hub, run, builder)
    await until(lambda: gone.last == stays.last > 0)
    assert gone.outlet is not None
    hub.leave(gone.outlet)
    await stream.awrite("text")
    await until(lambda: stays.texts.get(stream.public_id) == "text")
    assert gone.texts == {}
    assert stays.outlet is not None
    hub.leave(stays.outlet)
    assert not hub.outlets()


async def test_bug_in_the_hub_sends_sockets_away_and_the_next_one_works(
    hub: Hub, run: Run, stream: Stream, builder: User
) -> None:
    watcher = Watcher().watch(hub, run, builder)
    await until(lambda: watcher.last > 0)
    await sync_to_async(nonsense)()
    await until(lambda: watcher.code == CLOSED_RESTART)
    assert watcher.outlet is not None
    hub.leave(watcher.outlet)
    again = Watcher(watcher.last).watch(hub, run, builder)
    await stream.awrite("works")
    await until(lambda: again.texts.get(stream.public_id) == "works")


def nonsense() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify('aime_live', 'no such thing')")


async def test_stopped_hub_tells_sockets_to_come_back(hub: Hub, run: Run, builder: User) -> None:
    watcher = Watcher().watch(hub, run, builder)
    await until(lambda: watcher.last > 0)
    await hub.stop()
    await until(lambda: watcher.code == CLOSED_RESTART)


async def test_pages_that_come_and_go_in_any_order_read_every_character_once(
    hub: Hub, run: Run, stream: Stream, builder: User
) -> None:
    """Every page reconnects with the last number it has; joined, its text is the text."""
    draw = random.Random(7)
    pages: list[Watcher] = []
    for step in range(60):
        await stream.awrite(*(f"{step}.{part}𠮷 " for part in range(draw.randint(1, 4))))
        if draw.random() < 0.3:
            pages.append(Watcher().watch(hub, run, builder))
        if pages and draw.random() < 0.4:
            page = draw.choice(pages)
            assert page.outlet is not None
            hub.leave(page.outlet)
            await until(lambda page=page: page.outlet._task.done())  # type: ignore[misc,union-attr]
            page.watch(hub, run, builder)
    await until(lambda: all(page.texts.get(stream.public_id) == stream.text for page in pages))
    assert len(pages) > 10

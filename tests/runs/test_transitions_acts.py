"""Every act in every status of a node version: allowed, or refused with the sentence that says what would be right."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User

from runs.access import standing
from runs.errors import ActRefused
from runs.executors.base import Done, Failed
from runs.models import Message, Run
from runs.pages.panel import panel
from runs.transitions import acts, attempts
from runs.transitions.outputs import outputs_sha256
from tests.runs.conftest import StartRun
from tests.runs.engine import (
    assert_sound,
    attempt_of,
    fail_for_good,
    kinds,
    node,
    offered,
    speak,
    statuses,
    take_one,
    text,
    turn,
    verdict_of,
)

pytestmark = pytest.mark.django_db
SAYS = {"outputs": [{"name": "out", "type": "text", "description": "What came out."}]}
BUSY = Failed("rate_limited", "Wait.", transient=True)


def _reach(run: Run, status: str, by: int) -> None:
    """Bring node "b" of "a → b" into a status."""
    if status == "pending":
        return
    turn(run, "a")
    acts.confirm(run.pk, "a", 1, by=by)
    steps: dict[str, Callable[[], object]] = {
        "queued": lambda: None,
        "running": lambda: take_one(run, "b"),
        "retrying": lambda: attempts.fail(take_one(run, "b"), BUSY),
        "confirm": lambda: turn(run, "b", out="1"),
        "outputs": lambda: attempts.finish(take_one(run, "b"), Done(missing="nothing found")),
        "stopped": lambda: (take_one(run, "b"), acts.stop(run.pk, "b", 1, by=by)),
        "reopened": lambda: (turn(run, "b", out="1"), _accept(run, by), _say(run, by), turn(run, "b", out="2")),
        "done": lambda: (turn(run, "b", out="1"), _accept(run, by)),
        "failed": lambda: fail_for_good(run, "b"),
        "cancelled": lambda: (take_one(run, "b"), acts.cancel_node(run.pk, "b", 1, by=by)),
    }
    steps[status]()


def _accept(run: Run, by: int) -> None:
    acts.confirm(run.pk, "b", 1, by=by)


def _say(run: Run, by: int) -> None:
    acts.say(run.pk, "b", 1, by=by, text="Once more")


ACTS: dict[str, Callable[[Run, int], object]] = {
    "say": _say,
    "stop": lambda run, by: acts.stop(run.pk, "b", 1, by=by),
    "confirm": _accept,
    "done": lambda run, by: acts.done(run.pk, "b", 1, by=by),
    "restart": lambda run, by: acts.restart(run.pk, "b", 1, by=by),
    "retry_turn": lambda run, by: acts.retry_turn(run.pk, "b", 1, by=by),
    "cancel_node": lambda run, by: acts.cancel_node(run.pk, "b", 1, by=by),
    "cancel_run": lambda run, by: acts.cancel_run(run.pk, by=by),
}
COLUMNS = ("say", "stop", "confirm", "done", "restart", "retry_turn", "cancel_node", "cancel_run")
STOP_FIRST = "still working; stop it first"
NOTHING_RUNS = "Nothing is running"
WORKING = "still working; wait for it or stop it"
NOT_BEGUN = "has not begun"
ONLY_FAILED = "Only a failed, stopped or cancelled turn"
ENDED = "already ended"
Q2, Q1 = "b2:queued", "b1:queued"
TABLE: dict[str, tuple[str, ...]] = {
    # status of b    say, stop, confirm, done, restart, retry_turn, cancel_node, cancel_run
    "pending": (
        "has not started", NOTHING_RUNS, "is pending", "is pending", NOT_BEGUN, ONLY_FAILED, "b1:cancelled",
        "b1:cancelled",
    ),
    "queued": (
        STOP_FIRST, "b1:waiting/stopped", WORKING, WORKING, NOT_BEGUN, ONLY_FAILED, "b1:cancelled", "b1:cancelled",
    ),
    "running": (
        STOP_FIRST, "b1:waiting/stopped", WORKING, WORKING, Q2, ONLY_FAILED, "b1:cancelled", "b1:cancelled",
    ),
    "retrying": (
        STOP_FIRST, "b1:waiting/stopped", WORKING, WORKING, Q2, ONLY_FAILED, "b1:cancelled", "b1:cancelled",
    ),
    "confirm": (
        Q1, NOTHING_RUNS, "b1:done", "right act here is “confirm”", Q2, ONLY_FAILED, "b1:cancelled", "b1:cancelled",
    ),
    "outputs": (
        Q1, NOTHING_RUNS, "still missing: out", "right act here is “confirm”", Q2, "has its answer", "b1:cancelled",
        "b1:cancelled",
    ),
    "stopped": (
        Q1, NOTHING_RUNS, "still missing: out", "right act here is “confirm”", Q2, Q1, "b1:cancelled", "b1:cancelled",
    ),
    "reopened": (
        Q1, NOTHING_RUNS, "right act here is “done”", "b1:done", Q2, ONLY_FAILED, "b1:cancelled", "b1:cancelled",
    ),
    "done": (Q1, NOTHING_RUNS, "already accepted", "already accepted", Q2, ONLY_FAILED, ENDED, ENDED),
    "failed": (Q1, NOTHING_RUNS, "is failed", "is failed", Q2, Q1, ENDED, ENDED),
    "cancelled": (Q1, NOTHING_RUNS, "is cancelled", "is cancelled", Q2, Q1, ENDED, ENDED),
}  # fmt: skip
CASES = [(status, act, TABLE[status][place]) for status in TABLE for place, act in enumerate(COLUMNS)]


@pytest.mark.parametrize(("status", "act", "expected"), CASES, ids=[f"{status}-{act}" for status, act, _ in CASES])
def test_act_in_status_moves_the_node_or_is_refused_with_the_right_sentence(
    start: StartRun, builder: User, status: str, act: str, expected: str
) -> None:
    run = start("a → b", node_type="task", confirm=["a", "b"], nodes={"b": SAYS})
    _reach(run, status, builder.pk)
    before = statuses(run)
    if expected[:1] == "b" and expected[2:3] == ":":
        ACTS[act](run, builder.pk)
        assert statuses(run).split()[1] == expected
    else:
        with pytest.raises(ActRefused, match=expected):
            ACTS[act](run, builder.pk)
        assert statuses(run) == before
    assert_sound(run)


@pytest.mark.parametrize("status", TABLE)
def test_page_offers_exactly_the_acts_that_the_status_takes(start: StartRun, builder: User, status: str) -> None:
    run = start("a → b", node_type="task", confirm=["a", "b"], nodes={"b": SAYS})
    _reach(run, status, builder.pk)
    page = panel(run, node(run, "b"), standing(builder, run), with_messages=False)
    taken = {act for act, expected in zip(COLUMNS, TABLE[status], strict=True) if expected[2:3] == ":"}
    assert offered(page) == taken - {"cancel_run"}


@pytest.mark.parametrize("act", [name for name in COLUMNS if name != "cancel_run"])
def test_act_on_an_old_version_is_refused(start: StartRun, builder: User, act: str) -> None:
    run = start("a → b", node_type="task", confirm=["a", "b"], nodes={"b": SAYS})
    _reach(run, "confirm", builder.pk)
    acts.restart(run.pk, "b", 1, by=builder.pk)
    with pytest.raises(ActRefused, match="Version 1 of this node is history; version 2 is current"):
        ACTS[act](run, builder.pk)
    assert_sound(run)


def test_act_on_an_unknown_node_is_refused(start: StartRun, builder: User) -> None:
    with pytest.raises(ActRefused, match="This run has no node “zz”"):
        acts.stop(start("a").pk, "zz", 1, by=builder.pk)


def test_say_to_a_node_without_a_conversation_is_refused(start: StartRun, builder: User) -> None:
    run = start("a", confirm=["a"])
    turn(run, "a")
    with pytest.raises(ActRefused, match="no conversation yet"):
        acts.say(run.pk, "a", 1, by=builder.pk, text="Hello?")


def test_say_keeps_the_author_and_queues_an_attempt_at_that_message(start: StartRun, builder: User) -> None:
    run = start("a", node_type="task", confirm=["a"])
    turn(run, "a")
    message = Message.objects.get(pk=acts.say(run.pk, "a", 1, by=builder.pk, text="你好 👩‍💻"))
    assert (message.author, message.text, message.status) == (builder, "你好 👩‍💻", "complete")
    assert attempt_of(run, "a").message == message
    assert verdict_of(run) == "running"


def test_say_to_a_finished_run_makes_it_run_again(start: StartRun, builder: User) -> None:
    run = start("a → b", node_type="task")
    turn(run, "a")
    turn(run, "b")
    assert verdict_of(run) == "done"
    acts.say(run.pk, "a", 1, by=builder.pk, text="Wait")
    run.refresh_from_db()
    assert (run.status, run.finished_at) == ("running", None)
    turn(run, "a")
    assert statuses(run) == "a1:waiting/done b1:done", "reopened: accepted by a person only"
    assert_sound(run)


def test_stop_of_a_running_turn_keeps_its_text_and_chooses_no_outputs(start: StartRun, builder: User) -> None:
    run = start("a", node_type="task", nodes={"a": SAYS})
    job = take_one(run, "a")
    message = speak(job, "so far so go")
    acts.stop(run.pk, "a", 1, by=builder.pk)
    message.refresh_from_db()
    assert (message.text, message.status) == ("so far so go", "stopped")
    assert statuses(run) == "a1:waiting/stopped", "without the confirm switch, too"
    assert not attempts.finish(job, Done((text("out", "late"),)))
    assert not node(run, "a").output_values.exists()
    assert_sound(run)


def test_confirm_of_outputs_that_changed_since_is_refused(start: StartRun, builder: User) -> None:
    run = start("a → b", node_type="task", confirm=["a"], nodes={"a": SAYS})
    turn(run, "a", out="1")
    seen = outputs_sha256(node(run, "a").pk)
    acts.say(run.pk, "a", 1, by=builder.pk, text="Make it 2")
    turn(run, "a", out="2")
    with pytest.raises(ActRefused, match="The outputs changed since you saw them"):
        acts.confirm(run.pk, "a", 1, by=builder.pk, outputs=seen)
    acts.confirm(run.pk, "a", 1, by=builder.pk, outputs=outputs_sha256(node(run, "a").pk))
    version = node(run, "a")
    assert version.accepted_by == builder and version.accepted_at
    assert version.accepted_sha256 == outputs_sha256(version.pk) != seen
    assert statuses(run) == "a1:done b1:queued"


def test_confirm_of_a_stopped_turn_with_all_outputs_accepts_the_last_ones(start: StartRun, builder: User) -> None:
    run = start("a → b", node_type="task", confirm=["a"], nodes={"a": SAYS})
    turn(run, "a", out="1")
    acts.say(run.pk, "a", 1, by=builder.pk, text="More")
    take_one(run, "a")
    acts.stop(run.pk, "a", 1, by=builder.pk)
    acts.confirm(run.pk, "a", 1, by=builder.pk)
    assert statuses(run) == "a1:done b1:queued"


def test_done_by_another_person_keeps_who_accepted_first(start: StartRun, builder: User, admin: User) -> None:
    run = start("a", node_type="task", confirm=["a"])
    turn(run, "a")
    acts.confirm(run.pk, "a", 1, by=builder.pk)
    first = node(run, "a")
    acts.say(run.pk, "a", 1, by=admin.pk, text="More")
    turn(run, "a")
    acts.done(run.pk, "a", 1, by=admin.pk)
    again = node(run, "a")
    assert (again.accepted_by, again.accepted_at) == (builder, first.accepted_at)


def test_retry_turn_after_a_stop_takes_half_an_answer_out_of_the_context(start: StartRun, builder: User) -> None:
    run = start("a", node_type="task")
    message = speak(take_one(run, "a"), "half an ans")
    acts.stop(run.pk, "a", 1, by=builder.pk)
    acts.retry_turn(run.pk, "a", 1, by=builder.pk)
    message.refresh_from_db()
    assert (message.status, message.text) == ("interrupted", "half an ans")
    assert "message.dropped a interrupted" in kinds(run), "other browsers fold it too"
    assert_sound(run)


def test_retry_turn_after_a_failure_tries_the_same_message_again(start: StartRun, builder: User) -> None:
    run = start("a", node_type="task")
    fail_for_good(run, "a")
    acts.retry_turn(run.pk, "a", 1, by=builder.pk)
    attempt = attempt_of(run, "a")
    assert (attempt.number, attempt.try_number, attempt.message.ordinal) == (2, 1, 1)
    assert node(run, "a").error == "" and verdict_of(run) == "running"
    turn(run, "a")
    assert statuses(run) == "a1:done"
    assert_sound(run)


def test_retry_turn_after_a_whole_answer_takes_it_out_of_the_context(start: StartRun, builder: User) -> None:
    run = start("a", node_type="task")
    job = take_one(run, "a")
    message = speak(job, "An answer whose outputs could not be read")
    Message.objects.filter(pk=message.pk).update(status="complete", finished_at=message.created_at, delta_count=2)
    message.deltas.all().delete()
    attempts.fail(job, Failed("outputs_unreadable", "No JSON."))
    acts.retry_turn(run.pk, "a", 1, by=builder.pk)
    message.refresh_from_db()
    assert message.status == "interrupted"
    assert_sound(run)


def test_retry_turn_of_a_node_that_never_ran_is_refused(start: StartRun, builder: User) -> None:
    run = start("a → b")
    acts.cancel_node(run.pk, "b", 1, by=builder.pk)
    with pytest.raises(ActRefused, match="never started; restart it instead"):
        acts.retry_turn(run.pk, "b", 1, by=builder.pk)


def test_retry_turn_of_a_node_without_a_conversation_tries_it_again(start: StartRun, builder: User) -> None:
    run = start("a")
    fail_for_good(run, "a")
    acts.retry_turn(run.pk, "a", 1, by=builder.pk)
    turn(run, "a")
    assert statuses(run) == "a1:done"


def test_cancel_run_ends_every_open_node_and_names_who(start: StartRun, builder: User) -> None:
    run = start("a; b → c; d")
    turn(run, "a")
    fail_for_good(run, "d")
    job = take_one(run, "b")
    acts.cancel_run(run.pk, by=builder.pk)
    assert statuses(run) == "a1:done b1:cancelled c1:cancelled d1:failed"
    run.refresh_from_db()
    assert (run.status, run.cancelled_by) == ("failed", builder) and run.cancelled_at
    assert not attempts.finish(job, Done()), "nothing starts after a cancel"
    assert_sound(run)


def test_cancel_node_leaves_the_other_branches_going(start: StartRun, builder: User) -> None:
    run = start("a → c; b → c")
    take_one(run, "a")
    acts.cancel_node(run.pk, "a", 1, by=builder.pk)
    turn(run, "b")
    assert statuses(run) == "a1:cancelled b1:done c1:pending"
    assert verdict_of(run) == "cancelled"
    assert_sound(run)

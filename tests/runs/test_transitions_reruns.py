"""Reopening, done, restart and continuing a cancelled run, with real commits: time separates one act from the next."""

import pytest
from django.contrib.auth.models import User

from runs.errors import ActRefused, PlanChanged
from runs.executors.base import Done
from runs.models import Attempt, NodeRun, Reuse
from runs.transitions import acts, attempts
from runs.transitions.planning import Choice, plan_now
from tests.runs.conftest import StartRun
from tests.runs.engine import (
    accept,
    assert_sound,
    drain,
    fail_for_good,
    node,
    statuses,
    take_all,
    take_one,
    turn,
    verdict_of,
)
from tests.runs.graphs import giving

pytestmark = pytest.mark.django_db(transaction=True)
TASKS = {"node_type": "task"}


def test_reopening_leaves_what_runs_below_and_starts_nothing_new_there(start: StartRun, builder: User) -> None:
    run = start("a → b → c", **TASKS)
    turn(run, "a")
    job = take_one(run, "b")
    acts.say(run.pk, "a", 1, by=builder.pk, text="One more thing")
    assert statuses(run) == "a1:queued b1:running c1:pending"
    attempts.finish(job, Done())
    assert statuses(run) == "a1:queued b1:done c1:pending", "readiness looks at all ancestors"
    turn(run, "a")
    assert statuses(run) == "a1:waiting/done b1:done c1:pending"
    assert verdict_of(run) == "waiting"
    assert_sound(run)


def test_done_after_reopening_makes_everything_below_anew_in_one_commit(start: StartRun, builder: User) -> None:
    graph = "a → b → d; a → c"
    run = start(graph, **TASKS, nodes=giving(graph))
    drain(run, out="1")
    acts.say(run.pk, "a", 1, by=builder.pk, text="Change it")
    turn(run, "a", out="2")
    acts.done(run.pk, "a", 1, by=builder.pk)
    assert statuses(run) == "a1:done b2:queued c2:queued d2:pending"
    assert node(run, "b", 1).status == "done" and not node(run, "b", 1).is_latest
    drain(run, out="2")
    assert statuses(run) == "a1:done b2:done c2:done d2:done"
    assert_sound(run)


def test_done_while_downstream_runs_cancels_it_and_starts_it_anew(start: StartRun, builder: User) -> None:
    run = start("a → b → c", **TASKS, nodes=giving("a → b → c"))
    turn(run, "a", out="1")
    old = take_one(run, "b")
    acts.say(run.pk, "a", 1, by=builder.pk, text="Change it")
    turn(run, "a", out="2")
    acts.done(run.pk, "a", 1, by=builder.pk)
    assert statuses(run) == "a1:done b2:queued c1:pending"
    assert Attempt.objects.get(pk=old.attempt_id).status == "cancelled"
    assert not attempts.finish(old, Done())
    drain(run, out="2")
    assert statuses(run) == "a1:done b2:done c1:done"
    assert_sound(run)


def test_done_with_the_same_outputs_recomputes_nothing_and_says_so(start: StartRun, builder: User) -> None:
    run = start("a → b → c", **TASKS, nodes=giving("a → b → c"))
    turn(run, "a", out="1")
    turn(run, "b", out="1")
    running = take_one(run, "c")
    acts.say(run.pk, "a", 1, by=builder.pk, text="Are you sure?")
    turn(run, "a", out="1")
    acts.done(run.pk, "a", 1, by=builder.pk)
    assert statuses(run) == "a1:done b1:done c1:running"
    kept = Reuse.objects.order_by("id").values_list("node_run__key", "because_of__key", "accepted_by", "reason")
    assert list(kept) == [
        ("b", "a", builder.pk, "its inputs did not change: a.out"),
        ("c", "a", builder.pk, "its inputs did not change: b.out"),
    ]
    assert attempts.finish(running, Done())
    assert_sound(run)


def test_what_could_be_reused_runs_again_when_it_is_chosen(start: StartRun, builder: User) -> None:
    graph = "a → b → d; a → c → d"
    run = start(graph, **TASKS, nodes=giving(graph))
    drain(run, out="1")
    acts.say(run.pk, "a", 1, by=builder.pk, text="Are you sure?")
    turn(run, "a", out="1")
    plan, seen = plan_now(run.pk, "done", "a", 1, Choice(again=frozenset("c")))
    assert (plan.renew, plan.reuse) == (("c", "d"), ("b",))
    acts.done(run.pk, "a", 1, by=builder.pk, choice=Choice(again=frozenset("c"), seen=seen))
    assert statuses(run) == "a1:done b1:done c2:queued d2:pending"
    assert [reuse.node_run.key for reuse in Reuse.objects.all()] == ["b"]


@pytest.mark.parametrize(
    "choice", [Choice(again=frozenset("b")), Choice(reuse=frozenset("b")), Choice(reuse=frozenset("z"))]
)
def test_a_choice_of_what_is_not_offered_is_refused(start: StartRun, builder: User, choice: Choice) -> None:
    run = start("a → b", **TASKS, nodes=giving("a → b"))
    drain(run, out="1")
    acts.say(run.pk, "a", 1, by=builder.pk, text="Change it")
    turn(run, "a", out="2")
    with pytest.raises(ActRefused, match="nothing to choose"):
        acts.done(run.pk, "a", 1, by=builder.pk, choice=choice)
    assert statuses(run) == "a1:waiting/done b1:done"


def test_a_reuse_that_another_choice_makes_impossible_is_refused(start: StartRun, builder: User) -> None:
    run = start("a → b → c", **TASKS, nodes=giving("a → b → c"))
    drain(run, out="1")
    acts.say(run.pk, "a", 1, by=builder.pk, text="Are you sure?")
    turn(run, "a", out="1")
    with pytest.raises(ActRefused, match="about c"):
        acts.done(run.pk, "a", 1, by=builder.pk, choice=Choice(reuse=frozenset("c")))
    acts.done(run.pk, "a", 1, by=builder.pk, choice=Choice(reuse=frozenset("b")))
    assert statuses(run) == "a1:done b1:done c2:queued"


@pytest.mark.parametrize("act", ["done", "restart", "retry"])
def test_an_act_that_would_do_something_else_than_was_seen_is_refused(start: StartRun, builder: User, act: str) -> None:
    run = start("a → b", **TASKS, nodes=giving("a → b"))
    drain(run, out="1")
    if act == "done":
        acts.say(run.pk, "a", 1, by=builder.pk, text="Are you sure?")
        turn(run, "a", out="1")
    elif act == "retry":
        acts.say(run.pk, "a", 1, by=builder.pk, text="Fail")
        fail_for_good(run, "a")
    _plan, seen = plan_now(run.pk, act, "a", 1)
    acts.restart(run.pk, "b", 1, by=builder.pk)
    does = {"done": acts.done, "restart": acts.restart, "retry": acts.retry_turn}[act]
    with pytest.raises(PlanChanged):
        does(run.pk, "a", 1, by=builder.pk, choice=Choice(seen=seen))
    does(run.pk, "a", 1, by=builder.pk, choice=Choice(seen=plan_now(run.pk, act, "a", 1)[1]))
    assert_sound(run)


def test_acceptance_keeps_the_first_person_time_and_the_last_outputs(start: StartRun, builder: User) -> None:
    says = {"outputs": [{"name": "out", "type": "text", "description": "It."}]}
    run = start("a", **TASKS, confirm=["a"], nodes={"a": says})
    turn(run, "a", out="1")
    accept(run, "a", by=builder.pk)
    first = node(run, "a")
    acts.say(run.pk, "a", 1, by=builder.pk, text="2, please")
    turn(run, "a", out="2")
    accept(run, "a", by=builder.pk)
    second = node(run, "a")
    assert second.accepted_at == first.accepted_at
    assert second.accepted_sha256 != first.accepted_sha256
    assert list(second.output_values.values_list("text", "is_current")) == [("1", False), ("2", True)]


def test_restart_makes_a_new_empty_version_and_stops_downstream_at_once(start: StartRun, builder: User) -> None:
    graph = "a → b → c; b → d"
    run = start(graph, **TASKS, nodes=giving(graph))
    turn(run, "a", out="1")
    turn(run, "b", out="1")
    turn(run, "c", out="1")
    running = take_one(run, "d")
    assert acts.restart(run.pk, "b", 1, by=builder.pk) == 2
    assert statuses(run) == "a1:done b2:queued c1:done d1:cancelled"
    assert node(run, "b").messages.count() == 1, "only the task's own message"
    assert not attempts.finish(running, Done())
    turn(run, "b", out="2")
    assert statuses(run) == "a1:done b2:done c2:queued d2:queued"
    drain(run, out="2")
    assert verdict_of(run) == "done"
    assert_sound(run)


def test_restart_that_gives_the_same_keeps_what_was_done_and_resumes_what_it_stopped(
    start: StartRun, builder: User
) -> None:
    graph = "a → b; a → c"
    run = start(graph, **TASKS, nodes=giving(graph))
    turn(run, "a", out="1")
    turn(run, "b", out="1")
    acts.restart(run.pk, "a", 1, by=builder.pk)
    assert statuses(run) == "a2:queued b1:done c1:cancelled"
    turn(run, "a", out="1")
    assert statuses(run) == "a2:done b1:done c2:queued"
    assert [(reuse.node_run.key, reuse.accepted_by) for reuse in Reuse.objects.all()] == [("b", None)]
    assert_sound(run)


def test_restart_that_fails_leaves_downstream_its_versions(start: StartRun, builder: User) -> None:
    run = start("a → b", **TASKS)
    drain(run)
    acts.restart(run.pk, "a", 1, by=builder.pk)
    fail_for_good(run, "a")
    assert statuses(run) == "a2:failed b1:done"
    assert verdict_of(run) == "failed"


def test_restart_while_the_second_version_runs_cancels_it_and_makes_a_third(start: StartRun, builder: User) -> None:
    run = start("a → b", **TASKS, nodes=giving("a → b"))
    drain(run, out="1")
    acts.restart(run.pk, "a", 1, by=builder.pk)
    second = take_one(run, "a")
    assert acts.restart(run.pk, "a", 2, by=builder.pk) == 3
    assert [n.status for n in NodeRun.objects.filter(run=run, key="a")] == ["done", "cancelled", "queued"]
    assert not attempts.finish(second, Done())
    drain(run, out="3")
    assert statuses(run) == "a3:done b2:done"
    assert_sound(run)


def test_restart_below_a_reopened_node_waits_for_it(start: StartRun, builder: User) -> None:
    run = start("a → b", **TASKS)
    drain(run)
    acts.say(run.pk, "a", 1, by=builder.pk, text="Wait")
    acts.restart(run.pk, "b", 1, by=builder.pk)
    assert statuses(run) == "a1:queued b2:pending"
    turn(run, "a")
    acts.done(run.pk, "a", 1, by=builder.pk)
    assert statuses(run) == "a1:done b2:queued"


# --- Continuing a cancelled run -------------------------------------------------------------------------------------
@pytest.mark.parametrize("act", ["say", "retry_turn"])
def test_continuing_a_cancelled_run_brings_back_what_its_cancellation_took(
    start: StartRun, builder: User, act: str
) -> None:
    run = start("a → b → d; a → c → d", **TASKS)
    turn(run, "a")
    take_one(run, "b")
    acts.cancel_run(run.pk, by=builder.pk)
    assert statuses(run) == "a1:done b1:cancelled c1:cancelled d1:cancelled"
    if act == "say":
        acts.say(run.pk, "b", 1, by=builder.pk, text="Go on after all")
    else:
        acts.retry_turn(run.pk, "b", 1, by=builder.pk)
    assert statuses(run) == "a1:done b1:queued c1:cancelled d1:cancelled", "nothing else starts by itself"
    turn(run, "b")
    assert statuses(run) == "a1:done b1:done c2:queued d2:pending"
    drain(run)
    assert verdict_of(run) == "done"
    assert_sound(run)


def test_restart_in_a_cancelled_run_starts_its_cancelled_ancestors(start: StartRun, builder: User) -> None:
    run = start("a → b → c → d", **TASKS)
    turn(run, "a")
    acts.cancel_run(run.pk, by=builder.pk)
    assert acts.restart(run.pk, "c", 1, by=builder.pk) == 2
    assert statuses(run) == "a1:done b2:queued c2:pending d1:cancelled"
    drain(run)
    assert statuses(run) == "a1:done b2:done c2:done d2:done"
    assert_sound(run)


def test_a_node_cancelled_by_itself_before_stays_cancelled_when_the_run_goes_on(start: StartRun, builder: User) -> None:
    run = start("a → b; a → c", **TASKS)
    acts.cancel_node(run.pk, "c", 1, by=builder.pk)
    acts.cancel_run(run.pk, by=builder.pk)
    acts.retry_turn(run.pk, "a", 1, by=builder.pk)
    drain(run)
    assert statuses(run) == "a1:done b2:done c1:cancelled"
    assert_sound(run)


def test_bug_nodes_taken_by_an_earlier_cancellation_of_the_run_never_came_back(start: StartRun, builder: User) -> None:
    run = start("a → b", **TASKS)
    acts.cancel_run(run.pk, by=builder.pk)
    acts.retry_turn(run.pk, "a", 1, by=builder.pk)
    acts.cancel_run(run.pk, by=builder.pk)
    acts.retry_turn(run.pk, "a", 1, by=builder.pk)
    assert drain(run)[0] == "a"
    assert statuses(run) == "a1:done b2:done"
    assert_sound(run)


def test_a_whole_cancelled_run_starts_nothing_by_itself(start: StartRun, builder: User) -> None:
    run = start("a → b")
    acts.cancel_run(run.pk, by=builder.pk)
    assert take_all() == {}
    assert verdict_of(run) == "cancelled"

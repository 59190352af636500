"""Begin, claim, finish, hand-off and missing outputs: one transition each, on PostgreSQL."""

from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django_q.models import OrmQ

from runs.errors import IllegalTransition, StaleTransition
from runs.executors.base import Done, Failed, Spent
from runs.models import Attempt, Message, NodeRun, OutputValue
from runs.states import MessageStatus, NodeStatus
from runs.transitions import acts, attempts
from runs.transitions.claiming import claim
from runs.transitions.ledger import open_run
from runs.transitions.starting import HandOff
from tests.runs.conftest import StartRun
from tests.runs.engine import (
    HOST,
    assert_sound,
    attempt_of,
    drain,
    kinds,
    node,
    speak,
    statuses,
    take_all,
    take_one,
    text,
    turn,
    verdict_of,
)

pytestmark = pytest.mark.django_db
SAYS = {"outputs": [{"name": "out", "type": "text", "description": "What came out."}]}
REFERS = {"inputs": [{"name": "given", "type": "text", "from": "a.out"}]}


# --- Begin ----------------------------------------------------------------------------------------------------------
def test_begin_of_a_run_makes_every_node_and_queues_the_first(start: StartRun, builder: User) -> None:
    run = start("a → b → d; a → c → d")
    assert statuses(run) == "a1:queued b1:pending c1:pending d1:pending"
    assert kinds(run) == ["run.started", "node.status a queued"]
    assert verdict_of(run) == "running"
    assert set(NodeRun.objects.values_list("executor_id", flat=True)) == {builder.pk}
    assert [n.key for n in NodeRun.objects.filter(run=run).order_by("position")] == ["a", "b", "c", "d"]
    assert_sound(run)


def test_begin_of_a_task_writes_its_prompt_as_first_message(start: StartRun) -> None:
    run = start("a", node_type="task")
    (message,) = Message.objects.all()
    assert (message.role, message.author, message.text) == ("user", None, "Do a.")
    assert attempt_of(run, "a").message == message
    assert "message.added a" in kinds(run)


def test_begin_of_a_worker_node_enqueues_its_task_in_the_same_commit(start: StartRun) -> None:
    run = start("a", node_type="blocking")
    (row,) = OrmQ.objects.all()
    assert row.task["func"] == "runs.tasks.execute_attempt"
    assert row.task["args"] == (attempt_of(run, "a").pk,)


def test_begin_of_a_host_node_enqueues_nothing(start: StartRun) -> None:
    start("a")
    assert not OrmQ.objects.exists()


# --- Claim ----------------------------------------------------------------------------------------------------------
def test_claim_of_a_queued_attempt_makes_it_run_under_a_lease(start: StartRun) -> None:
    run = start("a → b")
    job = take_all()["a"]
    attempt = attempt_of(run, "a")
    assert (attempt.status, attempt.host, attempt.number) == ("running", HOST, job.number)
    assert attempt.lease_expires_at and attempt.started_at
    assert (job.attempt_id, job.node_run_id, job.run_id) == (attempt.pk, node(run, "a").pk, run.pk)
    assert (job.version_id, job.node_version, job.node_type, job.message_id) == (run.version_id, 1, "noop", None)
    assert node(run, "a").started_at
    assert_sound(run)


def test_claim_of_a_claimed_attempt_gives_nothing(start: StartRun) -> None:
    run = start("a")
    take_all()
    assert not take_all()
    again = claim(UUID(int=2), free=1, lease_s=6, max_parallel=0, attempt_id=attempt_of(run, "a").pk)
    assert (again.jobs, again.look_again) == ((), False)


def test_claim_by_a_host_leaves_the_worker_lane_alone(start: StartRun) -> None:
    run = start("a", node_type="blocking")
    assert not take_all()
    assert take_one(run, "a").key == "a"


def test_claim_with_few_slots_takes_the_oldest(start: StartRun) -> None:
    start("a; b; c; d")
    assert list(take_all(free=2)) == ["a", "b"]
    assert list(take_all(free=5)) == ["c", "d"]


def test_claim_with_a_limited_model_counts_calls_of_every_host(start: StartRun) -> None:
    start("a; b; c; d", node_type="task")
    assert list(take_all(max_parallel=1)) == ["a"]
    assert list(take_all(host=UUID(int=2), max_parallel=3)) == ["b", "c"]
    assert not take_all(host=UUID(int=3), max_parallel=3)


def test_claim_with_a_limited_model_takes_nodes_without_model_calls_past_it(start: StartRun) -> None:
    start("a; b; c", node_type="task")
    other = start("x; y")
    assert list(take_all(max_parallel=1)) == ["a", "x", "y"]
    assert statuses(other) == "x1:running y1:running"


def test_claim_while_the_model_is_away_leaves_tasks_queued(start: StartRun) -> None:
    run = start("a; b", node_type="task")
    start("x")
    taken = claim(HOST, free=9, lease_s=6, max_parallel=0, model_up=False)
    assert [job.key for job in taken.jobs] == ["x"]
    assert statuses(run) == "a1:queued b1:queued"


# --- Finish ---------------------------------------------------------------------------------------------------------
def test_finish_of_a_turn_stores_outputs_and_queues_the_next(start: StartRun) -> None:
    run = start("a → b", nodes={"a": SAYS})
    job = take_one(run, "a")
    assert attempts.finish(job, Done((text("out", "42"),), spent=Spent(7, 3)))
    assert statuses(run) == "a1:done b1:queued"
    value = OutputValue.objects.get()
    assert (value.name, value.text, value.reason, value.is_current) == ("out", "42", "said so", True)
    attempt = attempt_of(run, "a")
    assert (attempt.status, attempt.input_tokens, attempt.output_tokens) == ("succeeded", 7, 3)
    assert attempt.finished_at and attempt.lease_expires_at is None
    assert node(run, "a").accepted_by is None and node(run, "a").accepted_at and node(run, "a").accepted_sha256
    assert kinds(run)[-3:] == ["output.set a", "node.status a done", "node.status b queued"]
    assert_sound(run)


def test_finish_of_the_last_node_ends_the_run(start: StartRun) -> None:
    run = start("a → b")
    assert drain(run) == ["a", "b"]
    run.refresh_from_db()
    assert run.status == "done" and run.finished_at
    assert kinds(run)[-1] == "run.status done"


def test_finish_of_one_branch_leaves_the_join_pending(start: StartRun) -> None:
    run = start("a → c; b → c")
    jobs = take_all()
    attempts.finish(jobs["a"], Done())
    assert statuses(run) == "a1:done b1:running c1:pending"
    attempts.finish(jobs["b"], Done())
    assert statuses(run) == "a1:done b1:done c1:queued"
    assert_sound(run)


def test_finish_twice_has_one_effect(start: StartRun) -> None:
    run = start("a → b", nodes={"a": SAYS})
    job = take_one(run, "a")
    assert attempts.finish(job, Done((text("out", "first"),)))
    before = kinds(run)
    assert not attempts.finish(job, Done((text("out", "second"),)))
    assert OutputValue.objects.get().text == "first"
    assert kinds(run) == before
    assert_sound(run)


@pytest.mark.parametrize("ending", ["finish", "fail", "lose"])
def test_end_of_a_fenced_attempt_changes_nothing(start: StartRun, ending: str) -> None:
    run = start("a → b")
    old = take_one(run, "a")
    attempts.lose(old, loss="shutdown")
    new = take_one(run, "a")
    before = (statuses(run), kinds(run))
    late = {
        "finish": lambda: attempts.finish(old, Done()),
        "fail": lambda: attempts.fail(old, Failed("x", "late")),
        "lose": lambda: attempts.lose(old, loss="death"),
    }
    assert not late[ending]()
    assert (statuses(run), kinds(run)) == before
    assert attempts.finish(new, Done())
    assert_sound(run)


def test_finish_after_the_version_became_history_changes_nothing(start: StartRun, builder: User) -> None:
    run = start("a → b")
    old = take_one(run, "a")
    acts.restart(run.pk, "a", 1, by=builder.pk)
    assert not attempts.finish(old, Done())
    assert statuses(run) == "a2:queued b1:pending"
    assert_sound(run)


def test_finish_of_a_node_with_confirm_waits_for_a_person(start: StartRun) -> None:
    run = start("a → b", confirm=["a"])
    turn(run, "a")
    assert statuses(run) == "a1:waiting/confirm b1:pending"
    assert verdict_of(run) == "waiting"
    assert node(run, "a").accepted_at is None
    assert_sound(run)


def test_finish_with_missing_outputs_waits_where_a_person_confirms(start: StartRun) -> None:
    run = start("a → b", confirm=["a"], nodes={"a": SAYS})
    job = take_one(run, "a")
    assert attempts.finish(job, Done(missing="output *out* found nothing"))
    assert statuses(run) == "a1:waiting/outputs b1:pending"
    assert node(run, "a").error == "output *out* found nothing"
    assert_sound(run)


def test_finish_with_missing_outputs_fails_where_nobody_confirms(start: StartRun) -> None:
    run = start("a → b", nodes={"a": SAYS})
    job = take_one(run, "a")
    assert attempts.finish(job, Done(missing="output *out* found nothing"))
    assert statuses(run) == "a1:failed b1:pending"
    assert (node(run, "a").error_kind, verdict_of(run)) == ("outputs_missing", "failed")
    assert_sound(run)


def test_finish_while_a_message_streams_keeps_its_text_and_deletes_its_deltas(start: StartRun) -> None:
    run = start("a", node_type="task")
    job = take_one(run, "a")
    message = speak(job, "Grüße 𠮷👩‍💻!")
    attempts.finish(job, Done())
    message.refresh_from_db()
    assert (message.text, message.status, message.delta_count) == ("Grüße 𠮷👩‍💻!", MessageStatus.COMPLETE, 2)
    assert not message.deltas.exists()
    assert "message.finished a complete" in kinds(run)
    assert_sound(run)


# --- Hand-off -------------------------------------------------------------------------------------------------------
def test_hand_off_with_room_starts_successors_in_the_same_commit(start: StartRun) -> None:
    run = start("a → b; a → c")
    offer = HandOff(HOST, lease_s=6, free=1)
    attempts.finish(take_one(run, "a"), Done(), offer)
    assert [job.key for job in offer.jobs] == ["b"]
    assert statuses(run) == "a1:done b1:running c1:queued"
    assert attempt_of(run, "b").host == HOST
    assert attempts.finish(offer.jobs[0], Done())
    assert_sound(run)


def test_hand_off_to_a_limited_model_queues_tasks(start: StartRun) -> None:
    run = start("a → b", node_type="task")
    offer = HandOff(HOST, lease_s=6, free=9, model=False)
    attempts.finish(take_one(run, "a"), Done(), offer)
    assert not offer.jobs and statuses(run) == "a1:done b1:queued"


def test_hand_off_of_a_worker_node_queues_it(start: StartRun) -> None:
    run = start("a → b", node_type="blocking")
    offer = HandOff(HOST, lease_s=6, free=9)
    attempts.finish(take_one(run, "a"), Done(), offer)
    assert not offer.jobs and statuses(run) == "a1:done b1:queued"
    assert OrmQ.objects.count() == 2


def test_hand_off_of_a_task_gives_a_job_with_its_message(start: StartRun) -> None:
    run = start("a → b", node_type="task")
    offer = HandOff(HOST, lease_s=6, free=9)
    attempts.finish(take_one(run, "a"), Done(), offer)
    assert offer.jobs[0].message_id == Message.objects.get(node_run=node(run, "b")).pk
    assert kinds(run)[-1] == "message.added b"
    assert_sound(run)


# --- The ledger itself ----------------------------------------------------------------------------------------------
def test_move_along_no_arrow_is_an_error_and_rolls_back(start: StartRun) -> None:
    run = start("a → b")
    with pytest.raises(IllegalTransition, match="b v1: pending → done"), open_run(run.pk) as ledger:
        ledger.move(ledger.nodes["a"], NodeStatus.CANCELLED)
        ledger.move(ledger.nodes["b"], NodeStatus.DONE)
    assert statuses(run) == "a1:queued b1:pending"


def test_move_of_a_row_that_moved_meanwhile_is_stale(start: StartRun) -> None:
    run = start("a → b")
    with pytest.raises(StaleTransition, match="a v1 is no longer running"), open_run(run.pk) as ledger:
        ledger.nodes["a"].status = NodeStatus.RUNNING
        ledger.move(ledger.nodes["a"], NodeStatus.WAITING, waiting_for="confirm")
    assert statuses(run) == "a1:queued b1:pending"
    assert Attempt.objects.count() == 1


def test_open_run_of_an_unknown_run_is_stale() -> None:
    with pytest.raises(StaleTransition, match="does not exist"), open_run(-1):
        pass

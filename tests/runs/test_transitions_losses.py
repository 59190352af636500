"""Failure with back-off, retries falling due, loss by shutdown and by death, quarantine, recovery."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django_q.models import OrmQ

from runs import sql
from runs.executors.base import Done, Failed, Spent
from runs.models import Attempt, Heartbeat, Host
from runs.recovery import recover_once
from runs.states import Lane
from runs.transitions import acts, attempts, leases
from tests.runs.conftest import StartRun
from tests.runs.engine import (
    HOST,
    age,
    assert_sound,
    attempt_of,
    expire,
    kinds,
    node,
    speak,
    statuses,
    take_all,
    take_one,
    turn,
    verdict_of,
)

pytestmark = pytest.mark.django_db
BUSY = Failed("rate_limited", "Too many requests.", detail="429 slow down", transient=True, spent=Spent(5, 1))


def delay_of(attempt: Attempt) -> float:
    return (attempt.available_at - attempt.queued_at) / timedelta(seconds=1)


# --- Failure --------------------------------------------------------------------------------------------------------
def test_fail_of_a_transient_kind_backs_off_then_fails(start: StartRun) -> None:
    run = start("a → b")
    waits = []
    for _try in range(3):
        attempts.fail(take_one(run, "a"), BUSY)
        if node(run, "a").status == "retrying":
            waits.append(delay_of(attempt_of(run, "a")))
            assert_sound(run)
            age(run)
            assert leases.requeue_due() == [(attempt_of(run, "a").pk, "host")]
    assert waits == [2.0, 4.0]
    assert statuses(run) == "a1:failed b1:pending"


def test_fail_of_the_last_try_fails_the_node_and_says_that_trying_again_makes_sense(start: StartRun) -> None:
    run = start("a → b", node_type="task", nodes={"a": {"retry": {"attempts": 2}}})
    attempts.fail(take_one(run, "a"), BUSY)
    assert statuses(run) == "a1:retrying b1:pending" and verdict_of(run) == "running"
    assert not take_all(), "a retry is not taken before it is due"
    age(run)
    leases.requeue_due()
    assert statuses(run) == "a1:queued b1:pending"
    attempts.fail(take_one(run, "a"), BUSY)
    version = node(run, "a")
    assert (version.status, version.error_kind, version.error) == ("failed", "rate_limited", "Too many requests.")
    assert (version.error_detail, version.error_retryable) == ("429 slow down", True)
    tries = list(Attempt.objects.values_list("number", "try_number", "status", "error_kind", "input_tokens"))
    assert tries == [(1, 1, "failed", "rate_limited", 5), (2, 2, "failed", "rate_limited", 5)]
    assert verdict_of(run) == "failed"
    assert_sound(run)


def test_fail_with_retry_after_waits_as_long_as_the_provider_said(start: StartRun) -> None:
    run = start("a")
    attempts.fail(take_one(run, "a"), Failed("rate_limited", "Wait.", transient=True, retry_after_s=17.5))
    assert delay_of(attempt_of(run, "a")) == 17.5


def test_fail_many_times_never_waits_longer_than_a_minute(start: StartRun) -> None:
    run = start("a", node_type="task", nodes={"a": {"retry": {"attempts": 10}}})
    waits = []
    for _try in range(9):
        attempts.fail(take_one(run, "a"), BUSY)
        waits.append(delay_of(attempt_of(run, "a")))
        age(run)
        leases.requeue_due()
    assert waits == [2, 4, 8, 16, 32, 60, 60, 60, 60]


def test_fail_of_a_lasting_kind_is_not_tried_again(start: StartRun) -> None:
    run = start("a; b")
    jobs = take_all()
    attempts.fail(jobs["a"], Failed("refused", "No."))
    assert statuses(run) == "a1:failed b1:running"
    assert not node(run, "a").error_retryable
    assert verdict_of(run) == "running", "other branches go on"
    attempts.finish(jobs["b"], Done())
    assert verdict_of(run) == "failed"


def test_fail_while_a_message_streams_folds_its_text(start: StartRun) -> None:
    run = start("a", node_type="task")
    job = take_one(run, "a")
    message = speak(job, "half an ans")
    attempts.fail(job, BUSY)
    message.refresh_from_db()
    assert (message.text, message.status, message.delta_count) == ("half an ans", "interrupted", 2)
    assert_sound(run)


def test_attempts_at_a_new_message_count_from_one_again(start: StartRun, builder: User) -> None:
    run = start("a", node_type="task", confirm=["a"])
    attempts.fail(take_one(run, "a"), BUSY)
    age(run)
    leases.requeue_due()
    attempts.finish(take_one(run, "a"), Done())
    acts.say(run.pk, "a", 1, by=builder.pk, text="And now?")
    tries = list(Attempt.objects.order_by("number").values_list("number", "try_number"))
    assert tries == [(1, 1), (2, 2), (3, 1)]


def test_retry_of_a_cancelled_node_does_not_fall_due(start: StartRun, builder: User) -> None:
    run = start("a")
    attempts.fail(take_one(run, "a"), BUSY)
    acts.cancel_node(run.pk, "a", 1, by=builder.pk)
    assert leases.requeue_due() == []
    assert statuses(run) == "a1:cancelled"
    assert_sound(run)


# --- Loss -----------------------------------------------------------------------------------------------------------
def test_lose_by_shutdown_queues_the_same_try_on_the_hosts_again(start: StartRun) -> None:
    run = start("a")
    for number in range(1, 8):
        job = take_all()["a"]
        assert attempts.lose(job, loss="shutdown", reason="Aime was shut down.")
        attempt = attempt_of(run, "a")
        assert (attempt.number, attempt.try_number, attempt.quarantine, attempt.lane) == (number + 1, 1, False, "host")
    assert statuses(run) == "a1:queued"
    assert_sound(run)


def test_failure_with_characters_that_are_no_text_is_stored_with_replacements(start: StartRun) -> None:
    run = start("a")
    attempts.fail(take_one(run, "a"), Failed("bad_request", "No\x00.", detail="half \ud800"))
    version, attempt = node(run, "a"), attempt_of(run, "a")
    assert (
        (version.error, version.error_detail) == (attempt.error, attempt.error_detail) == ("No\ufffd.", "half \ufffd")
    )


@pytest.mark.parametrize("asked_s", [1e13, float("inf")])
def test_retry_after_beyond_the_calendar_waits_a_day(start: StartRun, asked_s: float) -> None:
    run = start("a")
    attempts.fail(take_one(run, "a"), replace(BUSY, retry_after_s=asked_s))
    assert statuses(run) == "a1:retrying"
    assert delay_of(attempt_of(run, "a")) == 24 * 3600


def test_lose_by_death_runs_the_next_attempt_alone(start: StartRun) -> None:
    run = start("a")
    job = take_one(run, "a")
    assert attempts.lose(job, loss="death", reason="gone")
    attempt = attempt_of(run, "a")
    assert (attempt.number, attempt.try_number, attempt.quarantine, attempt.lane) == (2, 1, True, "worker")
    assert OrmQ.objects.get().task["args"] == (attempt.pk,)
    lost = Attempt.objects.get(number=1)
    assert (lost.status, lost.loss, lost.error) == ("lost", "death", "gone")
    assert not take_all(), "hosts leave it alone"
    assert_sound(run)


def test_lose_three_times_alone_fails_the_node_and_nobody_else(start: StartRun) -> None:
    run = start("a → c; b")
    jobs = take_all()
    attempts.lose(jobs["a"], loss="death")
    for _death in range(3):
        assert statuses(run).startswith("a1:queued")
        attempts.lose(take_one(run, "a"), loss="death", reason="its process ended by SIGKILL")
    version = node(run, "a")
    assert (version.status, version.error_kind) == ("failed", "process_died")
    assert version.error == (
        "Its process died 3 times while it ran alone; the last reason: its process ended by SIGKILL."
    )
    attempts.finish(jobs["b"], Done())
    assert statuses(run) == "a1:failed b1:done c1:pending"
    assert_sound(run)


def test_innocent_that_was_killed_with_its_watcher_is_not_taken_for_a_killer(start: StartRun) -> None:
    """Found by chaos: whoever was in quarantine while the queue was killed three times had failed."""
    run = start("a")
    attempts.lose(take_one(run, "a"), loss="silence", reason="the process that ran it stopped answering")
    for _kill in range(9):
        assert attempt_of(run, "a").quarantine
        attempts.lose(take_one(run, "a"), loss="silence", reason="the process that ran it stopped answering")
    assert statuses(run) == "a1:queued"
    attempts.lose(take_one(run, "a"), loss="silence", reason="the process that ran it stopped answering")
    assert statuses(run) == "a1:failed"
    assert "died 10 times while it ran alone; the last reason: the process" in node(run, "a").error
    assert_sound(run)


def test_lose_alone_by_shutdown_is_not_counted_but_stays_alone(start: StartRun) -> None:
    run = start("a")
    attempts.lose(take_one(run, "a"), loss="death")
    for _time in range(5):
        attempts.lose(take_one(run, "a"), loss="shutdown")
        assert attempt_of(run, "a").quarantine
    assert statuses(run) == "a1:queued"


def test_killer_that_a_person_tries_again_runs_alone_and_survives_a_shutdown(start: StartRun, builder: User) -> None:
    run = start("a", node_type="task")
    for _death in range(4):
        attempts.lose(take_one(run, "a"), loss="death")
    assert node(run, "a").error_kind == "process_died"
    acts.retry_turn(run.pk, "a", 1, by=builder.pk)
    assert not take_all(), "never beside others again"
    attempts.lose(take_one(run, "a"), loss="shutdown")
    assert statuses(run) == "a1:queued" and attempt_of(run, "a").quarantine
    attempts.lose(take_one(run, "a"), loss="death")
    assert node(run, "a").error_kind == "process_died"
    assert_sound(run)


def test_deaths_at_an_earlier_message_are_not_counted(start: StartRun, builder: User) -> None:
    run = start("a", node_type="task", confirm=["a"])
    for _death in range(3):
        attempts.lose(take_one(run, "a"), loss="death")
    attempts.finish(take_one(run, "a"), Done())
    acts.say(run.pk, "a", 1, by=builder.pk, text="Again")
    attempts.lose(take_one(run, "a"), loss="death")
    attempts.lose(take_one(run, "a"), loss="death")
    assert statuses(run) == "a1:queued"


def test_lose_while_a_message_streams_folds_its_text_out_of_the_context(start: StartRun) -> None:
    run = start("a", node_type="task")
    job = take_one(run, "a")
    message = speak(job, "lost words")
    attempts.lose(job, loss="death")
    message.refresh_from_db()
    assert (message.text, message.status) == ("lost words", "interrupted")
    assert_sound(run)


def test_lose_of_a_failing_quarantined_attempt_keeps_its_retry_alone(start: StartRun) -> None:
    run = start("a")
    attempts.lose(take_one(run, "a"), loss="death")
    attempts.fail(take_one(run, "a"), BUSY)
    attempt = attempt_of(run, "a")
    assert (attempt.quarantine, attempt.try_number, node(run, "a").status) == (True, 2, "retrying")


# --- Leases and recovery --------------------------------------------------------------------------------------------
def test_beat_extends_what_runs_and_names_it(start: StartRun, builder: User) -> None:
    run = start("a; b; c")
    jobs = take_all()
    acts.cancel_node(run.pk, "b", 1, by=builder.pk)
    expire(jobs["a"])
    ids = [job.attempt_id for job in jobs.values()]
    assert leases.beat(HOST, ids, lease_s=60) == {jobs["a"].attempt_id, jobs["c"].attempt_id}
    assert leases.expired(lease_s=0) == []
    assert leases.beat(HOST, [], lease_s=60) == frozenset()
    assert {job.key for job in leases.held_by(HOST)} == {"a", "c"}


def test_expired_within_a_lease_of_a_database_start_names_nothing(start: StartRun) -> None:
    start("a")
    job = take_all()["a"]
    expire(job)
    assert leases.expired(lease_s=1_000_000) == []
    assert leases.expired(lease_s=0) == [job]


def test_lose_only_expired_leaves_a_living_attempt(start: StartRun) -> None:
    run = start("a")
    job = take_one(run, "a")
    assert not attempts.lose(job, loss="death", only_expired=True)
    assert statuses(run) == "a1:running"
    expire(job)
    assert attempts.lose(job, loss="death", only_expired=True)
    assert statuses(run) == "a1:queued"


def test_recover_brings_expired_work_back_into_quarantine(start: StartRun, settings: Any) -> None:
    settings.AIME_LEASE_S = 0
    run = start("a; b", confirm=["b"])
    turn(run, "b")
    expire(take_one(run, "a"))
    assert recover_once() == 1
    assert statuses(run) == "a1:queued b1:waiting/confirm", "what waits holds nothing and is left alone"
    assert Attempt.objects.get(loss="silence").error == "the process that ran it stopped answering"
    assert recover_once() == 0
    assert_sound(run)


def test_recover_queues_due_retries_of_both_lanes(start: StartRun) -> None:
    host, worker = start("a"), start("a", node_type="blocking")
    for run in (host, worker):
        attempts.fail(take_one(run, "a"), BUSY)
        age(run)
    OrmQ.objects.all().delete()
    recover_once()
    assert (statuses(host), statuses(worker)) == ("a1:queued", "a1:queued")
    assert [row.task["args"] for row in OrmQ.objects.all()] == [(attempt_of(worker, "a").pk,)]
    assert "node.status a queued" in kinds(host)[-1]
    assert_sound(host)


def test_recover_wakes_what_nobody_claimed_once_per_interval(start: StartRun) -> None:
    run, other = start("a", node_type="blocking"), start("a")
    OrmQ.objects.all().delete()  # the message was lost
    sql.count("UPDATE runs_attempt SET woken_at = now() - interval '1 minute'")
    recover_once()
    assert [row.task["args"] for row in OrmQ.objects.all()] == [(attempt_of(run, "a").pk,)]
    recover_once()
    assert OrmQ.objects.count() == 1
    sql.count("UPDATE runs_attempt SET woken_at = now() - interval '1 minute'")
    assert leases.unclaimed(Lane.HOST, older_than_s=5) == [attempt_of(other, "a").pk]


def test_recover_declares_silent_hosts_gone_and_forgets_old_ones(settings: Any) -> None:
    settings.AIME_LEASE_S = 0.5
    with transaction.atomic():
        for slot, age_s in ((0, 0), (1, 60), (2, 8 * 86400)):
            sql.count(
                "INSERT INTO runs_host (id, slot, state, machine, pid, started_at, heartbeat_at) VALUES "
                "(gen_random_uuid(), %s, 'up', 'here', 1, now(), clock_timestamp() + interval '5 s' - "
                "make_interval(secs => %s))",
                (slot, age_s),
            )
    recover_once()
    assert dict(Host.objects.values_list("slot", "state")) == {0: "up", 1: "gone"}
    assert str(Host.objects.get(slot=0)) == "host 0 (up)"
    assert str(Heartbeat(name="supervisor")) == "supervisor"

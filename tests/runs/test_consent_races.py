"""Consent given and taken back while nodes start, with real threads and commits."""

from functools import partial
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runs import sql
from runs.consents import settle_all
from runs.executors.base import Done, Failed
from runs.models import Attempt, Run
from runs.transitions import acts, attempts
from runs.transitions.claiming import claim
from spaces.models import Membership, Role, Space
from tests.factories import make_run, make_workflow
from tests.runs.engine import HOST, age, assert_sound, node, statuses, take_all
from tests.runs.threads import together
from workflows.actions import give_consent, revoke_consent
from workflows.models import ExecutorConsent, Workflow

pytestmark = pytest.mark.django_db(transaction=True)
TIMES = range(6)


@pytest.fixture
def bob(engine_space: Space) -> User:
    person = User.objects.create_user("bob")
    Membership.objects.create(space=engine_space, user=person, role=Role.BUILDER)
    return person


def as_bob(space: Space, owner: User, graph: str = "a", kind: str = "noop") -> Workflow:
    keys = {key.strip() for key in graph.replace(";", "→").split("→")}
    nodes = {key: {"executor": "bob"} for key in keys}
    return make_workflow(graph, space=space, owner=owner, node_type=kind, nodes=nodes)


def test_giving_at_once_gives_one_consent_and_one_attempt(engine_space: Space, builder: User, bob: User) -> None:
    for _time in TIMES:
        workflow = as_bob(engine_space, builder)
        run = make_run(workflow)
        results = together(*[partial(give_consent, workflow=workflow, by=bob)] * 4)
        assert sorted(results) == [False, False, False, True]
        assert statuses(run) == "a1:queued"
        assert Attempt.objects.filter(node_run__run=run).count() == 1
        assert_sound(run)


def test_consent_while_a_run_starts_is_never_missed(engine_space: Space, builder: User, bob: User) -> None:
    for _time in TIMES:
        workflow = as_bob(engine_space, builder)
        results = together(
            *[partial(make_run, workflow, by=builder)] * 3, partial(give_consent, workflow=workflow, by=bob)
        )
        assert not [result for result in results if isinstance(result, Exception)], results
        assert [statuses(run) for run in results[:3]] == ["a1:queued"] * 3


def test_revoked_executor_never_starts(engine_space: Space, builder: User, bob: User) -> None:
    """A claim that commits after the revocation has not started anything: the consent's row orders the two."""

    def greedy() -> list[Any]:
        taken = []
        while (got := claim(HOST, free=1, lease_s=60, max_parallel=0)).jobs or got.look_again:
            taken += got.jobs
        return taken

    def revoke(workflow: Workflow) -> Any:
        revoke_consent(workflow=workflow, by=bob)
        return sql.rows("SELECT clock_timestamp()")[0][0]

    for _time in TIMES:
        workflow = as_bob(engine_space, builder, "; ".join(f"n{number}" for number in range(8)))
        give_consent(workflow=workflow, by=bob)
        run = make_run(workflow)
        jobs, revoked_at = together(greedy, partial(revoke, workflow))
        assert not isinstance(jobs, Exception), jobs
        started = Attempt.objects.filter(node_run__run=run, started_at__isnull=False)
        assert all(attempt.started_at < revoked_at for attempt in started)  # type: ignore[operator]
        assert take_all() == {}
        left = {word.partition(":")[2] for word in statuses(run).split()}
        assert left <= {"running", "waiting/consent"}, left
        assert_sound(run)
        for job in jobs:
            assert attempts.finish(job, Done())  # what ran goes on to its end


def test_claim_does_not_wait_for_a_revocation_in_progress(engine_space: Space, builder: User, bob: User) -> None:
    workflow = as_bob(engine_space, builder)
    give_consent(workflow=workflow, by=bob)
    run = make_run(workflow)

    def claim_elsewhere() -> Any:
        return claim(UUID(int=7), free=5, lease_s=60, max_parallel=0)

    with transaction.atomic():
        ExecutorConsent.objects.update(revoked_at="2026-11-22T00:00:00Z")
        (taken,) = together(claim_elsewhere, limit_s=5)
    assert (taken.jobs, taken.look_again) == ((), True)
    assert connection.in_atomic_block is False
    assert take_all() == {}
    settle_all()
    assert statuses(run) == "a1:waiting/consent"


ACTS = ("give", "revoke", "claim", "finish", "fail", "lose", "leave", "back", "sweep")
STEPS = st.lists(st.sampled_from(ACTS), max_size=14)


@given(steps=STEPS)
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
def test_whatever_happens_nothing_starts_without_consent(
    steps: list[str], engine_space: Space, builder: User, bob: User
) -> None:
    workflow = as_bob(engine_space, builder, "a → b; c", kind="task")
    Membership.objects.get_or_create(space=engine_space, user=bob, defaults={"role": Role.BUILDER})
    run = make_run(workflow)
    running: list[Any] = []
    for step in steps:
        _do(step, workflow, bob, run, running)
        assert_sound(run)
    settle_all()
    consented = ExecutorConsent.objects.filter(workflow=workflow, revoked_at__isnull=True).exists()
    counts = consented and Membership.objects.filter(user=bob).exists()
    assert ("consent" in statuses(run)) <= (not counts)
    assert counts or not {"queued", "retrying"} & {node(run, key).status for key in "abc"}
    assert_sound(run)
    _forget(run)


def _do(step: str, workflow: Workflow, bob: User, run: Run, running: list[Any]) -> None:
    match step:
        case "give":
            give_consent(workflow=workflow, by=bob)
        case "revoke":
            revoke_consent(workflow=workflow, by=bob)
        case "leave":
            Membership.objects.filter(user=bob).delete()
        case "back":
            Membership.objects.get_or_create(space=workflow.space, user=bob, defaults={"role": Role.BUILDER})
        case "sweep":
            settle_all()
        case "claim":
            age(run)
            taken = take_all()
            consented = ExecutorConsent.objects.filter(workflow=workflow, revoked_at__isnull=True).exists()
            assert not taken or (consented and Membership.objects.filter(user=bob).exists())
            running += taken.values()
        case _ if running:
            job = running.pop(0)
            if step == "finish":
                assert attempts.finish(job, Done())
            elif step == "fail":
                assert attempts.fail(job, Failed("busy", "Too much.", transient=True))
            else:
                assert attempts.lose(job, loss="shutdown", reason="over")


def _forget(run: Run) -> None:
    """Leave nothing that the next example could claim."""
    if not Run.objects.get(pk=run.pk).is_terminal:
        acts.cancel_run(run.pk, by=run.initiator_id)

"""Nodes that run as somebody else: what waits for consent, what starts with it, what stops when it is taken back."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from runs import recovery
from runs.access import standing
from runs.actions.chat import say
from runs.actions.nodes import cancel_node, confirm, restart, retry_turn
from runs.consents import settle_all
from runs.errors import ActRefused
from runs.executors.base import Done, Failed
from runs.models import Attempt, Message, Run, RunEvent
from runs.pages.panel import panel
from runs.reports import run_report
from runs.transitions import attempts
from spaces.models import Membership, Role, Space
from tests.factories import make_run, make_workflow
from tests.runs.engine import (
    age,
    assert_sound,
    attempt_of,
    fail_for_good,
    node,
    offered,
    statuses,
    take_all,
    take_one,
    turn,
    verdict_of,
)
from workflows import subscriptions
from workflows.actions.consents import give_consent, revoke_consent
from workflows.models import ExecutorConsent, Workflow

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def bob(engine_space: Space) -> User:
    person = User.objects.create_user("bob")
    Membership.objects.create(space=engine_space, user=person, role=Role.BUILDER)
    return person


@pytest.fixture
def flow(engine_space: Space, builder: User, bob: User) -> Any:
    """Make a template of the graph whose nodes `as_bob` run as bob."""

    def make(graph: str = "a → b", *, as_bob: str = "b", kind: str = "noop", **document: Any) -> Workflow:
        nodes = {key: {"executor": "bob"} | document.get("nodes", {}).get(key, {}) for key in as_bob.split()}
        return make_workflow(graph, space=engine_space, owner=builder, node_type=kind, **{**document, "nodes": nodes})

    return make


# --- Waiting and starting -------------------------------------------------------------------------------------------
def test_node_runs_as_the_named_member_and_waits_for_their_consent(flow: Any, bob: User, builder: User) -> None:
    run = make_run(flow())
    assert (node(run, "a").executor, node(run, "b").executor) == (builder, bob)
    turn(run, "a")
    assert statuses(run) == "a1:done b1:waiting/consent"
    assert verdict_of(run) == "waiting"
    assert not Attempt.objects.filter(node_run=node(run, "b")).exists()
    event = RunEvent.objects.filter(run=run, kind="node.status").latest("seq")
    assert (event.data["n"], event.data["status"], event.data["w"]) == ("b", "waiting", "consent")
    assert_sound(run)


def test_consent_starts_what_waits_in_every_run_of_the_template(flow: Any, bob: User) -> None:
    workflow, other = flow("a", as_bob="a", kind="task"), flow("a", as_bob="a", kind="task")
    first, second, elsewhere = make_run(workflow), make_run(workflow), make_run(other)
    assert give_consent(workflow=workflow, by=bob)
    assert [statuses(run) for run in (first, second, elsewhere)] == ["a1:queued", "a1:queued", "a1:waiting/consent"]
    event = RunEvent.objects.filter(run=first, kind="node.status").latest("seq")
    assert event.actor_id == bob.pk
    assert attempt_of(first, "a").message == Message.objects.get(node_run=node(first, "a"))
    for run in (first, second, elsewhere):
        assert_sound(run)
    turn(first, "a")
    assert statuses(first) == "a1:done"


def test_consent_given_before_lets_the_node_start_at_once(flow: Any, bob: User) -> None:
    workflow = flow("a → b", as_bob="a b")
    give_consent(workflow=workflow, by=bob)
    run = make_run(workflow)
    assert statuses(run) == "a1:queued b1:pending"


def test_initiator_needs_no_consent_to_run_as_themselves(flow: Any, bob: User) -> None:
    run = make_run(flow("a", as_bob="a"), by=bob)
    assert statuses(run) == "a1:queued"
    assert "a" in take_all()


def test_consent_of_another_person_or_template_does_not_count(flow: Any, bob: User, builder: User) -> None:
    workflow, other = flow("a", as_bob="a"), flow("a", as_bob="a")
    give_consent(workflow=workflow, by=builder)
    give_consent(workflow=other, by=bob)
    assert statuses(make_run(workflow)) == "a1:waiting/consent"


def test_giving_and_revoking_twice_change_nothing(flow: Any, bob: User) -> None:
    workflow = flow("a", as_bob="a")
    assert [give_consent(workflow=workflow, by=bob) for _ in range(2)] == [True, False]
    assert [revoke_consent(workflow=workflow, by=bob) for _ in range(2)] == [True, False]
    assert give_consent(workflow=workflow, by=bob)
    assert [consent.revoked_at is None for consent in ExecutorConsent.objects.order_by("pk")] == [False, True]


# --- Taking it back -------------------------------------------------------------------------------------------------
def test_revoking_lets_the_queued_wait_and_the_running_finish(flow: Any, bob: User) -> None:
    workflow = flow("a; b → c", as_bob="a b c")
    give_consent(workflow=workflow, by=bob)
    run = make_run(workflow)
    running = take_one(run, "b")
    revoke_consent(workflow=workflow, by=bob)
    assert statuses(run) == "a1:waiting/consent b1:running c1:pending"
    assert take_all() == {}
    assert attempts.finish(running, Done())
    assert statuses(run) == "a1:waiting/consent b1:done c1:waiting/consent"
    assert_sound(run)
    give_consent(workflow=workflow, by=bob)
    assert statuses(run) == "a1:queued b1:done c1:queued"
    assert_sound(run)


def test_retry_of_a_revoked_executor_waits_and_keeps_its_tries(flow: Any, bob: User) -> None:
    workflow = flow("a", as_bob="a", kind="task")
    give_consent(workflow=workflow, by=bob)
    run = make_run(workflow)
    attempts.fail(take_one(run, "a"), Failed("busy", "Too much.", transient=True))
    assert statuses(run) == "a1:retrying"
    revoke_consent(workflow=workflow, by=bob)
    assert statuses(run) == "a1:waiting/consent"
    assert_sound(run)
    give_consent(workflow=workflow, by=bob)
    assert (statuses(run), attempt_of(run, "a").try_number) == ("a1:queued", 2)
    age(run)
    take_one(run, "a")
    assert_sound(run)


def test_failure_after_revoking_waits_instead_of_trying_again(flow: Any, bob: User) -> None:
    workflow = flow("a", as_bob="a", kind="task")
    give_consent(workflow=workflow, by=bob)
    run = make_run(workflow)
    job = take_one(run, "a")
    revoke_consent(workflow=workflow, by=bob)
    attempts.fail(job, Failed("busy", "Too much.", transient=True))
    assert statuses(run) == "a1:waiting/consent"
    assert_sound(run)


def test_lost_attempt_of_a_revoked_executor_goes_on_alone_after_consent(flow: Any, bob: User) -> None:
    workflow = flow("a", as_bob="a", kind="task")
    give_consent(workflow=workflow, by=bob)
    run = make_run(workflow)
    job = take_one(run, "a")
    revoke_consent(workflow=workflow, by=bob)
    attempts.lose(job, loss="death", reason="killed")
    assert statuses(run) == "a1:waiting/consent"
    give_consent(workflow=workflow, by=bob)
    assert (statuses(run), attempt_of(run, "a").quarantine) == ("a1:queued", True)
    assert_sound(run)


@pytest.mark.parametrize("gone", ["inactive", "removed"])
def test_member_who_is_gone_has_no_consent_until_they_are_back(flow: Any, bob: User, gone: str) -> None:
    workflow = flow("a", as_bob="a")
    give_consent(workflow=workflow, by=bob)
    run = make_run(workflow)
    if gone == "inactive":
        User.objects.filter(pk=bob.pk).update(is_active=False)
    else:
        Membership.objects.filter(user=bob).delete()
    assert take_all() == {}
    recovery.recover_once()
    assert statuses(run) == "a1:waiting/consent"
    User.objects.filter(pk=bob.pk).update(is_active=True)
    Membership.objects.get_or_create(user=bob, space=workflow.space, defaults={"role": Role.BUILDER})
    assert (settle_all(), settle_all()) == (1, 0)
    assert statuses(run) == "a1:queued"
    assert_sound(run)


def test_consent_whose_announcement_was_lost_is_found_by_recovery(flow: Any, bob: User) -> None:
    workflow = flow("a", as_bob="a")
    run = make_run(workflow)
    ExecutorConsent.objects.create(workflow=workflow, user=bob)  # committed, and then the process died
    assert statuses(run) == "a1:waiting/consent"
    recovery.recover_once()
    assert statuses(run) == "a1:queued"


# --- Acts on a node that waits --------------------------------------------------------------------------------------
def test_nothing_can_be_said_or_accepted_before_consent(flow: Any, builder: User) -> None:
    run = make_run(flow("a", as_bob="a", kind="task"))
    for act in (
        lambda: say(node_run=node(run, "a"), by=builder, text="Go on"),
        lambda: confirm(node_run=node(run, "a"), by=builder),
        lambda: retry_turn(node_run=node(run, "a"), by=builder),
    ):
        with pytest.raises(ActRefused):
            act()
    assert statuses(run) == "a1:waiting/consent"
    assert_sound(run)


def test_message_to_a_node_of_a_revoked_executor_waits_and_is_answered_later(flow: Any, bob: User) -> None:
    workflow = flow("a", as_bob="a", kind="task")
    give_consent(workflow=workflow, by=bob)
    run = make_run(workflow)
    turn(run, "a")
    revoke_consent(workflow=workflow, by=bob)
    message = say(node_run=node(run, "a"), by=run.initiator, text="Shorter")
    assert statuses(run) == "a1:waiting/consent"
    give_consent(workflow=workflow, by=bob)
    assert attempt_of(run, "a").message == message
    assert_sound(run)


def test_failed_turn_of_a_revoked_executor_is_tried_again_after_consent(flow: Any, bob: User, builder: User) -> None:
    workflow = flow("a", as_bob="a", kind="task")
    give_consent(workflow=workflow, by=bob)
    run = make_run(workflow)
    fail_for_good(run, "a")
    revoke_consent(workflow=workflow, by=bob)
    retry_turn(node_run=node(run, "a"), by=builder)
    assert statuses(run) == "a1:waiting/consent"
    restart(node_run=node(run, "a"), by=builder)
    assert statuses(run) == "a2:waiting/consent"
    assert_sound(run)


def offers(run: Run, key: str) -> set[str]:
    return offered(panel(run, node(run, key), standing(run.initiator, run), with_messages=False))


SPEAKING: dict[str, Any] = {"say": lambda **which: say(**which, text="Go on"), "retry_turn": retry_turn}


@pytest.mark.parametrize("act", SPEAKING)
def test_node_cancelled_before_consent_offers_what_it_takes(flow: Any, bob: User, builder: User, act: str) -> None:
    """It has its task but never ran: the page offered the restart alone, while a message by command was taken."""
    workflow = flow("a", as_bob="a", kind="task")
    run = make_run(workflow)
    assert offers(run, "a") == {"restart", "cancel_node"}
    cancel_node(node_run=node(run, "a"), by=builder)
    assert offers(run, "a") == {"say", "retry_turn", "restart"}
    SPEAKING[act](node_run=node(run, "a"), by=builder)
    assert statuses(run) == "a1:waiting/consent"
    give_consent(workflow=workflow, by=bob)
    assert statuses(run) == "a1:queued"
    assert attempt_of(run, "a").message == Message.objects.filter(node_run__run=run).latest("ordinal")
    assert_sound(run)


@pytest.mark.parametrize("act", SPEAKING)
def test_node_cancelled_before_it_began_takes_a_restart_only(flow: Any, builder: User, act: str) -> None:
    run = make_run(flow("a → b", kind="task"))
    cancel_node(node_run=node(run, "b"), by=builder)
    assert offers(run, "b") == {"restart"}
    with pytest.raises(ActRefused, match="started"):
        SPEAKING[act](node_run=node(run, "b"), by=builder)


# --- Starting -------------------------------------------------------------------------------------------------------
def test_name_of_nobody_is_refused_at_start(flow: Any, bob: User) -> None:
    workflow = flow("a", as_bob="a")
    User.objects.filter(pk=bob.pk).update(username="robert")
    with pytest.raises(ActRefused, match="nobody called bob"):
        make_run(workflow)
    assert not Run.objects.exists()


def test_personal_template_never_runs_as_somebody_else(flow: Any, builder: User) -> None:
    workflow = flow("a", as_bob="a")
    Workflow.objects.filter(pk=workflow.pk).update(visibility="personal")
    workflow.refresh_from_db()
    with pytest.raises(ActRefused, match="initiator only"):
        make_run(workflow, by=builder)


# --- Telling --------------------------------------------------------------------------------------------------------
def test_runs_listen_to_consents() -> None:
    assert "runs.consents.consent_changed" in subscriptions.listeners(subscriptions.CONSENT_CHANGED)


def test_report_says_what_is_waited_for_and_who_it_is(flow: Any) -> None:
    run = make_run(flow("a", as_bob="a"))
    (version,) = run_report(run.pk)["nodes"]["a"]
    assert (version["status"], version["waiting_for"], version["executor"]) == ("waiting", "consent", "bob")

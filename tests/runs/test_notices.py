"""Who is told of what, in the transaction of the status itself, and when it is over."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from runs.actions.notifications import choose_kinds, read_all
from runs.executors.base import Done, Failed
from runs.models import Notification, Run
from runs.transitions import acts, attempts, choosing
from spaces.models import Membership, Role, Space
from tests.factories import make_run, make_workflow
from tests.runs.engine import accept, fail_for_good, node, take_one, turn
from tests.runs.threads import together
from workflows.actions.consents import give_consent

ALL = ["waiting", "done", "failed"]
Told = list[tuple[str, str, str]]


@pytest.fixture
def people(engine_space: Space, admin: User, viewer: User, outsider: User) -> dict[str, User]:
    """Bob builds, the viewer looks, the admin administers; the outsider is no member."""
    bob = User.objects.create_user("bob")
    for person, role in ((bob, Role.BUILDER), (viewer, Role.VIEWER), (admin, Role.ADMIN)):
        Membership.objects.create(space=engine_space, user=person, role=role)
    return {"bob": bob, "viewer": viewer, "admin": admin, "outsider": outsider}


@pytest.fixture
def begin(engine_space: Space, builder: User, people: dict[str, User]) -> Any:
    """Start a run of "a → b" (or another graph) whose node a tells as its rules say: who → moments."""

    def make(graph: str = "a → b", *, visibility: str = "space", fields: Any = None, **rules: list[str]) -> Run:
        notify = [{"who": who, "on": on} for who, on in rules.items()]
        flow = make_workflow(
            graph, space=engine_space, owner=builder, node_type="noop", visibility=visibility,
            nodes={"a": {"notify": notify, "confirm": True} | (fields or {})},
        )  # fmt: skip
        return make_run(flow)

    return make


def told(run: Run, *, open_only: bool = True) -> Told:
    """Who is told of what: (username, kind, what it waits for), the oldest first."""
    rows = Notification.objects.filter(run=run).order_by("id").select_related("user")
    rows = rows.filter(settled_at__isnull=True) if open_only else rows
    return [(row.user.username, row.kind, row.waiting_for) for row in rows]


# --- Whom -----------------------------------------------------------------------------------------------------------
def test_gate_tells_those_whom_the_node_names(begin: Any) -> None:
    run = begin(initiator=["waiting"], bob=["waiting", "done"], viewer=["failed"])
    turn(run, "a")
    assert sorted(told(run)) == [("bob", "waiting", "confirm"), ("builder", "waiting", "confirm")]


def test_node_that_names_nobody_tells_nobody(begin: Any) -> None:
    run = begin()
    turn(run, "a")
    assert told(run) == []


def test_one_who_is_named_twice_is_told_once(begin: Any) -> None:
    run = begin(initiator=ALL, executor=ALL, builder=ALL)
    turn(run, "a")
    assert told(run) == [("builder", "waiting", "confirm")]


def test_nobody_is_told_of_their_own_act(begin: Any, builder: User, people: dict[str, User]) -> None:
    run = begin(initiator=ALL, bob=ALL)
    turn(run, "a")
    accept(run, "a", by=builder.pk)
    assert told(run) == [("bob", "done", "")]
    assert Notification.objects.get(kind="done").actor == builder


def test_node_that_is_done_by_itself_tells_its_initiator(begin: Any) -> None:
    run = begin(fields={"confirm": False}, initiator=["done"])
    turn(run, "a")
    assert told(run) == [("builder", "done", "")]


def test_failure_is_told_but_not_a_try_that_comes_again(begin: Any) -> None:
    run = begin(initiator=["failed"], fields={})
    job = take_one(run, "a")
    assert attempts.fail(job, Failed("stalled", "The model stopped sending.", transient=True))
    assert told(run) == []
    other = begin(initiator=["failed"])
    fail_for_good(other, "a")
    assert told(other) == [("builder", "failed", "")]


def test_strangers_and_inactive_people_are_told_nothing(begin: Any, people: dict[str, User]) -> None:
    run = begin(outsider=ALL, bob=ALL, viewer=ALL)
    User.objects.filter(username="bob").update(is_active=False)
    turn(run, "a")
    assert told(run) == [("viewer", "waiting", "confirm")]


def test_personal_run_tells_its_owner_alone(begin: Any) -> None:
    run = begin(visibility="personal", initiator=ALL, bob=ALL, admin=ALL)
    turn(run, "a")
    assert told(run) == [("builder", "waiting", "confirm")]


def test_gate_of_a_member_who_left_falls_to_the_admins(begin: Any, builder: User) -> None:
    run, personal = begin(initiator=ALL), begin(visibility="personal", initiator=ALL)
    job, other = take_one(run, "a"), take_one(personal, "a")
    Membership.objects.filter(user=builder).delete()
    for one in (job, other):
        assert attempts.fail(one, Failed("refused", "No."))
    assert told(run) == told(personal) == []  # nothing can be decided at a failure
    acts.retry_turn(run.pk, "a", 1, by=builder.pk)
    acts.retry_turn(personal.pk, "a", 1, by=builder.pk)
    turn(run, "a")
    turn(personal, "a")
    assert told(run) == [("admin", "waiting", "confirm")]
    assert told(personal) == []


@pytest.mark.django_db(transaction=True)
def test_consent_is_asked_of_the_executor_though_the_node_names_nobody(begin: Any, people: dict[str, User]) -> None:
    run = begin(fields={"executor": "bob"}, viewer=["waiting"])
    assert sorted(told(run)) == [("bob", "waiting", "consent"), ("viewer", "waiting", "consent")]
    give_consent(workflow=run.version.workflow, by=people["bob"])
    assert told(run) == []


# --- What a person wants --------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", ALL)
def test_who_does_not_want_a_kind_is_not_told_of_it(begin: Any, builder: User, kind: str) -> None:
    choose_kinds(by=builder, kinds=[one for one in ALL if one != kind])
    run = begin("a; c", fields={"confirm": kind == "waiting"}, initiator=[kind], bob=[kind])
    fail_for_good(run, "a") if kind == "failed" else turn(run, "a")
    assert [name for name, _kind, _for in told(run)] == ["bob"]
    choose_kinds(by=builder, kinds=ALL)
    other = begin(fields={"confirm": kind == "waiting"}, initiator=[kind])
    fail_for_good(other, "a") if kind == "failed" else turn(other, "a")
    assert [name for name, _kind, _for in told(other)] == ["builder"]


# --- When it is over ------------------------------------------------------------------------------------------------
def test_confirmation_by_another_settles_the_gate_for_all(begin: Any, builder: User, people: dict[str, User]) -> None:
    run = begin(initiator=["waiting"], bob=["waiting"])
    turn(run, "a")
    accept(run, "a", by=people["bob"].pk)
    assert told(run) == []
    assert set(Notification.objects.values_list("settled_by", flat=True)) == {people["bob"].pk}
    assert not Notification.objects.filter(user=builder).unread().exists()


def test_message_settles_the_gate_and_the_answer_tells_anew(begin: Any, builder: User) -> None:
    run = begin(fields={"type": "task", "prompt": "Do a."}, initiator=["waiting"])
    turn(run, "a")
    acts.say(run.pk, "a", 1, by=builder.pk, text="Shorter, please.")
    assert told(run) == []
    turn(run, "a")
    assert told(run) == [("builder", "waiting", "confirm")]
    assert len(told(run, open_only=False)) == 2


def test_retry_settles_the_failure(begin: Any, builder: User) -> None:
    run = begin(initiator=["failed"])
    fail_for_good(run, "a")
    acts.retry_turn(run.pk, "a", 1, by=builder.pk)
    assert told(run) == []


def test_new_version_settles_what_was_told_of_the_old_one(begin: Any, builder: User) -> None:
    run = begin(initiator=ALL)
    fail_for_good(run, "a")
    acts.restart(run.pk, "a", 1, by=builder.pk)
    assert told(run) == []
    fail_for_good(run, "a")
    assert Notification.objects.get(settled_at__isnull=True).node_run == node(run, "a", 2)


def test_cancel_of_the_run_settles_everything(begin: Any, builder: User) -> None:
    run = begin(initiator=ALL)
    turn(run, "a")
    acts.cancel_run(run.pk, by=builder.pk)
    assert told(run) == []
    assert len(told(run, open_only=False)) == 1


def test_output_that_was_missing_and_is_picked_changes_what_is_waited_for(begin: Any, people: dict[str, User]) -> None:
    outputs = [{"name": "note", "type": "text", "description": "A note."}]
    run = begin(fields={"type": "task", "prompt": "Do a.", "outputs": outputs}, initiator=["waiting"])
    assert attempts.finish(take_one(run, "a"), Done((), missing="output note found nothing"))
    assert told(run) == [("builder", "waiting", "outputs")]
    bob = people["bob"]
    choosing.choose(run.pk, "a", 1, by=bob.pk, who="bob", name="note", override=choosing.Override(text="here"))
    assert told(run) == [("builder", "waiting", "confirm")]


def test_attempt_that_lost_its_right_tells_nobody(begin: Any) -> None:
    """A notice without its status would lead to a gate that is not there."""
    run = begin(initiator=["waiting"])
    job = take_one(run, "a")
    acts.stop(run.pk, "a", 1, by=run.initiator_id)
    Notification.objects.all().delete()
    assert not attempts.finish(job, Done(()))
    assert told(run, open_only=False) == []


@pytest.mark.django_db(transaction=True)
def test_reading_all_and_cancelling_at_once_end_both(begin: Any, builder: User) -> None:
    """Both touch the same notices in orders of their own; neither waits for the other."""
    for _ in range(5):
        run = begin("a; b; c", initiator=ALL)
        for key in ("a", "b", "c"):
            turn(run, key)
        results = together(lambda: read_all(by=builder), lambda run=run: acts.cancel_run(run.pk, by=builder.pk))
        assert not [result for result in results if isinstance(result, Exception)]
        assert told(run) == []

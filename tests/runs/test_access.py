"""Who sees a run, who acts on it, and who starts one."""

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.http import Http404

from runs.access import (
    get_artifact_or_404,
    get_message_or_404,
    get_node_run_or_404,
    get_run_or_404,
    require_cancel_run,
    require_confirm,
    require_node_act,
    require_start,
    standing,
)
from runs.artifacts import NewArtifact, store_artifact
from runs.errors import ActForbidden
from runs.graphs import version_graph
from runs.models import Message, NodeRun, Run
from spaces.models import Membership, Role, Space
from tests.factories import make_run, make_space, make_workflow


@pytest.fixture
def space(admin: User, builder: User, viewer: User) -> Space:
    return make_space(admin=admin, builder=builder, viewer=viewer)


@pytest.fixture
def run(space: Space, builder: User) -> Run:
    return make_run(make_workflow("a → b", space=space, owner=builder))


@pytest.fixture
def node(run: Run) -> NodeRun:
    return NodeRun.objects.get(run=run, key="a")


def test_members_load_a_run_of_their_space(run: Run, admin: User, builder: User, viewer: User) -> None:
    assert {get_run_or_404(user, run.public_id).pk for user in (admin, builder, viewer)} == {run.pk}


def test_others_get_404_for_everything_of_a_run(run: Run, node: NodeRun, outsider: User) -> None:
    message = Message.objects.filter(node_run=node).first()
    artifact = store_artifact(node.pk, NewArtifact("file", "a.md", b"x"))
    assert message is not None
    for user in (outsider, AnonymousUser()):
        for load in (
            lambda user=user: get_run_or_404(user, run.public_id),
            lambda user=user: get_node_run_or_404(user, run.public_id, "a"),
            lambda user=user: get_message_or_404(user, message.public_id),
            lambda user=user: get_artifact_or_404(user, artifact.public_id),
        ):
            with pytest.raises(Http404):
                load()


def test_members_load_the_parts_of_a_run(run: Run, node: NodeRun, viewer: User) -> None:
    message = Message.objects.get(node_run=node)
    artifact = store_artifact(node.pk, NewArtifact("file", "a.md", b"x"))
    assert get_node_run_or_404(viewer, run.public_id, "a").pk == node.pk
    assert get_message_or_404(viewer, message.public_id).pk == message.pk
    assert get_artifact_or_404(viewer, artifact.public_id).pk == artifact.pk


def test_unknown_node_and_version_do_not_exist(run: Run, builder: User) -> None:
    with pytest.raises(Http404):
        get_node_run_or_404(builder, run.public_id, "z")
    with pytest.raises(Http404):
        get_node_run_or_404(builder, run.public_id, "a", 2)


def test_personal_run_exists_for_its_initiator_alone(space: Space, builder: User, admin: User) -> None:
    run = make_run(make_workflow("a", space=space, owner=builder, visibility="personal"))
    assert get_run_or_404(builder, run.public_id).pk == run.pk
    with pytest.raises(Http404):
        get_run_or_404(admin, run.public_id)


def test_removed_initiator_no_longer_sees_the_run(run: Run, builder: User, space: Space) -> None:
    Membership.objects.filter(space=space, user=builder).delete()
    with pytest.raises(Http404):
        get_run_or_404(builder, run.public_id)


def test_initiator_executor_and_admins_act(run: Run, node: NodeRun, admin: User, builder: User, viewer: User) -> None:
    other = User.objects.create_user("other")
    Membership.objects.create(space=run.space, user=other, role=Role.BUILDER)
    require_node_act(admin, node)
    require_node_act(builder, node)
    for user in (other, viewer):
        with pytest.raises(ActForbidden):
            require_node_act(user, node)
    node.executor = other
    node.save(update_fields=["executor"])
    require_node_act(other, node)


def test_who_is_told_that_a_node_waits_may_confirm_it_and_nothing_else(space: Space, builder: User) -> None:
    told, other, watcher = (User.objects.create_user(name) for name in ("told", "other", "watcher"))
    for user, role in ((told, Role.BUILDER), (other, Role.BUILDER), (watcher, Role.VIEWER)):
        Membership.objects.create(space=space, user=user, role=role)
    rules = [
        {"who": "told", "on": ["waiting"]},
        {"who": "other", "on": ["done"]},
        {"who": "watcher", "on": ["waiting"]},
    ]
    run = make_run(make_workflow("a", space=space, owner=builder, confirm=["a"], nodes={"a": {"notify": rules}}))
    node = NodeRun.objects.get(run=run, key="a")
    require_confirm(told, node)
    require_confirm(builder, node)
    for user in (other, watcher):
        with pytest.raises(ActForbidden):
            require_confirm(user, node)
    with pytest.raises(ActForbidden):
        require_node_act(told, node)
    Membership.objects.filter(user=told).delete()
    with pytest.raises(ActForbidden):
        require_confirm(told, node)


def test_waiting_node_asks_those_who_can_help(run: Run, node: NodeRun, admin: User, builder: User) -> None:
    executor = User.objects.create_user("executor")
    Membership.objects.create(space=run.space, user=executor, role=Role.BUILDER)
    node.executor = executor
    spec = version_graph(run.version_id).specs["a"]

    def asked(waiting_for: str) -> list[str]:
        node.waiting_for = waiting_for
        people = (admin, builder, executor)
        return [user.username for user in people if standing(user, run).is_asked(node, spec)]

    assert asked("consent") == ["executor"]
    assert asked("confirm") == asked("done") == asked("stopped") == ["admin", "builder", "executor"]
    assert asked("pipeline") == []


def test_executor_may_not_cancel_the_run(run: Run, node: NodeRun, admin: User) -> None:
    other = User.objects.create_user("other")
    Membership.objects.create(space=run.space, user=other, role=Role.BUILDER)
    node.executor = other
    node.save(update_fields=["executor"])
    with pytest.raises(ActForbidden):
        require_cancel_run(other, run)
    require_cancel_run(admin, run)
    require_cancel_run(run.initiator, run)


def test_initiator_who_became_a_viewer_watches_only(run: Run, node: NodeRun, builder: User, space: Space) -> None:
    Membership.objects.filter(space=space, user=builder).update(role=Role.VIEWER)
    assert not standing(builder, run).may_act_on(node)
    assert not standing(builder, run).may_cancel_run


def test_removed_or_inactive_initiator_does_not_act(run: Run, node: NodeRun, builder: User, space: Space) -> None:
    User.objects.filter(pk=builder.pk).update(is_active=False)
    assert not standing(builder, run).may_act_on(node)
    User.objects.filter(pk=builder.pk).update(is_active=True)
    assert standing(builder, run).may_act_on(node)
    Membership.objects.filter(space=space, user=builder).delete()
    assert not standing(builder, run).may_act_on(node)


def test_viewers_outsiders_and_others_of_a_personal_template_start_nothing(
    space: Space, admin: User, builder: User, viewer: User, outsider: User
) -> None:
    shared = make_workflow("a", space=space, owner=builder)
    personal = make_workflow("a", space=space, owner=builder, visibility="personal")
    require_start(admin, shared)
    require_start(builder, personal)
    for user, workflow in ((viewer, shared), (outsider, shared), (admin, personal)):
        with pytest.raises(ActForbidden):
            require_start(user, workflow)

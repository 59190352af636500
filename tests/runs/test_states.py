"""The state machine is the one that was decided (decisions.md, section 1), arrow by arrow."""

import pytest

from runs.states import (
    ATTEMPT_LIVE,
    ATTEMPT_TERMINAL,
    ATTEMPT_TRANSITIONS,
    NODE_ACTIVE,
    NODE_TERMINAL,
    NODE_TRANSITIONS,
    RUN_TERMINAL,
    WAITING_FOR_PERSON,
    AttemptStatus,
    NodeStatus,
    RunStatus,
    WaitingFor,
    choices,
    values,
)

DECIDED = {
    "pending": "queued running waiting cancelled",
    "queued": "running waiting failed cancelled",
    "running": "waiting retrying queued done failed cancelled",
    "retrying": "queued failed cancelled",
    "waiting": "queued done failed cancelled",
    "done": "queued",
    "failed": "queued",
    "cancelled": "queued",
    "skipped": "",
}


@pytest.mark.parametrize("status", list(NodeStatus))
def test_node_transitions_of_each_status_are_the_decided_ones(status: NodeStatus) -> None:
    assert NODE_TRANSITIONS[status] == {NodeStatus(name) for name in DECIDED[status].split()}


def test_node_transitions_to_skipped_do_not_exist() -> None:
    assert not any(NodeStatus.SKIPPED in targets for targets in NODE_TRANSITIONS.values())


def test_node_transitions_out_of_an_end_lead_to_a_new_turn_only() -> None:
    ends = NODE_TERMINAL - {NodeStatus.SKIPPED}
    assert {NODE_TRANSITIONS[status] for status in ends} == {frozenset({NodeStatus.QUEUED})}


def test_attempt_transitions_are_the_decided_ones() -> None:
    terminal = {A.SUCCEEDED, A.FAILED, A.LOST, A.CANCELLED}
    assert ATTEMPT_TRANSITIONS[A.QUEUED] == {A.RUNNING, A.CANCELLED}
    assert ATTEMPT_TRANSITIONS[A.RUNNING] == terminal
    assert all(not ATTEMPT_TRANSITIONS[status] for status in terminal)


A = AttemptStatus


def test_status_groups_divide_each_enumeration() -> None:
    assert set(A) == ATTEMPT_LIVE | ATTEMPT_TERMINAL
    assert not ATTEMPT_LIVE & ATTEMPT_TERMINAL
    assert NODE_ACTIVE | NODE_TERMINAL | {NodeStatus.PENDING, NodeStatus.WAITING} == set(NodeStatus)
    assert not NODE_ACTIVE & NODE_TERMINAL
    assert set(RunStatus) - RUN_TERMINAL == {RunStatus.RUNNING, RunStatus.WAITING}
    assert set(WaitingFor) - WAITING_FOR_PERSON == {WaitingFor.PIPELINE}


def test_values_and_choices_are_plain_and_in_a_fixed_order() -> None:
    assert values({RunStatus.WAITING, RunStatus.DONE}) == ["done", "waiting"]
    assert choices(RunStatus)[0] == ("running", "running")
    assert all(type(value) is str for value in values(NodeStatus))

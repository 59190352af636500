"""What starts when, and how a run stands: tables, and properties over any graph and any order of events."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runs.scheduling import plan, ready, verdict
from runs.states import NODE_ACTIVE, RUN_TERMINAL, NodeStatus, RunStatus
from tests.runs.graphs import graph_of, graphs
from workflows.graph import Graph

N = NodeStatus


@pytest.mark.parametrize(
    ("present", "expected"),
    [
        ("", "done"),
        ("done", "done"),
        ("done pending", "done"),
        ("done skipped", "done"),
        ("queued failed waiting cancelled", "running"),
        ("running waiting", "running"),
        ("retrying done", "running"),
        ("waiting failed", "waiting"),
        ("waiting cancelled", "waiting"),
        ("failed cancelled", "failed"),
        ("failed pending", "failed"),
        ("cancelled done pending", "cancelled"),
    ],
)
def test_verdict_of_statuses_follows_the_decided_order(present: str, expected: str) -> None:
    assert verdict(present.split()) == expected


@pytest.mark.parametrize(
    ("graph", "statuses", "expected"),
    [
        ("a → b → c", "pending pending pending", "a"),
        ("a → b → c", "done pending pending", "b"),
        ("a → b → c", "done queued pending", ""),
        ("a → b → c", "queued done pending", ""),  # reopened above: nothing below starts
        ("a → b → c", "waiting done pending", ""),
        ("a → b → d; a → c → d", "done pending pending pending", "b c"),
        ("a → b → d; a → c → d", "done done pending running", ""),
        ("a → b → d; a → c → d", "done done pending done", "d"),
        ("a → b → d; a → c → d", "done failed pending done", ""),
        ("a → b → d; a → c → d", "done cancelled pending done", ""),
        ("a; b; c", "pending done pending", "a c"),
    ],
)
def test_ready_with_statuses_names_nodes_whose_ancestors_are_all_done(graph: str, statuses: str, expected: str) -> None:
    shape = graph_of(graph)
    given_statuses = dict(zip(shape.keys, statuses.split(), strict=True))
    assert ready(shape, given_statuses) == tuple(expected.split())


def test_ready_among_some_keys_names_no_other() -> None:
    shape = graph_of("a; b; c")
    assert ready(shape, dict.fromkeys("abc", "pending"), among=["c", "a"]) == ("a", "c")


def test_plan_with_ready_nodes_counts_them_as_queued() -> None:
    shape = graph_of("a → b")
    assert plan(shape, {"a": "done", "b": "pending"}).verdict == RunStatus.RUNNING
    assert plan(shape, {"a": "failed", "b": "pending"}).verdict == RunStatus.FAILED
    assert plan(shape, {"a": "done", "b": "done"}).ready == ()


class Walk:
    """A run in memory: starts what is ready, ends what is active in a drawn order."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.statuses: dict[str, str] = dict.fromkeys(graph.keys, N.PENDING)
        self.started: list[str] = []
        self.ended: list[str] = []
        self.settle()

    def settle(self) -> None:
        for key in ready(self.graph, self.statuses):
            assert self.graph.ancestors(key) <= set(self.ended), "started before all its ancestors were done"
            self.started.append(key)
            self.statuses[key] = N.QUEUED

    @property
    def active(self) -> list[str]:
        return [key for key, status in self.statuses.items() if status in NODE_ACTIVE]

    def end(self, key: str, status: NodeStatus) -> None:
        self.statuses[key] = status
        if status == N.DONE:
            self.ended.append(key)
        self.settle()


@given(graph=graphs(), data=st.data())
def test_any_graph_with_completions_in_any_order_is_done_and_plans_each_node_once(
    graph: Graph, data: st.DataObject
) -> None:
    walk = Walk(graph)
    while walk.active:
        assert verdict(walk.statuses.values()) == RunStatus.RUNNING
        walk.end(data.draw(st.sampled_from(walk.active)), N.DONE)
    assert sorted(walk.started) == sorted(graph.keys)
    assert verdict(walk.statuses.values()) == RunStatus.DONE


@given(graph=graphs(), data=st.data())
def test_any_graph_with_failures_and_cancellations_ends_and_starts_nothing_below_them(
    graph: Graph, data: st.DataObject
) -> None:
    walk = Walk(graph)
    outcomes = st.sampled_from([N.DONE, N.DONE, N.FAILED, N.CANCELLED])
    while walk.active:
        walk.end(data.draw(st.sampled_from(walk.active)), data.draw(outcomes))
    assert len(walk.started) == len(set(walk.started))
    assert verdict(walk.statuses.values()) in RUN_TERMINAL
    for key in graph.keys:
        dead_above = any(walk.statuses[other] != N.DONE for other in graph.ancestors(key))
        assert (walk.statuses[key] == N.PENDING) == dead_above

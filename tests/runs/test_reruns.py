"""What a re-run touches: tables from decisions.md section 1, and properties over any graph and any statuses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runs.reruns import VersionState, after_accept, restart
from runs.states import NODE_ACTIVE, NodeStatus
from tests.runs.graphs import graph_of, graphs
from workflows.graph import Graph

SIGNS = {
    "D": VersionState("done", accepted=True),
    "P": VersionState("pending"),
    "Q": VersionState("queued"),
    "R": VersionState("running"),
    "T": VersionState("retrying"),
    "W": VersionState("waiting"),
    "w": VersionState("waiting", accepted=True),
    "F": VersionState("failed"),
    "C": VersionState("cancelled"),
    "c": VersionState("cancelled", accepted=True),
    "X": VersionState("cancelled", with_run=True),
    "x": VersionState("cancelled", accepted=True, with_run=True),
}
DIAMOND = "a → b → d; a → c → d"


def versions(graph: Graph, signs: str) -> dict[str, VersionState]:
    return {key: SIGNS[sign] for key, sign in zip(graph.keys, signs, strict=True)}


def shown(keys: tuple[str, ...]) -> str:
    return "".join(keys)


@pytest.mark.parametrize(
    ("graph", "signs", "key", "rerun", "cancel", "renew"),
    [
        # A first acceptance recomputes nothing: what is below has not begun.
        ("a → b → c", "DPP", "a", False, "", ""),
        # Done after a reopening: everything below that was reached is made anew, what is in flight is stopped.
        ("a → b → c", "DDD", "a", True, "", "bc"),
        ("a → b → c", "DRP", "a", True, "b", "b"),
        ("a → b → c", "DDW", "a", True, "c", "bc"),
        ("a → b → c", "DDF", "a", True, "", "bc"),
        ("a → b → c; a → d", "DDTQ", "a", True, "dc", "bdc"),
        ("a → b → c", "DDD", "b", True, "", "c"),
        # What lies beside is left alone: only what is downstream of the node.
        (DIAMOND, "DDDR", "b", True, "d", "d"),
        # Nodes below that a person cancelled by itself stay so on a first acceptance, not in a re-run.
        ("a → b → c", "DCP", "a", False, "", ""),
        ("a → b → c", "DCP", "a", True, "", "b"),
        # Continuing a cancelled run: what its cancellation took along comes back.
        ("a → b → c", "DXX", "a", False, "", "bc"),
        # ... also a cancelled, never accepted node above what will run again ("b" beside "c").
        (DIAMOND, "DDXX", "b", False, "", "cd"),
        (DIAMOND, "DDCX", "b", False, "", "cd"),
        # One that was accepted once is not needed again from the start.
        (DIAMOND, "DDcX", "b", False, "", "d"),
    ],
)
def test_after_accept_in_each_situation_gives_the_decided_plan(
    graph: str, signs: str, key: str, rerun: bool, cancel: str, renew: str
) -> None:
    shape = graph_of(graph)
    plan = after_accept(shape, versions(shape, _by_order(graph, signs)), key, rerun=rerun)
    assert (shown(plan.cancel), shown(plan.renew)) == (cancel, renew)


def _by_order(graph: str, signs: str) -> str:
    """Signs are written a, b, c, d; the graph's keys may come in another order."""
    return "".join(signs["abcd".index(key)] for key in graph_of(graph).keys)


@pytest.mark.parametrize(
    ("graph", "signs", "key", "cancel", "renew"),
    [
        ("a → b → c", "DDD", "b", "", "b"),  # downstream is renewed when the new version is accepted, not now
        ("a → b → c", "DDR", "b", "c", "b"),  # but what is in flight there stops at once
        ("a → b → c", "DDW", "a", "c", "a"),
        ("a → b → c", "DRP", "b", "b", "b"),  # restart while it runs: cancelled, and a new version
        ("a → b → c", "DwR", "b", "bc", "b"),
        ("a → b → c", "DFP", "b", "", "b"),
        ("a → b → c", "XPP", "a", "", "a"),
        ("a → b → c", "DXX", "c", "", "bc"),  # its cancelled ancestor has to run first
        ("a → b → c", "DcD", "c", "", "c"),  # that ancestor was accepted once
        (DIAMOND, "DRTD", "d", "", "d"),  # what works above is not in its way
        (DIAMOND, "DRTD", "a", "bc", "a"),
    ],
)
def test_restart_in_each_situation_gives_the_decided_plan(
    graph: str, signs: str, key: str, cancel: str, renew: str
) -> None:
    shape = graph_of(graph)
    plan = restart(shape, versions(shape, _by_order(graph, signs)), key)
    assert (shown(plan.cancel), shown(plan.renew)) == (cancel, renew)


@st.composite
def situations(draw: st.DrawFn) -> tuple[Graph, dict[str, VersionState], str]:
    """Any graph, any statuses, any node of it."""
    graph = draw(graphs())
    states = {key: SIGNS[draw(st.sampled_from(sorted(SIGNS)))] for key in graph.keys}
    return graph, states, draw(st.sampled_from(graph.keys))


def _in_flight(state: VersionState) -> bool:
    return state.status in NODE_ACTIVE or state.status == NodeStatus.WAITING


def _dead(state: VersionState) -> bool:
    return state.status == NodeStatus.CANCELLED and not state.accepted


@given(situation=situations(), rerun=st.booleans())
def test_after_accept_of_anything_renews_only_descendants_and_their_dead_ancestors(
    situation: tuple[Graph, dict[str, VersionState], str], rerun: bool
) -> None:
    graph, states, key = situation
    plan = after_accept(graph, states, key, rerun=rerun)
    below = graph.descendants(key)
    assert key not in plan.renew
    assert list(plan.renew) == [other for other in graph.order if other in plan.renew]
    for other in plan.renew:
        needed = any(other in graph.ancestors(again) for again in plan.renew)
        assert other in below or (_dead(states[other]) and needed)
        assert other not in below or states[other].status != NodeStatus.PENDING
    assert set(plan.cancel) == {other for other in plan.renew if _in_flight(states[other])}
    if rerun:
        assert set(plan.renew) >= {other for other in below if states[other].status != NodeStatus.PENDING}
    else:
        assert not plan.cancel, "a first acceptance stops nobody"


@given(situation=situations(), rerun=st.booleans())
def test_after_accept_of_anything_leaves_no_renewed_node_under_a_dead_one(
    situation: tuple[Graph, dict[str, VersionState], str], rerun: bool
) -> None:
    graph, states, key = situation
    plan = after_accept(graph, {**states, key: SIGNS["D"]}, key, rerun=rerun)
    for other in plan.renew:
        above = graph.ancestors(other) - {key} - set(plan.renew)
        assert not [dead for dead in above if _dead(states[dead])], "it would wait for ever"


@given(situation=situations())
def test_restart_of_anything_renews_it_and_stops_exactly_what_works_below(
    situation: tuple[Graph, dict[str, VersionState], str],
) -> None:
    graph, states, key = situation
    plan = restart(graph, states, key)
    assert key in plan.renew
    assert all(_dead(states[other]) and other in graph.ancestors(key) for other in set(plan.renew) - {key})
    assert set(plan.cancel) == {other for other in {key, *graph.descendants(key)} if _in_flight(states[other])}

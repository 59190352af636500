"""What a re-run touches: tables from decisions.md section 1, and properties over any graph and any statuses."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runs.reruns import Plan, Reason, Used, VersionState, Why, after_accept, restart, retry
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
    "X": VersionState("cancelled", cancelled_with="run"),
    "x": VersionState("cancelled", accepted=True, cancelled_with="run"),
    "S": VersionState("cancelled", cancelled_with="rerun"),
}
OLD, NEW = "0" * 64, "1" * 64
DIAMOND = "a → b → d; a → c → d"


def versions(graph: Graph, signs: str) -> dict[str, VersionState]:
    """Versions that took the old output of each of their parents."""
    return {
        key: replace(SIGNS[sign], inputs=tuple(Used((parent, "out"), OLD) for parent in graph.parents(key)))
        for key, sign in zip(graph.keys, signs, strict=True)
    }


def outputs(graph: Graph, *changed: str) -> dict[tuple[str, str], str]:
    """What the latest versions give: all the old, but for those that changed."""
    return {(key, "out"): NEW if key in changed else OLD for key in graph.keys}


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
    current = outputs(shape, key)
    plan = after_accept(shape, versions(shape, _by_order(graph, signs)), key, rerun=rerun, current=current)
    assert (shown(plan.cancel), shown(plan.renew)) == (cancel, renew)


@pytest.mark.parametrize(
    ("graph", "signs", "changed", "again", "cancel", "renew", "reuse"),
    [
        # Unchanged outputs recompute nothing; work in flight goes on.
        ("a → b → c", "DDD", "", "", "", "", "bc"),
        ("a → b → c", "DRP", "", "", "", "", "b"),
        ("a → b → c", "DDW", "", "", "", "", "bc"),
        # What failed or was cancelled has no result to keep; what takes its outputs is computed after it.
        ("a → b → c", "DFP", "", "", "", "b", ""),
        ("a → b → c; a → d", "DDCD", "", "", "", "c", "bd"),
        ("a → b → c", "DSD", "", "", "", "bc", ""),
        # Chosen again: it and everything that takes its outputs, nothing else.
        (DIAMOND, "DDDD", "", "b", "", "bd", "c"),
        (DIAMOND, "DDRP", "", "c", "c", "c", "b"),
        # What another node gives that is done counts; of one that is not, its own acceptance decides.
        (DIAMOND, "DDDD", "c", "", "", "d", "bc"),
        (DIAMOND, "DDwD", "c", "", "", "", "bcd"),
    ],
)
def test_done_of_a_in_each_situation_keeps_what_would_come_out_the_same(
    graph: str, signs: str, changed: str, again: str, *, cancel: str, renew: str, reuse: str
) -> None:
    shape = graph_of(graph)
    states, current = versions(shape, _by_order(graph, signs)), outputs(shape, *changed)
    plan = after_accept(shape, states, "a", rerun=True, current=current, again=again)
    assert (shown(plan.cancel), shown(plan.renew), shown(plan.reuse)) == (cancel, renew, reuse)
    assert set(plan.reasons) == {*plan.renew, *plan.offered}


def test_only_the_input_that_changed_counts_not_the_node_it_comes_from() -> None:
    graph = graph_of("a → b; a → c")
    states = {
        "a": SIGNS["D"],
        "b": replace(SIGNS["D"], inputs=(Used(("a", "title"), OLD),)),
        "c": replace(SIGNS["D"], inputs=(Used(("a", "title"), OLD), Used(("a", "body"), OLD))),
    }
    current = {("a", "title"): OLD, ("a", "body"): NEW}
    plan = after_accept(graph, states, "a", rerun=True, current=current)
    assert (plan.renew, plan.reuse) == (("c",), ("b",))
    assert plan.reasons == {"b": Reason(Why.UNCHANGED, ("a.title",)), "c": Reason(Why.CHANGED, ("a.body",))}


def test_an_output_that_is_gone_has_changed() -> None:
    graph = graph_of("a → b")
    plan = after_accept(graph, versions(graph, "DD"), "a", rerun=True, current={})
    assert plan.reasons == {"b": Reason(Why.CHANGED, ("a.out",))}


def test_what_only_comes_later_and_takes_nothing_is_kept() -> None:
    graph = graph_of("a → b → c")
    states = {"a": SIGNS["D"], "b": replace(SIGNS["D"], inputs=(Used(("a", "out"), OLD),)), "c": SIGNS["D"]}
    plan = after_accept(graph, states, "a", rerun=True, current={("a", "out"): NEW})
    assert (plan.renew, plan.reuse) == (("b",), ("c",))


def test_a_plan_says_why() -> None:
    graph = graph_of("a → b → c; a → d; a → e")
    states = versions(graph, "".join({"a": "D", "b": "D", "c": "D", "d": "F", "e": "X"}[key] for key in graph.keys))
    plan = after_accept(graph, states, "a", rerun=True, current=outputs(graph, "a"))
    assert plan.reasons == {
        "b": Reason(Why.CHANGED, ("a.out",)),
        "c": Reason(Why.SOURCE, ("b.out",)),
        "d": Reason(Why.FAILED),
        "e": Reason(Why.WITH_RUN),
    }


def test_digest_of_a_plan_changes_with_what_it_does_and_to_which_versions() -> None:
    graph = graph_of("a → b → c")
    states = versions(graph, "DDD")

    def digest(states: dict[str, VersionState], *changed: str, again: str = "") -> str:
        current = outputs(graph, *changed)
        return after_accept(graph, states, "a", rerun=True, current=current, again=again).digest(states)

    later = {**states, "b": replace(states["b"], number=2)}
    found = [digest(states), digest(states, "a"), digest(states, again="b"), digest(states, again="c"), digest(later)]
    assert len(set(found)) == len(found)
    assert digest(states) == found[0]


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


@pytest.mark.parametrize(
    ("graph", "signs", "key", "later", "kept"),
    [
        ("a → b → c", "DDD", "a", "bc", ""),
        ("a → b → c", "DDP", "a", "b", ""),
        ("a → b → c", "DCD", "a", "bc", ""),
        (DIAMOND, "DDDD", "b", "d", ""),
    ],
)
def test_restart_says_what_may_run_again_when_it_is_accepted(
    graph: str, signs: str, key: str, later: str, kept: str
) -> None:
    shape = graph_of(graph)
    plan = restart(shape, versions(shape, _by_order(graph, signs)), key)
    assert (shown(plan.later), shown(plan.kept)) == (later, kept)


def test_restart_keeps_what_takes_nothing_from_it_but_stops_what_works_there() -> None:
    graph = graph_of("a → b; a → c")
    states = {"a": SIGNS["D"], "b": SIGNS["D"], "c": SIGNS["R"]}
    plan = restart(graph, states, "a")
    assert (plan.cancel, plan.kept, plan.later) == (("c",), ("b",), ("c",))
    stopped = {**states, "c": SIGNS["S"]}
    assert after_accept(graph, stopped, "a", rerun=True, current={}).renew == ("c",), "it comes back when a is accepted"


@pytest.mark.parametrize(
    ("signs", "key", "later"), [("DXX", "b", "c"), ("DXC", "b", ""), ("DcD", "b", "c"), ("XXS", "a", "bc")]
)
def test_retry_says_what_comes_after_it(signs: str, key: str, later: str) -> None:
    graph = graph_of("a → b → c")
    plan = retry(graph, versions(graph, signs), key)
    assert (plan.cancel, plan.renew, shown(plan.later)) == ((), (), later)


@st.composite
def situations(draw: st.DrawFn) -> tuple[Graph, dict[str, VersionState], str]:
    """Any graph, any statuses, any node of it; each took outputs, old or new, from some of its ancestors."""
    graph = draw(graphs())
    states = {}
    for key in graph.keys:
        above = sorted(graph.ancestors(key))
        used = [Used((other, "out"), draw(st.sampled_from([OLD, NEW, ""]))) for other in above if draw(st.booleans())]
        states[key] = replace(SIGNS[draw(st.sampled_from(sorted(SIGNS)))], inputs=tuple(used))
    return graph, states, draw(st.sampled_from(graph.keys))


def _accepted(graph: Graph, states: dict[str, VersionState], key: str, *, rerun: bool) -> Plan:
    return after_accept(graph, states, key, rerun=rerun, current=outputs(graph))


def _in_flight(state: VersionState) -> bool:
    return state.status in NODE_ACTIVE or state.status == NodeStatus.WAITING


def _dead(state: VersionState) -> bool:
    return state.status == NodeStatus.CANCELLED and not state.accepted


@given(situation=situations(), rerun=st.booleans())
def test_after_accept_of_anything_renews_only_descendants_and_their_dead_ancestors(
    situation: tuple[Graph, dict[str, VersionState], str], rerun: bool
) -> None:
    graph, states, key = situation
    plan = _accepted(graph, states, key, rerun=rerun)
    below = graph.descendants(key)
    assert key not in plan.renew
    assert list(plan.renew) == [other for other in graph.order if other in plan.renew]
    for other in plan.renew:
        needed = any(other in graph.ancestors(again) for again in plan.renew)
        assert other in below or (_dead(states[other]) and needed)
        assert other not in below or states[other].status != NodeStatus.PENDING
    assert set(plan.cancel) == {other for other in plan.renew if _in_flight(states[other])}
    reached = {other for other in below if states[other].status != NodeStatus.PENDING}
    if rerun:
        assert {*plan.renew, *plan.reuse} >= reached and not {*plan.renew} & {*plan.reuse}
    else:
        assert not plan.cancel and not plan.reuse, "a first acceptance stops nobody and keeps nothing"


@given(situation=situations())
def test_what_is_reused_has_a_result_or_works_on_inputs_that_would_come_out_the_same(
    situation: tuple[Graph, dict[str, VersionState], str],
) -> None:
    graph, states, key = situation
    plan = _accepted(graph, states, key, rerun=True)
    for other in plan.reuse:
        assert states[other].status == NodeStatus.DONE or _in_flight(states[other])
        for used in states[other].inputs:
            source = used.output[0]
            assert source not in graph.descendants(key) or source not in plan.renew
            assert used.sha256 == OLD or (source != key and states[source].status != NodeStatus.DONE)
    for other in plan.renew:
        assert other in plan.reasons


@given(situation=situations())
def test_after_accept_twice_of_anything_keeps_what_the_first_time_was_kept(
    situation: tuple[Graph, dict[str, VersionState], str],
) -> None:
    """Accepting the same outputs again recomputes nothing that the first plan left or made anew."""
    graph, states, key = situation
    plan = _accepted(graph, states, key, rerun=True)
    fresh = {**states, **{other: VersionState("pending", number=2) for other in plan.renew}}
    assert not set(_accepted(graph, fresh, key, rerun=True).renew) - set(plan.renew)


@given(situation=situations(), rerun=st.booleans())
def test_after_accept_of_anything_leaves_no_renewed_node_under_a_dead_one(
    situation: tuple[Graph, dict[str, VersionState], str], rerun: bool
) -> None:
    graph, states, key = situation
    plan = _accepted(graph, {**states, key: SIGNS["D"]}, key, rerun=rerun)
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

"""The dialog before an act: what it shows, that the act carries it, and what happens when it is another plan now."""

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from runs.models import Attempt, Reuse, Run, SideEffect
from runs.transitions.outputs import outputs_sha256
from spaces.models import Space
from tests.factories import make_run, make_workflow
from tests.runs.engine import drain, fail_for_good, node, statuses, turn
from tests.runs.graphs import giving
from workflows.models import Workflow

Browser = Callable[[str], Client]
GRAPH = "a → b → d; a → c"
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def flow(space: Space, builder: User) -> Workflow:
    return make_workflow(GRAPH, space=space, owner=builder, nodes=giving(GRAPH))


@pytest.fixture
def reopened(flow: Workflow, as_: Browser) -> Run:
    """A run that is done but for its first node, which was reopened and gave the same again."""
    run = make_run(flow)
    drain(run, out="1")
    as_("builder").post(f"{address(run)}messages/new/", {"version": 1, "text": "Are you sure?"})
    turn(run, "a", out="1")
    assert statuses(run) == "a1:waiting/done b1:done c1:done d1:done"
    return run


def address(run: Run, key: str = "a") -> str:
    return f"/s/demo/runs/{run.public_id}/nodes/{key}/"


def field(html: str, name: str) -> str:
    return re.findall(rf'name="{name}" value="(\w*)"', html)[0]


def fates(html: str) -> dict[str, str]:
    return {key: fate for fate, key in re.findall(r'data-fate="(\w+)" data-node="(\w+)"', html)}


def test_done_shows_what_is_reused_and_keeps_exactly_that(reopened: Run, as_: Browser) -> None:
    client = as_("builder")
    html = client.get(f"{address(reopened)}plan/", {"act": "done", "version": 1}, headers=HTMX).content.decode()
    assert "<html" not in html
    assert fates(html) == {"b": "reused", "c": "reused", "d": "reused"}
    assert "its inputs did not change: out of A" in html
    data = {"version": 1, "plan": field(html, "plan"), "outputs": field(html, "outputs")}
    assert client.post(f"{address(reopened)}completions/", data).status_code == 302
    assert statuses(reopened) == "a1:done b1:done c1:done d1:done"
    assert Reuse.objects.count() == 3


def test_chosen_again_is_shown_with_what_takes_its_outputs_and_done_so(reopened: Run, as_: Browser) -> None:
    client, query = as_("builder"), {"act": "done", "version": 1, "again": ["b"]}
    html = client.get(f"{address(reopened)}plan/", query, headers=HTMX).content.decode()
    assert fates(html) == {"b": "again", "c": "reused", "d": "again"}
    data = {"version": 1, "again": ["b"], "plan": field(html, "plan"), "outputs": field(html, "outputs")}
    assert client.post(f"{address(reopened)}completions/", data).status_code == 302
    assert statuses(reopened) == "a1:done b2:queued c1:done d2:pending"


@pytest.mark.parametrize("fragment", [False, True])
def test_another_plan_than_was_seen_is_refused_with_the_fresh_one(reopened: Run, as_: Browser, fragment: bool) -> None:
    client, headers = as_("builder"), HTMX if fragment else {}
    html = client.get(f"{address(reopened)}plan/", {"act": "done", "version": 1}).content.decode()
    client.post(f"{address(reopened, 'b')}restarts/", {"version": 1})
    data = {"version": 1, "plan": field(html, "plan"), "outputs": field(html, "outputs")}
    answer = client.post(f"{address(reopened)}completions/", data, headers=headers)
    assert answer.status_code == 409
    fresh = answer.content.decode()
    assert "has changed since you saw it" in fresh
    assert field(fresh, "plan") != data["plan"]
    assert answer.headers.get("HX-Retarget") == ("#reader-body" if fragment else None)
    assert statuses(reopened).startswith("a1:waiting/done")
    again = client.post(f"{address(reopened)}completions/", {**data, "plan": field(fresh, "plan")})
    assert again.status_code == 302


def test_a_choice_that_is_not_offered_is_refused(reopened: Run, as_: Browser) -> None:
    answer = as_("builder").get(f"{address(reopened)}plan/", {"act": "done", "again": ["zebra"]}, headers=HTMX)
    assert answer.status_code == 409
    assert "nothing to choose about zebra" in answer.content.decode()


def test_restart_offers_both_ways_and_says_what_may_follow(reopened: Run, as_: Browser) -> None:
    html = as_("builder").get(f"{address(reopened, 'b')}plan/", {"act": "restart"}).content.decode()
    assert "Keep the context" in html and "Discard the context" in html
    assert fates(html) == {"b": "again", "d": "later"}
    assert "unless its inputs come out the same: out of B" in html


def test_failed_node_offers_its_turn_again(flow: Workflow, as_: Browser) -> None:
    run = make_run(flow)
    fail_for_good(run, "a")
    html = as_("builder").get(f"{address(run)}plan/", {"act": "restart"}).content.decode()
    assert "The same turn is tried again" in html


def test_expected_cost_is_the_median_of_finished_attempts_or_honestly_unknown(
    reopened: Run, as_: Browser, flow: Workflow
) -> None:
    older = make_run(flow)
    drain(older, out="1")
    for tokens, run in ((100, older), (300, reopened)):
        Attempt.objects.filter(node_run__run=run, node_run__key="b").update(input_tokens=tokens, output_tokens=7)
    html = as_("builder").get(f"{address(reopened)}plan/", {"act": "done", "again": ["b"]}).content.decode()
    assert "about 200 tokens read, 7 written" in html
    assert "the last 2 runs" in html
    assert "No history yet" not in html
    Attempt.objects.filter(node_run__key="b").update(started_at=None)
    html = as_("builder").get(f"{address(reopened)}plan/", {"act": "done", "again": ["b"]}).content.decode()
    assert "No history yet of B." in html


def test_outward_acts_of_what_runs_again_are_named(reopened: Run, as_: Browser) -> None:
    version = node(reopened, "b")
    attempt = Attempt.objects.filter(node_run=version).latest("number")
    SideEffect.objects.create(
        node_run=version, attempt=attempt, kind="link", key="link:1", target="https://example.org/<b>", result="ok"
    )
    client = as_("builder")
    html = client.get(f"{address(reopened)}plan/", {"act": "done", "again": ["b"]}).content.decode()
    assert "B: link https://example.org/&lt;b&gt;" in html
    assert "example.org" not in client.get(f"{address(reopened)}plan/", {"act": "done"}).content.decode()


@pytest.mark.parametrize(("name", "status"), [("viewer", 403), ("outsider", 404), ("builder", 200), ("admin", 200)])
def test_plan_is_for_those_who_may_act(reopened: Run, as_: Browser, name: str, status: int) -> None:
    assert as_(name).get(f"{address(reopened)}plan/", {"act": "done"}).status_code == status


@pytest.mark.parametrize("act", ["cancel", "nonsense"])
def test_act_without_a_plan_has_no_dialog(reopened: Run, as_: Browser, act: str) -> None:
    assert as_("builder").get(f"{address(reopened)}plan/", {"act": act}).status_code == 404


def test_strange_keys_are_invalid(reopened: Run, as_: Browser) -> None:
    answer = as_("builder").post(f"{address(reopened)}completions/", {"version": 1, "again": ["<b>"]}, headers=HTMX)
    assert answer.status_code == 422


def test_marks_appear_and_go_with_the_facts(reopened: Run, as_: Browser) -> None:
    client, page = as_("builder"), f"/s/demo/runs/{reopened.public_id}/overview/"

    def marks() -> list[str]:
        return re.findall(r'id="node-(\w+)"|data-mark="(\w+)"', client.get(page, headers=HTMX).content.decode())

    assert [name for _key, name in marks() if name] == []
    client.post(f"{address(reopened)}completions/", {"version": 1, "outputs": outputs_sha256(node(reopened, "a").pk)})
    assert [name for _key, name in marks() if name] == ["reused"] * 3
    client.post(f"{address(reopened)}messages/new/", {"version": 1, "text": "Change it"})
    turn(reopened, "a", out="2")
    assert [name for _key, name in marks() if name].count("stale") == 2, "b and c took it; d took what b gave"

"""The head of a run offers from which node it is run again: to whom, in which order, and what it leads to."""

import re
from collections.abc import Callable

from django.test import Client

from runs.actions import nodes as node_actions
from runs.actions import runs as run_actions
from runs.models import NodeRun, Run
from tests.factories import make_run
from tests.runs.turns import answer, fail
from workflows.models import Workflow

Browser = Callable[[str], Client]


def head_of(client: Client, run: Run, query: str = "") -> str:
    html = client.get(f"/s/demo/runs/{run.public_id}/{query}").content.decode()
    return re.search(r'<div id="run-\w+-head".*?\n</div>\n', html, re.DOTALL)[0]  # type: ignore[index]


def choices(client: Client, run: Run, query: str = "") -> str:
    headers = {"HX-Request": "true", "HX-Request-Type": "partial"}
    return client.get(f"/s/demo/runs/{run.public_id}/rerun/{query}", headers=headers).content.decode()


def offered(html: str) -> list[str]:
    return re.findall(r'<a class="menu__item" id="rerun-(\w+)"', html)


def accept(node: NodeRun) -> None:
    """Confirm the node as its initiator."""
    node_actions.confirm(node_run=node, by=node.run.initiator)


def test_failed_run_has_one_press_for_the_node_that_failed(run: Run, as_: Browser) -> None:
    fail(run, "a")
    head = head_of(as_("builder"), run)
    assert "Re-run from Analyse" in head and "Re-run from another node…" in head
    plan = re.search(r'id="rerun-usual" href="([^"]+)"', head)
    assert plan
    page = as_("builder").get(plan[1].replace("&amp;", "&")).content.decode()
    assert "Keep the context" in page and "Discard the context" in page
    assert offered(choices(as_("builder"), run)) == ["a"]


def test_nodes_that_have_not_begun_say_so_and_lead_nowhere(run: Run, as_: Browser) -> None:
    head = head_of(as_("builder"), run)  # a is queued, b not reached
    assert 'id="rerun-more"' not in head
    fail(run, "a")
    assert 'id="rerun-more"' in head_of(as_("builder"), run)
    listed = choices(as_("builder"), run)
    assert "Not reached · it has not begun" in listed
    assert "nodes/b/plan/" not in listed


def test_failed_ones_come_first_then_the_shown_one_then_the_graph(waiting: Run, node: NodeRun, as_: Browser) -> None:
    assert offered(choices(as_("builder"), waiting)) == ["a"]
    accept(node)
    fail(waiting, "b")
    assert offered(choices(as_("builder"), waiting, "?node=a")) == ["b", "a"]
    assert "Re-run from Build" in head_of(as_("builder"), waiting, "?node=a")


def test_shown_node_comes_before_the_others(waiting: Run, node: NodeRun, as_: Browser) -> None:
    accept(node)
    answer(waiting, "b", "Built.")
    assert "Re-run…" in head_of(as_("builder"), waiting, "?node=b")
    assert offered(choices(as_("builder"), waiting, "?node=b")) == ["b", "a"]
    assert offered(choices(as_("builder"), waiting, "?node=a")) == ["a", "b"]


def test_cancelled_run_can_be_run_again(waiting: Run, as_: Browser) -> None:
    run_actions.cancel_run(run=waiting, by=waiting.initiator)
    assert "Re-run…" in head_of(as_("builder"), waiting)
    listed = offered(choices(as_("builder"), waiting))
    assert listed == ["a", "b"], "also what was cancelled before it began has a version to replace"


def test_who_only_watches_has_no_button(waiting: Run, as_: Browser) -> None:
    assert "rerun" not in head_of(as_("viewer"), waiting)
    assert "rerun" in head_of(as_("admin"), waiting)
    address = f"/s/demo/runs/{waiting.public_id}/rerun/"
    assert as_("viewer").get(address).status_code == 403
    assert as_("outsider").get(address).status_code == 404
    assert 'href="/s/demo/runs/' in as_("admin").get(address).content.decode(), "also as a page"


def test_executor_of_one_node_is_told_why_the_others_are_not_theirs(
    workflow: Workflow, as_: Browser, builder: object, admin: object
) -> None:
    run = make_run(workflow, by=admin)
    fail(run, "a")
    NodeRun.objects.filter(run=run, key="a").update(executor=builder)
    listed = choices(as_("builder"), run)
    assert offered(listed) == ["a"]
    assert "you may only watch it" in listed


def test_head_that_is_fetched_again_knows_the_node_that_is_shown(waiting: Run, node: NodeRun, as_: Browser) -> None:
    accept(node)
    answer(waiting, "b", "Built.")
    html = as_("builder").get(f"/s/demo/runs/{waiting.public_id}/overview/?node=b").content.decode()
    assert f"/s/demo/runs/{waiting.public_id}/rerun/?node=b" in html

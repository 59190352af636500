"""What runs cost is shown wherever their tokens are; where no price is known, nothing is said of money."""

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from runs.commands import run_text
from runs.models import Attempt, NodeRun, Run
from runs.pages.comparing.run_comparison import compare_runs
from runs.pages.timeline import timeline
from runs.reports import run_report
from tests.factories import make_run
from tests.runs.turns import answer
from workflows.models import Workflow

Browser = Callable[[str], Client]
pytestmark = pytest.mark.django_db
COST = {"amount": "0.0042", "currency": "USD", "complete": True}
NANOS = 4_200_000


@pytest.fixture(params=[NANOS, None], ids=["priced", "without a price"])
def said(request: pytest.FixtureRequest, waiting: Run) -> str:
    """What the pages say of a run's only attempt, with a price and without one."""
    Attempt.objects.filter(node_run__run=waiting).update(cost_nanos=request.param)
    return "$0.0042" if request.param is not None else ""


def shows(html: str, said: str) -> bool:
    return said in html if said else "$" not in html and "≥" not in html


@pytest.mark.parametrize("place", ["", "?node=a", "?tab=timeline", "ticket/", "?node=a&version=1"])
def test_pages_of_a_run_say_it(place: str, said: str, as_: Browser, page: str) -> None:
    response = as_("builder").get(f"{page}{place}")
    assert response.status_code == 200
    assert shows(response.content.decode(), said)


def test_timeline_has_a_column_only_where_something_is_known(said: str, waiting: Run, as_: Browser, page: str) -> None:
    assert timeline(waiting).has_costs is bool(said)
    assert (">Cost</th>" in as_("builder").get(f"{page}?tab=timeline").content.decode()) is bool(said)


def test_history_and_its_table_say_it(said: str, as_: Browser) -> None:
    assert shows(as_("builder").get("/s/demo/runs/").content.decode(), said)
    text = b"".join(as_("builder").get("/s/demo/runs.csv").streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["Cost (USD)"], row["Cost is complete"]) == (("0.0042", "yes") if said else ("", ""))


def test_comparisons_say_it(said: str, waiting: Run, workflow: Workflow, as_: Browser) -> None:
    other = make_run(workflow)
    facts = {fact.name: (fact.before, fact.after) for fact in compare_runs(waiting, other)[0].facts}
    assert facts.get("Cost") == ((said, "") if said else None)
    address = f"/s/demo/run-comparison/?before={waiting.public_id}&after={other.public_id}"
    assert shows(as_("builder").get(address).content.decode(), said)


def test_versions_of_a_node_are_compared_by_it(said: str, waiting: Run, as_: Browser, page: str) -> None:
    as_("builder").post(f"{page}nodes/a/restarts/", {"version": 1})
    answer(waiting, "a")
    response = as_("builder").get(f"{page}nodes/a/comparison/", {"before": 1, "after": 2})
    assert response.status_code == 200
    assert shows(response.content.decode(), said)


def test_plan_of_a_rerun_expects_it(said: str, waiting: Run, as_: Browser, page: str) -> None:
    html = as_("builder").get(f"{page}nodes/a/plan/", {"act": "restart"}).content.decode()
    assert ("Cost: about $0.0042." in html) if said else ("Cost:" not in html)


def test_documents_hold_it(said: str, waiting: Run, as_: Browser, page: str) -> None:
    report = run_report(waiting.pk)
    ticket = json.loads(as_("builder").get(f"{page}ticket.json").content)
    found = [report["cost"], report["nodes"]["a"][0]["cost"], ticket["run"]["cost"], ticket["nodes"]["a"][0]["cost"]]
    found.append(ticket["nodes"]["a"][0]["attempts"][0]["cost"])
    assert found == [COST if said else None] * 5
    assert report["nodes"]["b"][0]["cost"] is None
    assert ("  0.0042 USD" in run_text(report).splitlines()[0]) is bool(said)
    assert any("$0.0042" in line["text"] for line in ticket["log"]) is bool(said)


def test_admin_site_says_it(said: str, waiting: Run, admin: User, settings: Any) -> None:
    User.objects.filter(pk=admin.pk).update(is_staff=True, is_superuser=True)
    browser = Client()
    browser.force_login(User.objects.get(pk=admin.pk))
    node = NodeRun.objects.get(run=waiting, key="a")
    for address in ("/admin/runs/attempt/", f"/admin/runs/noderun/{node.pk}/change/"):
        response = browser.get(address)
        assert response.status_code == 200
        assert shows(response.content.decode(), said)


def test_sum_that_lacks_a_price_says_at_least(waiting: Run, as_: Browser, page: str) -> None:
    Attempt.objects.filter(node_run__run=waiting).update(cost_nanos=NANOS)
    as_("builder").post(f"{page}nodes/a/messages/new/", {"version": 1, "text": "Again"})
    answer(waiting, "a")
    html = as_("builder").get(page).content.decode()
    assert "≥\u00a0$0.0042" in html
    assert "without a configured price" in html


def test_turn_says_what_it_used_at_the_message_that_ends_it(waiting: Run, as_: Browser, page: str) -> None:
    html = as_("builder").get(f"{page}nodes/a/messages/?version=1").content.decode()
    assert html.count('class="message__spent') == 0, "the answer wrote a file with a tool call, so it ends no turn"
    as_("builder").post(f"{page}nodes/a/messages/new/", {"version": 1, "text": "Again"})
    answer(waiting, "a", "Yes.")
    Attempt.objects.filter(node_run__run=waiting).update(cost_nanos=NANOS)
    html = as_("builder").get(f"{page}nodes/a/messages/?version=1").content.decode()
    assert html.count("100 tokens read, 20 written · $0.0042") == 1

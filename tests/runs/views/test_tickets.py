"""The run ticket as a page and as a file: what failed and why, in plain words; everything as it was; no secret."""

import hashlib
import json
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from runs.executors.base import Failed
from runs.models import Attempt, NodeRun, Run, RunEvent
from runs.transitions import acts, attempts, leases
from spaces.models import Space
from tests.factories import make_run, make_workflow
from tests.runs.engine import age
from tests.runs.turns import answer, take
from workflows.document import from_json, parse_yaml

Browser = Callable[..., Client]
KEY = "sk-proj-abcdefghijklmnop1234"
OUTPUT = {"name": "summary", "type": "text", "description": "x"}
NODES = {
    "a": {"title": "Analyse", "outputs": [OUTPUT], "inputs": [{"name": "items", "type": "text", "ask": True}]},
    "b": {"title": "Build", "inputs": [{"name": "of_a", "type": "text", "from": "a.summary"}]},
    "c": {"title": "Check"},
}


@pytest.fixture
def failed(space: Space, builder: User) -> Run:
    """A run whose node b failed twice: first for a passing reason, then for good."""
    flow = make_workflow("a → b → c", space=space, owner=builder, slug="flow", nodes=NODES)
    run = make_run(flow, inputs={"items": "Export 发票"}, title="Export")
    answer(run, "a", outputs={"summary": "In short."})
    busy = Failed(
        "rate_limited", "The endpoint asks to slow down.", detail="slow down, key Bearer " + KEY, transient=True
    )
    assert attempts.fail(take(run, "b"), busy)
    age(run)
    leases.requeue_due()
    why = f"The endpoint rejected the API key {KEY}."
    assert attempts.fail(take(run, "b"), Failed("auth_rejected", why, detail='{"error": "<b>bad key</b>"}'))
    return run


@pytest.fixture
def address(failed: Run) -> str:
    return f"/s/demo/runs/{failed.public_id}/"


def text_of(html: str) -> str:
    """Give what a person reads of a page."""
    main = html[html.index("<main") : html.index("</main>")]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def ticket_of(client: Client, address: str) -> dict[str, Any]:
    found = client.get(f"{address}ticket.json")
    assert found.status_code == 200
    assert found["Content-Type"].startswith("application/json")
    assert "attachment" in found["Content-Disposition"]
    return json.loads(found.content)  # type: ignore[no-any-return]


# --- What failed ----------------------------------------------------------------------------------------------------
def test_page_says_what_failed_whether_to_try_again_and_what_to_press(failed: Run, address: str, as_: Browser) -> None:
    html = as_("builder").get(f"{address}ticket/").content.decode()
    text = text_of(html)
    assert "The endpoint rejected the API key [secret]." in text
    assert "Trying again makes sense only after an administrator has corrected" in text
    assert "Until then these wait: Check." in text
    assert f'href="{address}nodes/b/plan/?act=retry&amp;version=1"' in html
    assert f'href="{address}nodes/b/plan/?act=restart&amp;version=1"' in html
    assert f'href="{address}?node=b&amp;version=1"' in html
    first, then = text.index("slow down"), text.index("{&quot;error&quot;")
    assert first < then, "the first cause is on top"
    assert "<b>bad key" not in html


def test_who_may_only_watch_is_offered_nothing_to_press(address: str, as_: Browser) -> None:
    html = as_("viewer").get(f"{address}ticket/").content.decode()
    assert "act=retry" not in html
    assert "can go on from here" in html


def test_run_without_failure_says_so(waiting: Run, page: str, as_: Browser) -> None:
    html = as_("builder").get(f"{page}ticket/").content.decode()
    assert "Nothing has failed" in html
    assert ticket_of(as_("builder"), page)["what_failed"] == []


def test_events_are_shown_as_they_are_in_the_file(address: str, as_: Browser) -> None:
    html = as_("builder").get(f"{address}ticket/").content.decode()
    shown = [json.loads(unescape(data)) for data in re.findall(r'ticket-table__why">(\{.*?)</code>', html)]
    assert shown == [event["data"] for event in reversed(ticket_of(as_("builder"), address)["events"])]


# --- The document ---------------------------------------------------------------------------------------------------
def test_document_has_the_error_chain_and_every_attempt(address: str, as_: Browser) -> None:
    ticket = ticket_of(as_("builder"), address)
    (failure,) = ticket["what_failed"]
    assert (failure["node"], failure["version"], failure["kind"]) == ("b", 1, "auth_rejected")
    assert failure["trying_again"]["may_help_unchanged"] is False
    assert [(one["attempt"], one["try"], one["kind"]) for one in failure["error_chain"]] == [
        (1, 1, "rate_limited"), (2, 2, "auth_rejected"),
    ]  # fmt: skip
    assert failure["holds_up"] == ["Check"]
    (version,) = ticket["nodes"]["b"]
    assert [attempt["status"] for attempt in version["attempts"]] == ["failed", "failed"]
    assert all(attempt[at] for attempt in version["attempts"] for at in ("queued_at", "started_at", "finished_at"))
    assert ticket["nodes"]["a"][0]["tokens"] == {"input": 100, "output": 20}


def test_inputs_are_as_they_were_with_source_version_and_hash(failed: Run, address: str, as_: Browser) -> None:
    acts.restart(failed.pk, "a", 1, by=failed.initiator_id)
    answer(failed, "a", outputs={"summary": "Another."})
    ticket = ticket_of(as_("builder"), address)
    old, new = ticket["nodes"]["b"]
    assert (old["inputs"]["of_a"]["source"], old["inputs"]["of_a"]["source_version"]) == ("a.summary", 1)
    assert old["inputs"]["of_a"]["sha256"] == hashlib.sha256(b"In short.").hexdigest()
    assert (new["inputs"]["of_a"]["value"], new["inputs"]["of_a"]["source_version"]) == ("Another.", 2)
    assert ticket["nodes"]["a"][0]["inputs"]["items"]["value"] == "Export 发票"
    text = text_of(as_("builder").get(f"{address}ticket/").content.decode())
    assert "Export 发票" in text
    assert "from a.summary v1" in text


def test_template_is_the_one_that_ran_and_its_hash_is_of_its_file(failed: Run, address: str, as_: Browser) -> None:
    client = as_("builder")
    failed.version.workflow.draft = {"aime": 1, "name": "Other", "nodes": [], "edges": []}
    failed.version.workflow.save(update_fields=["draft"])
    found = client.get(f"{address}template.yaml")
    template = ticket_of(client, address)["template"]
    assert hashlib.sha256(found.content).hexdigest() == template["sha256"]
    assert found.content.decode() == template["file"]
    assert parse_yaml(template["file"]) == from_json(failed.version.document)
    assert 'filename="flow-v1.yaml"' in found["Content-Disposition"]
    assert template["sha256"] in client.get(f"{address}ticket/").content.decode()


def test_template_is_handed_on_without_its_secrets(space: Space, builder: User, as_: Browser, settings: Any) -> None:
    key = "sk-live-" + "a1b2c3d4e5f6"
    prompt = f"Call it with {key}, key {settings.SECRET_KEY}, and " + "many words " * 30 + f"password: {'x' * 12}"
    run = make_run(make_workflow("a", space=space, owner=builder, nodes={"a": {"prompt": prompt}}))
    address, client = f"/s/demo/runs/{run.public_id}/", as_("builder")
    found = client.get(f"{address}template.yaml").content
    ticket = ticket_of(client, address)
    for text in (found.decode(), json.dumps(ticket), client.get(f"{address}ticket/").content.decode()):
        assert key not in text and settings.SECRET_KEY not in text and "x" * 12 not in text
    template = ticket["template"]
    assert (template["file"], template["sha256"]) == (found.decode(), hashlib.sha256(found).hexdigest())
    assert template["file"].startswith(
        "# The template as it ran. What is, or looks like, a key or a password is [secret]"
    )
    (node,) = parse_yaml(template["file"]).nodes
    assert node.config.prompt.startswith("Call it with [secret], key [secret], and many")  # type: ignore[attr-defined]


def test_log_tells_in_order_what_happened(address: str, as_: Browser) -> None:
    ticket = ticket_of(as_("builder"), address)
    said = [(line["node"], line["text"]) for line in ticket["log"]]
    assert [line["at"] for line in ticket["log"]] == sorted(line["at"] for line in ticket["log"])
    assert said[0] == ("", "Run started, by builder")
    assert ("b v1", "Trying again soon") in said
    ends = [text for node, text in said if node == "b v1" and text.startswith("Attempt")]
    assert ends[0].startswith("Attempt 1 (try 1): Failed") and "rate_limited" in ends[0]
    assert ("", "Run: Failed") in said
    assert [event["number"] for event in ticket["events"]] == sorted(event["number"] for event in ticket["events"])
    assert {"run.started", "node.status", "run.status"} <= {event["kind"] for event in ticket["events"]}


def test_log_is_in_words(failed: Run, address: str, as_: Browser) -> None:
    RunEvent.objects.create(run=failed, seq=9999, kind="message.tool")
    ticket = ticket_of(as_("builder"), address)
    kinds = {event["kind"] for event in ticket["events"]}
    assert "message.tool" in kinds
    assert not kinds & {line["text"] for line in ticket["log"]}


# --- Secrets, strangers, cost ---------------------------------------------------------------------------------------
def test_no_secret_is_in_a_ticket(failed: Run, address: str, as_: Browser, settings: Any) -> None:
    settings.OPENAI_API_KEY = "plain-words-of-a-key"
    NodeRun.objects.filter(run=failed, key="b").update(
        error_detail="sent plain-words-of-a-key to postgres://aime:hunter22@db/aime"
    )
    client = as_("builder")
    for found in (client.get(f"{address}ticket/"), client.get(f"{address}ticket.json")):
        for secret in (KEY, "plain-words-of-a-key", "hunter22", settings.SECRET_KEY):
            assert secret not in found.content.decode()


@pytest.mark.parametrize("path", ["ticket/", "ticket.json", "template.yaml"])
def test_others_find_no_ticket(failed: Run, address: str, as_: Browser, path: str) -> None:
    assert as_("outsider").get(address + path).status_code == 404
    assert as_("viewer").get(address + path).status_code == 200
    Run.objects.filter(pk=failed.pk).update(visibility="personal")
    assert as_("admin").get(address + path).status_code == 404
    assert as_("builder").get(address + path).status_code == 200
    assert as_("builder").post(address + path).status_code == 405


def test_cost_is_the_same_however_long_the_run_was(
    failed: Run, address: str, as_: Browser, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = as_("builder")
    with django_assert_max_num_queries(24) as few:
        client.get(f"{address}ticket/")
    for number in range(1, 5):
        acts.restart(failed.pk, "a", number, by=failed.initiator_id)
        answer(failed, "a", outputs={"summary": f"Number {number}."})
    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get(f"{address}ticket/")
    with django_assert_max_num_queries(16):
        client.get(f"{address}ticket.json")


def test_page_shows_the_newest_attempts_and_the_file_has_all(failed: Run, address: str, as_: Browser) -> None:
    version = NodeRun.objects.get(run=failed, key="b")
    Attempt.objects.bulk_create(
        Attempt(node_run=version, number=number, status="failed", finished_at=version.finished_at, error_kind="stalled")
        for number in range(3, 30)
    )
    text = text_of(as_("builder").get(f"{address}ticket/").content.decode())
    assert "29 attempts" in text
    assert "The newest 20 attempts" in text
    assert len(ticket_of(as_("builder"), address)["nodes"]["b"][0]["attempts"]) == 29

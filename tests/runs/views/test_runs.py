"""The run's page: what it shows to whom, and what it costs."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from runs import access
from runs.models import NodeRun, Run, RunSequence
from runs.views import rendering
from spaces.models import Space
from tests.factories import make_run, make_space, make_workflow
from tests.runs.streams import start_stream
from tests.runs.turns import fail, take

Browser = Callable[[str], Client]


def test_page_shows_nodes_conversation_outputs_and_gate(page: str, as_: Browser) -> None:
    html = as_("builder").get(page).content.decode()
    for text in ("Analyse", "Build", "Waiting for you", "analysis.md", "In <strong>short</strong>.", "Confirm", "𠮷"):
        assert text in html
    assert "A message does not confirm" in html


def test_page_carries_the_number_its_content_is_at_least_as_new_as(waiting: Run, page: str, as_: Browser) -> None:
    seq = RunSequence.objects.get(run=waiting).seq
    assert f'data-seq="{seq}"' in as_("builder").get(page).content.decode()


@pytest.mark.parametrize("part", ["", "panel/", "tasks"])
def test_what_happens_while_a_page_is_made_comes_after_its_number(
    waiting: Run, page: str, as_: Browser, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    """The run goes on as soon as the node was read: the page shows it as it was, and its number must say so."""
    before = RunSequence.objects.get(run=waiting).seq
    loaded = rendering.node_run_of_or_404

    def load_then_go_on(*which: Any) -> NodeRun:
        found = loaded(*which)
        RunSequence.objects.filter(run=waiting).update(seq=before + 1)
        return found

    monkeypatch.setattr(rendering, "node_run_of_or_404", load_then_go_on)
    monkeypatch.setattr(access, "node_run_of_or_404", load_then_go_on)
    address = f"/s/demo/tasks/?run={waiting.public_id}&node=a" if part == "tasks" else f"{page}{part}?node=a"
    html = as_("builder").get(address).content.decode()
    assert f'data-seq="{before}"' in html and f'data-seq="{before + 1}"' not in html


def test_page_of_others_does_not_exist(page: str, as_: Browser) -> None:
    client = as_("outsider")
    for address in (page, f"{page}overview/", f"{page}panel/?node=a", f"{page}nodes/a/messages/"):
        assert client.get(address).status_code == 404


def test_anonymous_visitor_is_sent_to_sign_in(page: str) -> None:
    answer = Client().get(page)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/?next=")


def test_run_does_not_exist_below_another_space(page: str, as_: Browser, builder: User) -> None:
    make_space("other", builder=builder)
    assert as_("builder").get(page.replace("/demo/", "/other/")).status_code == 404


def test_viewer_sees_and_is_offered_no_act(page: str, as_: Browser) -> None:
    html = as_("viewer").get(page).content.decode()
    assert "analysis.md" in html
    for act in ("confirmations/", "restarts/", "cancellation/", "messages/new/"):
        assert act not in html


@pytest.mark.parametrize(
    ("query", "status"), [("node=b", 200), ("node=x", 404), ("node=a&version=9", 404), ("node=a&version=x", 404)]
)
def test_address_names_the_node(page: str, as_: Browser, query: str, status: int) -> None:
    assert as_("builder").get(f"{page}?{query}").status_code == status


def test_page_follows_the_node_that_needs_the_person(page: str, as_: Browser) -> None:
    assert (
        'data-node="a" data-version="1" data-status="waiting" data-follow' in as_("builder").get(page).content.decode()
    )


def test_chosen_node_is_pinned(page: str, as_: Browser) -> None:
    html = as_("builder").get(f"{page}?node=b").content.decode()
    assert 'data-node="b" data-version="1" data-status="pending"' in html
    assert "data-follow" not in html
    assert "Starts when these are done: Analyse" in html


def test_old_version_is_readable_and_says_so(waiting: Run, page: str, as_: Browser) -> None:
    client = as_("builder")
    assert client.post(f"{page}nodes/a/restarts/", {"version": 1}).status_code == 302
    html = client.get(f"{page}?node=a&version=1").content.decode()
    assert "Version 2 is current" in html
    assert "See <em>analysis.md</em>" in html
    assert "messages/new/" not in html


def test_streaming_message_holds_exactly_the_text_so_far(run: Run, as_: Browser) -> None:
    take(run, "a")
    stream = start_stream(run)
    stream.write("a <b> & \r\n", "𠮷野家 ", "**raw**")
    html = as_("builder").get(f"/s/demo/runs/{run.public_id}/").content.decode()
    assert ">a &lt;b&gt; &amp; &#13;\n𠮷野家 **raw**</div>" in html
    assert f'data-length="{len(stream.text)}"' in html


def test_failed_node_says_what_to_press(run: Run, as_: Browser) -> None:
    fail(run, "a", "The provider refused.")
    html = as_("builder").get(f"/s/demo/runs/{run.public_id}/").content.decode()
    for text in ("The provider refused.", "Retry this turn", "Re-run from here", "Write to the agent", "Run ticket"):
        assert text in html


def test_page_costs_the_same_for_any_number_of_nodes(
    page: str, as_: Browser, space: Space, builder: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    wide = make_workflow("; ".join(f"n{i} → z" for i in range(30)), space=space, owner=builder)
    big = make_run(wide)
    client = as_("builder")
    client.get(page)  # parses the versions, which stay cached
    client.get(f"/s/demo/runs/{big.public_id}/")
    for address in (page, f"/s/demo/runs/{big.public_id}/"):
        with django_assert_max_num_queries(22):
            assert client.get(address).status_code == 200


def test_overview_brings_head_and_facts_out_of_band(page: str, as_: Browser, htmx: dict[str, str]) -> None:
    html = as_("builder").get(f"{page}overview/?node=a", headers=htmx).content.decode()
    assert 'id="run-overview"' in html
    assert html.count("hx-swap-oob") == 2
    assert "<html" not in html


def test_panel_leaves_out_the_conversation_that_the_browser_has(
    node: NodeRun, page: str, as_: Browser, htmx: dict[str, str]
) -> None:
    client = as_("builder")
    whole = client.get(f"{page}panel/", headers=htmx).content.decode()
    assert f'id="noderun-{node.pk}-log"' in whole
    assert "See <em>analysis.md</em>" in whole
    spared = client.get(f"{page}panel/?have=noderun-{node.pk}-log", headers=htmx).content.decode()
    assert f'id="noderun-{node.pk}-log"' in spared
    assert "See <em>analysis.md</em>" not in spared


def test_panel_works_as_a_plain_page(page: str, as_: Browser) -> None:
    assert "<html" in as_("builder").get(f"{page}panel/?node=a").content.decode()


@pytest.mark.parametrize(("name", "status"), [("viewer", 403), ("outsider", 404), ("builder", 302), ("admin", 302)])
def test_cancelling_is_for_initiator_and_admins(page: str, waiting: Run, as_: Browser, name: str, status: int) -> None:
    assert as_(name).post(f"{page}cancellation/").status_code == status
    waiting.refresh_from_db()
    assert waiting.status == ("cancelled" if status == 302 else "waiting")


def test_cancelling_an_ended_run_is_refused_with_the_fresh_page(page: str, as_: Browser, htmx: dict[str, str]) -> None:
    client = as_("builder")
    client.post(f"{page}cancellation/")
    again = client.post(f"{page}cancellation/")
    assert again.status_code == 409
    assert "already ended" in again.content.decode()
    assert client.post(f"{page}cancellation/", headers=htmx).status_code == 409


def test_cancellation_by_get_does_nothing(page: str, waiting: Run, as_: Browser) -> None:
    assert as_("builder").get(f"{page}cancellation/").status_code == 405
    waiting.refresh_from_db()
    assert waiting.status == "waiting"

"""Acts on a node by POST: who may, what is refused, what comes back."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from runs.models import NodeRun, Run
from runs.transitions.outputs import outputs_sha256
from tests.runs.turns import answer, fail, status_of

Browser = Callable[[str], Client]
ACTS = ("confirmations", "completions", "stops", "restarts", "retries", "cancellations", "messages/new")


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(("name", "status"), [("viewer", 403), ("outsider", 404)])
def test_act_of_a_watcher_is_forbidden_and_of_others_unknown(
    waiting: Run, page: str, as_: Browser, act: str, name: str, status: int
) -> None:
    answer = as_(name).post(f"{page}nodes/a/{act}/", {"version": 1, "text": "Hello", "outputs": ""})
    assert answer.status_code == status
    assert status_of(waiting, "a") == "waiting"


@pytest.mark.parametrize("act", ACTS)
def test_act_by_get_does_nothing(waiting: Run, page: str, as_: Browser, act: str) -> None:
    assert as_("builder").get(f"{page}nodes/a/{act}/").status_code == 405
    assert status_of(waiting, "a") == "waiting"


def test_confirming_the_shown_outputs_starts_the_next_node(
    node: NodeRun, waiting: Run, page: str, as_: Browser
) -> None:
    data = {"version": 1, "outputs": outputs_sha256(node.pk)}
    answer = as_("builder").post(f"{page}nodes/a/confirmations/", data)
    assert answer.status_code == 302
    assert answer["Location"] == f"{page}?node=a"
    assert (status_of(waiting, "a"), status_of(waiting, "b")) == ("done", "queued")


def test_the_form_of_the_page_carries_the_hash_of_what_it_shows(node: NodeRun, page: str, as_: Browser) -> None:
    assert f'name="outputs" value="{outputs_sha256(node.pk)}"' in as_("builder").get(page).content.decode()


def test_confirming_other_outputs_than_were_shown_is_refused(
    waiting: Run, page: str, as_: Browser, htmx: dict[str, str]
) -> None:
    data = {"version": 1, "outputs": "0" * 64}
    answer = as_("builder").post(f"{page}nodes/a/confirmations/", data, headers=htmx)
    assert answer.status_code == 409
    html = answer.content.decode()
    assert "The outputs changed since you saw them" in html
    assert 'id="node-panel"' in html
    assert "<html" not in html
    assert status_of(waiting, "a") == "waiting"


def test_second_confirmation_is_told_who_was_first(node: NodeRun, page: str, as_: Browser) -> None:
    User.objects.filter(username="builder").update(first_name="小明", last_name="王")
    data = {"version": 1, "outputs": outputs_sha256(node.pk)}
    as_("builder").post(f"{page}nodes/a/confirmations/", data)
    answer = as_("admin").post(f"{page}nodes/a/confirmations/", data)
    assert answer.status_code == 409
    assert "already accepted: by 王小明" in answer.content.decode()


def test_act_without_version_is_invalid(page: str, as_: Browser, htmx: dict[str, str]) -> None:
    assert as_("builder").post(f"{page}nodes/a/stops/", headers=htmx).status_code == 422


def test_act_on_an_old_version_is_refused(page: str, as_: Browser) -> None:
    client = as_("builder")
    client.post(f"{page}nodes/a/restarts/", {"version": 1})
    answer = client.post(f"{page}nodes/a/messages/new/", {"version": 1, "text": "Hello"})
    assert answer.status_code == 409
    assert "is history" in answer.content.decode()


def test_message_reopens_and_does_not_confirm(waiting: Run, page: str, as_: Browser, htmx: dict[str, str]) -> None:
    answer = as_("builder").post(f"{page}nodes/a/messages/new/", {"version": 1, "text": " 短一点 <b>\n"}, headers=htmx)
    assert answer.status_code == 200
    html = answer.content.decode()
    assert 'data-status="queued"' in html
    assert " 短一点 &lt;b&gt;\n" in html
    assert status_of(waiting, "b") == "pending"


def test_refused_message_stays_in_the_composer(page: str, as_: Browser, htmx: dict[str, str]) -> None:
    client = as_("builder")
    client.post(f"{page}nodes/a/messages/new/", {"version": 1, "text": "First"})
    for headers in ({}, htmx):
        answer = client.post(f"{page}nodes/a/messages/new/", {"version": 1, "text": "Second <x>"}, headers=headers)
        assert answer.status_code == 409
        html = answer.content.decode()
        assert "Second &lt;x&gt;</textarea>" in html
        assert "stop it first" in html


def test_empty_message_is_invalid(page: str, as_: Browser, htmx: dict[str, str]) -> None:
    client = as_("builder")
    assert client.post(f"{page}nodes/a/messages/new/", {"version": 1, "text": ""}, headers=htmx).status_code == 422


def test_failed_turn_can_be_tried_again(run: Run, as_: Browser) -> None:
    fail(run, "a")
    answer = as_("builder").post(f"/s/demo/runs/{run.public_id}/nodes/a/retries/", {"version": 1})
    assert answer.status_code == 302
    assert status_of(run, "a") == "queued"


def test_running_node_is_stopped(run: Run, as_: Browser) -> None:
    assert as_("builder").post(f"/s/demo/runs/{run.public_id}/nodes/a/stops/", {"version": 1}).status_code == 302
    assert NodeRun.objects.get(run=run, key="a").waiting_for == "stopped"


def test_node_is_cancelled_alone(waiting: Run, page: str, as_: Browser) -> None:
    as_("builder").post(f"{page}nodes/a/cancellations/", {"version": 1})
    assert (status_of(waiting, "a"), status_of(waiting, "b")) == ("cancelled", "pending")


def test_acting_keeps_the_page_pinned_or_following(page: str, as_: Browser, htmx: dict[str, str]) -> None:
    client = as_("builder")
    for address, follows in ((page, True), (f"{page}?node=a", False)):
        headers = {**htmx, "HX-Current-URL": f"http://testserver{address}"}
        html = client.post(f"{page}nodes/a/stops/", {"version": 1}, headers=headers).content.decode()
        assert ("data-follow" in html) is follows


def test_refusal_for_htmx_is_a_note_that_leaves_the_page(page: str, as_: Browser, htmx: dict[str, str]) -> None:
    answer = as_("viewer").post(f"{page}nodes/a/stops/", {"version": 1}, headers=htmx)
    assert answer.status_code == 403
    assert (answer["HX-Retarget"], answer["HX-Reswap"]) == ("#toasts", "beforeend")
    assert "you may watch" in answer.content.decode()


def test_line_ends_of_a_plain_form_are_not_kept(waiting: Run, page: str, as_: Browser) -> None:
    as_("builder").post(f"{page}nodes/a/messages/new/", {"version": 1, "text": "one\r\n  two\r\n"})
    assert waiting.node_runs.get(key="a").messages.latest("ordinal").text == "one\n  two\n"


def test_act_from_a_page_whose_address_is_no_address_is_answered(
    node: NodeRun, page: str, as_: Browser, htmx: dict[str, str]
) -> None:
    headers = {**htmx, "HX-Current-URL": "http://[?node=a"}
    assert as_("builder").post(f"{page}nodes/a/restarts/", {"version": 1}, headers=headers).status_code == 200


def test_no_button_tries_an_answered_turn_again(run: Run, as_: Browser) -> None:
    answer(run, "a", missing="output *analysis* found no file")
    client, page = as_("builder"), f"/s/demo/runs/{run.public_id}/"
    assert status_of(run, "a") == "waiting"
    assert "/retries/" not in client.get(page).content.decode()
    client.post(f"{page}nodes/a/cancellations/", {"version": 1})
    assert "/retries/" not in client.get(f"{page}?node=a").content.decode()
    assert client.post(f"{page}nodes/a/retries/", {"version": 1}).status_code == 409

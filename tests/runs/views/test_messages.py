"""Messages as fragments: what was said since, one of them, its raw text."""

import json
import re
from collections.abc import Callable
from datetime import timedelta

from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from runs.models import Message, NodeRun, Run, ToolCall
from tests.runs.streams import start_stream
from tests.runs.turns import answer, take

Browser = Callable[[str], Client]


def test_index_gives_what_was_said_after_an_ordinal_and_a_new_tail(node: NodeRun, page: str, as_: Browser) -> None:
    client = as_("builder")
    html = client.get(f"{page}nodes/a/messages/?version=1&after=1").content.decode()
    assert html.count("<chat-message") == 1
    assert "after=2" in html
    nothing = client.get(f"{page}nodes/a/messages/?version=1&after=2").content.decode()
    assert "<chat-message" not in nothing
    assert "after=2" in nothing


def test_index_gives_earlier_messages(node: NodeRun, page: str, as_: Browser) -> None:
    html = as_("builder").get(f"{page}nodes/a/messages/?version=1&before=2").content.decode()
    assert html.count("<chat-message") == 1
    assert "data-log-tail" not in html


def fill(node: NodeRun, builder: User, until: int) -> None:
    """Add messages up to an ordinal; the fixture has two."""
    Message.objects.bulk_create(
        Message(
            node_run=node, ordinal=number, role="user", author=builder, text=f"m{number}.", finished_at=node.created_at
        )
        for number in range(3, until + 1)
    )


def shown(html: str) -> list[int]:
    return [int(ordinal) for ordinal in re.findall(r'data-ordinal="(\d+)"', html)]


def test_conversation_begins_with_the_last_page(node: NodeRun, page: str, as_: Browser, builder: User) -> None:
    fill(node, builder, 202)
    html = as_("builder").get(page).content.decode()
    assert shown(html) == list(range(153, 203))
    assert "after=202" in html
    assert re.search(r'data-edge="earlier"><a', html)


def test_pages_lead_through_the_conversation_both_ways(node: NodeRun, page: str, as_: Browser, builder: User) -> None:
    fill(node, builder, 202)
    client, address = as_("builder"), f"{page}nodes/a/messages/?version=1"
    up = client.get(f"{address}&before=103").content.decode()
    assert shown(up) == list(range(53, 103))
    assert 'data-earlier="true"' in up and "data-log-tail" not in up
    assert 'data-earlier="false"' in client.get(f"{address}&before=51").content.decode()
    down = client.get(f"{address}&after=102").content.decode()
    assert shown(down) == list(range(103, 153))
    assert 'data-later="true"' in down and "data-log-tail" not in down
    end = client.get(f"{address}&after=152").content.decode()
    assert shown(end) == list(range(153, 203))
    assert "data-log-tail" in end and "data-later" not in end
    latest = client.get(address).content.decode()
    assert shown(latest) == list(range(153, 203)) and "data-log-tail" in latest and 'data-later="false"' in latest


def test_page_around_a_message_holds_it_and_its_neighbours(
    node: NodeRun, page: str, as_: Browser, builder: User
) -> None:
    fill(node, builder, 202)
    middle = node.messages.get(ordinal=100)
    html = as_("builder").get(f"{page}nodes/a/messages/?version=1&around={middle.public_id}").content.decode()
    assert shown(html) == list(range(76, 126))
    assert 'data-earlier="true" data-later="true"' in html and "data-log-tail" not in html
    answer = as_("builder").get(f"{page}nodes/b/messages/?version=1&around={middle.public_id}")
    assert answer.status_code == 404, "a message of another node is not there"


def test_pages_of_ten_thousand_messages_take_the_queries_of_few(
    node: NodeRun, page: str, as_: Browser, builder: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client, address = as_("builder"), f"{page}nodes/a/messages/?version=1"
    with CaptureQueriesContext(connection) as few:
        client.get(f"{address}&before=3")
    fill(node, builder, 10_000)
    for part in ("&before=9000", "&before=100", "&after=5000", ""):
        with django_assert_max_num_queries(len(few)):
            client.get(f"{address}{part}")


def test_earlier_branch_is_folded_above_what_replaced_it_and_read_on_its_own(
    node: NodeRun, run: Run, page: str, as_: Browser
) -> None:
    client = as_("builder")
    client.post(f"{page}nodes/a/messages/new/", {"version": 1, "text": "one"})
    answer(run, "a", "The **old** answer")
    old = node.messages.get(text="one")
    client.post(f"{page}nodes/a/messages/new/", {"version": 1, "text": "two", "instead_of": old.public_id})
    new = node.messages.get(text="two")
    html = client.get(page).content.decode()
    assert "2 messages, replaced by the one below" in html
    assert "The <strong>old</strong> answer" not in html
    branch = client.get(f"{page}messages/{new.public_id}/branch/").content.decode()
    assert shown(branch) == [old.ordinal, old.ordinal + 1]
    assert "The <strong>old</strong> answer" in branch
    assert 'data-act="edit"' not in branch, "an earlier branch is read only"
    assert as_("outsider").get(f"{page}messages/{new.public_id}/branch/").status_code == 404
    around = client.get(f"{page}nodes/a/messages/?version=1&around={old.public_id}").content.decode()
    assert f'id="message-{new.public_id}"' in around, "its place is where the new branch begins"


def test_tool_call_shows_what_it_was_given_what_came_and_how_long_it_took(
    node: NodeRun, page: str, as_: Browser
) -> None:
    call = ToolCall.objects.get(message__node_run=node)
    text = json.dumps({"name": "big.md", "content": "line one\nline two " + "x" * 50_000})
    ended = call.started_at + timedelta(milliseconds=2345)
    ToolCall.objects.filter(pk=call.pk).update(arguments=text, result="Wrote big.md.", finished_at=ended)
    html = as_("builder").get(page).content.decode()
    line = html[html.index('<details class="fold"><summary class="fold__line"') :]
    assert "big.md" in line and "2.3 s" in line and "Wrote big.md." in line
    assert "x" * 6100 not in html, "a page does not carry whole files"


def test_index_is_only_of_the_version_asked_for(page: str, as_: Browser) -> None:
    client = as_("builder")
    client.post(f"{page}nodes/a/restarts/", {"version": 1})
    assert "See <em>" in client.get(f"{page}nodes/a/messages/?version=1&after=0").content.decode()
    assert "See <em>" not in client.get(f"{page}nodes/a/messages/?version=2&after=0").content.decode()


def test_message_is_for_those_who_see_the_run(node: NodeRun, page: str, as_: Browser) -> None:
    message = node.messages.latest("ordinal")
    for part in ("", "text/"):
        assert as_("outsider").get(f"{page}messages/{message.public_id}/{part}").status_code == 404
        assert as_("viewer").get(f"{page}messages/{message.public_id}/{part}").status_code == 200


def test_finished_message_is_sanitised_html_and_its_raw_text_is_exact(node: NodeRun, page: str, as_: Browser) -> None:
    message = node.messages.latest("ordinal")
    Message.objects.filter(pk=message.pk).update(text="<img src=x onerror=alert(1)> [x](javascript:alert(1))\r\n𠮷")
    client = as_("builder")
    html = client.get(f"{page}messages/{message.public_id}/").content.decode()
    assert "<img" not in html
    assert 'href="javascript' not in html
    raw = client.get(f"{page}messages/{message.public_id}/text/")
    assert raw.content.decode() == "<img src=x onerror=alert(1)> [x](javascript:alert(1))\r\n𠮷"
    assert raw["Content-Type"] == "text/plain; charset=utf-8"


def test_attempt_that_wrote_nothing_is_one_line_and_no_fold(node: NodeRun, page: str, as_: Browser) -> None:
    message = node.messages.latest("ordinal")
    Message.objects.filter(pk=message.pk).update(status="interrupted", text="Half of it")
    assert "Interrupted answer" in as_("builder").get(f"{page}messages/{message.public_id}/").content.decode()
    Message.objects.filter(pk=message.pk).update(text="")
    html = as_("builder").get(f"{page}messages/{message.public_id}/").content.decode()
    assert "<details" not in html
    assert "An attempt ended before it wrote anything." in html


def test_raw_text_of_a_streaming_message_is_what_was_written_so_far(run: Run, as_: Browser) -> None:
    take(run, "a")
    stream = start_stream(run)
    stream.write("one ", "二 ")
    address = f"/s/demo/runs/{run.public_id}/messages/{stream.public_id}/text/"
    client = as_("builder")
    assert client.get(address).content.decode() == "one 二 "
    stream.write("👩‍💻")
    stream.finish()
    assert client.get(address).content.decode() == stream.text


def test_tool_call_is_folded_to_one_line(node: NodeRun, page: str, as_: Browser) -> None:
    html = as_("builder").get(page).content.decode()
    assert "files_write" in html
    assert '<details class="fold">' in html


def test_page_shows_a_tool_call_whose_arguments_are_nested_without_end(node: NodeRun, page: str, as_: Browser) -> None:
    message = node.messages.latest("ordinal")
    ToolCall.objects.create(message=message, ordinal=1, call_id="c", name="files_write", arguments="[" * 100_000)
    assert as_("builder").get(page).status_code == 200


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_page_sends_files_with_a_message(node: NodeRun, page: str, as_: Browser) -> None:
    data = {"version": 1, "text": "See these", "uploads": [upload("a.md", b"# A"), upload("b.csv", b"1,2")]}
    response = as_("builder").post(f"{page}nodes/a/messages/new/", data)
    assert response.status_code == 302
    message = node.messages.latest("ordinal")
    assert list(message.attachments.values_list("artifact__name", flat=True)) == ["a.md", "b.csv"]


def test_page_refuses_files_with_a_reason_for_each_and_keeps_the_text(node: NodeRun, page: str, as_: Browser) -> None:
    before = Message.objects.count()
    files = [upload("good.md", b"fine"), upload("run.exe", b"MZ"), upload("none.txt", b"")]
    data = {"version": 1, "text": "My words", "uploads": files}
    response = as_("builder").post(f"{page}nodes/a/messages/new/", data)
    html = response.content.decode()
    assert response.status_code == 422
    assert "run.exe: files of type .exe are not taken here." in html and "none.txt is empty" in html
    assert "My words" in html
    assert Message.objects.count() == before


def test_page_says_a_message_again_in_place_of_an_earlier_one(
    node: NodeRun, run: Run, page: str, as_: Browser, builder: User
) -> None:
    client = as_("builder")
    client.post(f"{page}nodes/a/messages/new/", {"version": 1, "text": "one"})
    answer(run, "a", "The old answer")
    old = node.messages.get(text="one")
    client.post(f"{page}nodes/a/messages/new/", {"version": 1, "text": "two", "instead_of": old.public_id})
    new = node.messages.get(text="two")
    assert list(new.__class__.objects.filter(superseded_by=new).values_list("text", flat=True)) == [
        "one", "The old answer",
    ]  # fmt: skip

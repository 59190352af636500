"""Messages as fragments: what was said since, one of them, its raw text."""

from collections.abc import Callable

from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

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


def test_conversation_begins_with_the_last_hundred(node: NodeRun, page: str, as_: Browser, builder: object) -> None:
    Message.objects.bulk_create(
        Message(
            node_run=node, ordinal=number, role="user", author=builder, text=f"m{number}", finished_at=node.created_at
        )
        for number in range(3, 203)
    )
    html = as_("builder").get(page).content.decode()
    assert html.count("<chat-message") == 100
    assert "before=103" in html
    assert "after=202" in html


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

"""Artifacts inside a conversation: their cards come with the messages, what they hold when it is opened."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from runs.artifacts import NewArtifact, store_artifact
from runs.models import Artifact, Message, NodeRun, Run, ToolCall
from tests.runs.test_pictures import png
from tests.runs.views.test_hostile_artifacts import HOSTILE

Browser = Callable[[str], Client]
Write = Callable[..., Artifact]


@pytest.fixture
def write(node: NodeRun) -> Write:
    """Let the agent's answer write one more file, as a tool call of it."""
    message = Message.objects.get(node_run=node, role="assistant")

    def written(name: str, content: bytes | None, kind: Any = "file", **more: Any) -> Artifact:
        place = message.tool_calls.count() + 1
        call = ToolCall.objects.create(
            message=message, ordinal=place, call_id=f"call-{place}", name="files_write", status="done",
            finished_at=message.created_at,
        )  # fmt: skip
        return store_artifact(node.pk, NewArtifact(kind, name, content, **more), tool_call_id=call.pk)

    return written


@pytest.fixture
def shown(page: str, as_: Browser, htmx: dict[str, str]) -> Callable[..., str]:
    """Open the preview of an artifact, as a viewer."""

    def opened(artifact: Artifact, query: str = "") -> str:
        answer = as_("viewer").get(f"{page}artifacts/{artifact.public_id}/preview/{query}", headers=htmx)
        assert answer.status_code == 200
        return answer.content.decode()

    return opened


def test_message_has_a_card_and_a_fold_for_what_its_turn_wrote(write: Write, page: str, as_: Browser) -> None:
    made = write("需求分析.md", "# 标题".encode())
    html = as_("viewer").get(page).content.decode()
    log = html.partition("<message-log")[2].partition("</message-log>")[0]
    assert log.count('class="inline-artifact"') == 2  # analysis.md of the turn, and this one
    assert f'data-address="{page}artifacts/{made.public_id}/preview/"' in log
    assert 'aria-expanded="false"' in log
    assert "标题" not in log


def test_file_that_was_written_again_offers_what_changed_since(write: Write, page: str, as_: Browser) -> None:
    Artifact.objects.filter(name="analysis.md").update(tool_call=None)  # of an earlier message
    write("analysis.md", b"second")
    last = write("analysis.md", b"third")
    write("new.md", b"first")
    html = as_("viewer").get(page).content.decode()
    assert html.count("?since=") == 1
    assert f"{page}artifacts/{last.public_id}/preview/?since=1" in html
    assert "Changes since revision 1" in html


def test_cards_take_the_same_queries_for_any_number_of_files(write: Write, page: str, as_: Browser) -> None:
    client = as_("viewer")
    counts = []
    for files in (1, 12):
        for number in range(files):
            write(f"{files}-{number}.md", b"x")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(f"{page}nodes/a/messages/?version=1&after=0")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_kinds_are_shown_as_what_they_are(write: Write, shown: Callable[..., str]) -> None:
    assert "<h3>目标</h3>" in shown(write("目标.md", "# 目标".encode()))
    assert "hl-keyword" in shown(write("main.py", b"import this\n", "code"))
    picture = shown(write("chart.png", png(4, 3), "image"))
    assert 'loading="lazy"' in picture and 'width="4" height="3"' in picture
    patch = shown(write("fix.patch", b"--- a\n+++ b\n@@ -1 +1 @@\n-old\n+new\n"))
    assert 'data-kind="removed"' in patch and 'data-kind="added"' in patch
    assert "There is nothing in it" in shown(write("empty.csv", b" "))
    assert "This cannot be shown here" in shown(write("data.csv", b"\x00\xff\xfe\x01" * 50))


def test_table_shows_its_first_rows_and_says_how_many_there_are(write: Write, shown: Callable[..., str]) -> None:
    rows = "\n".join(["名称,数量", *(f"第{n}项,{n}" for n in range(1, 301))])
    html = shown(write("清单.csv", rows.encode()))
    assert html.count("<tr>") == 13
    assert "The first 12 of 300 rows and 2 of 2 columns are shown" in html
    wide = shown(write("wide.csv", "\n".join([",".join(f"c{n}" for n in range(200))] * 5).encode()))
    assert "The first 4 of 4 rows and 40 of 200 columns are shown" in wide
    cut = shown(write("long.csv", b"a,b\n" + b"1,2\n" * 200_000))
    assert "there are more" in cut


def test_long_texts_are_begun_and_lead_to_the_rest(write: Write, shown: Callable[..., str]) -> None:
    for name in ("line.txt", "line.csv", "line.md", "line.py", "line.diff"):
        html = shown(write(name, "长".encode() * 350_000))
        assert len(html) < 90_000, name
        assert "Only the beginning is shown here" in html or "are shown" in html, name
    assert "Only the beginning" not in shown(write("short.txt", b"short"))


def test_changes_are_shown_line_by_line(write: Write, shown: Callable[..., str]) -> None:
    write("plan.md", "一\n二\n".encode())
    last = write("plan.md", "一\n三\n".encode())
    html = shown(last, "?since=1")
    assert re.search(r'data-kind="removed".*二', html) and re.search(r'data-kind="added".*三', html)


def test_changes_are_asked_of_revisions_that_are_there(write: Write, page: str, as_: Browser, node: NodeRun) -> None:
    made = write("plan.md", b"one")
    for query in ("since=1", "since=9", "since=x", "since=-1", "since=" + "9" * 40):
        answer = as_("viewer").get(f"{page}artifacts/{made.public_id}/preview/?{query}", headers={"HX-Request": "true"})
        assert answer.status_code == 404, query


def test_preview_is_loaded_with_permission(write: Write, page: str, as_: Browser, htmx: dict[str, str]) -> None:
    address = f"{page}artifacts/{write('plan.md', b'one').public_id}/preview/"
    assert as_("outsider").get(address, headers=htmx).status_code == 404
    assert as_("viewer").get(f"{page}artifacts/nothing/preview/", headers=htmx).status_code == 404
    without = as_("viewer").get(address)
    assert (without.status_code, without.url) == (302, address.removesuffix("preview/"))


def test_link_says_where_it_leads_and_is_followed_only_if_it_is_an_address(
    write: Write, page: str, as_: Browser, run: Run
) -> None:
    write("Design", None, "link", url="https://xn--fiq228c.example/docs")
    bad = write("Bad", None, "link", url="https://example.org/ok")
    Artifact.objects.filter(pk=bad.pk).update(url="javascript:alert(1)")
    log = as_("viewer").get(page).content.decode().partition("<message-log")[2].partition("</message-log>")[0]
    assert 'href="https://xn--fiq228c.example/docs" rel="noopener nofollow noreferrer" target="_blank"' in log
    assert "<b>xn--fiq228c.example</b>" in log
    assert 'href="javascript' not in log and "shown and not linked" in log


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_hostile_comes_through(name: str, write: Write, shown: Callable[..., str]) -> None:
    write(name, b"before\n<script>alert(1)</script>")
    made = write(name, HOSTILE[name])
    for query in ("", "?since=1"):
        html = shown(made, query)
        assert "<script>alert" not in html
        assert "<img src=x" not in html and '<svg xmlns="http://www.w3.org/2000/svg" onload' not in html
        assert 'src="https://tracker' not in html and 'href="javascript' not in html
        assert "<iframe" not in html and "<object" not in html and "<embed" not in html

"""The conversation in a browser: files, messages said again, turns tried again, code, and a very long history."""

import base64
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from llmock.pytest_plugin import LLMock
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site
from tests.browser.watching import Watched
from tests.chaos.system import seed_system

pytestmark = [pytest.mark.browser, pytest.mark.processes]

WAIT_MS = 60_000
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
CHAT = {
    "aime": 1,
    "name": "Just talk",
    "nodes": [
        {
            "key": "talk", "type": "task", "title": "Talk", "prompt": "Say hello.", "tools": ["files"],
            "confirm": True, "retry": {"attempts": 1},
        }
    ],
    "edges": [],
}  # fmt: skip
CODE = "Here:\n\n```python\ndef add(a: int, b: int) -> int:\n    return a + b  # 你好\n```\n\nand `x`."
DROP = """
([selector, files]) => {
  const data = new DataTransfer();
  for (const [name, text] of files) data.items.add(new File([text], name));
  const place = document.querySelector(selector);
  for (const type of ['dragenter', 'dragover', 'drop']) {
    place.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
  }
}
"""
PASTE = """
(bytes) => {
  const data = new DataTransfer();
  data.items.add(new File([new Uint8Array(bytes)], 'image.png', { type: 'image/png' }));
  const event = new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true });
  document.querySelector('message-composer textarea').dispatchEvent(event);
}
"""
MANY = """
INSERT INTO runs_message (public_id, node_run_id, ordinal, role, author_id, text, parts, status, delta_count,
                          created_at, finished_at)
SELECT 'M' || lpad(n::text, 25, '0'), %(node)s, n, 'user', %(author)s, 'Message number ' || n || '. ' ||
       repeat('More words of it. ', n %% 9), '{}', 'complete', 0, now(), now()
FROM generate_series((SELECT max(ordinal) + 1 FROM runs_message WHERE node_run_id = %(node)s), 10000) AS n
"""
NEWEST = "SELECT n.id, r.initiator_id FROM runs_noderun n JOIN runs_run r ON r.id = n.run_id ORDER BY n.id DESC LIMIT 1"
IN_VIEW = """
() => {
  const log = document.querySelector('message-log');
  const top = log.getBoundingClientRect().top;
  const first = [...log.querySelectorAll('chat-message')].find((one) => one.getBoundingClientRect().bottom > top);
  return [Number(first.dataset.ordinal), Math.round(first.getBoundingClientRect().top - top)];
}
"""
SCROLL = "(px) => { document.querySelector('message-log').scrollTop += px; }"


@pytest.fixture(scope="module")
def slug(site: Site) -> str:
    """A template of one task that waits for a person after each turn."""
    return seed_system(site.aime, [CHAT]).slugs["just talk"]


@pytest.fixture
def talk(slug: str, model: LLMock, browser_of: Callable[..., Watched]) -> Watched:
    """A browser in front of a node that has said hello."""
    model.tool_mode("off").pace(1).reply("Hello. How can I help?")
    watched = browser_of("builder")
    page = watched.page
    page.set_default_timeout(WAIT_MS)
    page.goto(f"/s/demo/workflows/{slug}/start/")
    page.get_by_role("button", name="Start run").click()
    expect(page.locator("chat-message").filter(has_text="How can I help?")).to_be_visible(timeout=WAIT_MS)
    waits(page)
    return watched


def waits(page: Page) -> None:
    expect(page.locator("#node-panel[data-status=waiting]")).to_be_visible(timeout=WAIT_MS)
    expect(page.get_by_role("button", name="Send")).to_be_enabled()


def send(page: Page, text: str) -> None:
    page.get_by_label("Message", exact=True).fill(text)
    page.get_by_role("button", name="Send").click()


def test_files_come_by_button_drop_and_paste_and_each_refusal_says_why(
    talk: Watched, model: LLMock, site: Site, tmp_path: Path
) -> None:
    page = talk.page
    spec = tmp_path / "spec.md"
    spec.write_text("# The spec\n\nSecret word: Marmalade.\n")
    page.locator("[data-part=uploads]").set_input_files([spec])
    page.evaluate(DROP, [".node-panel__talk", [["notes.txt", "Notes."], ["run.exe", "MZ"], ["none.txt", ""]]])
    refusals = page.locator("[data-part=refusals]")
    expect(refusals).to_contain_text("run.exe: files of type .exe are not taken here.")
    page.evaluate(PASTE, list(PIXEL))
    chips = page.locator("message-composer .chip")
    expect(chips).to_have_count(3)
    unseen = page.get_by_text("this node's model cannot see images")
    expect(unseen).to_be_visible()
    page.get_by_role("button", name="Remove notes.txt").click()
    expect(chips).to_have_count(2)
    page.evaluate(DROP, [".node-panel__talk", [["run.exe", "MZ"], ["none.txt", ""]]])
    expect(refusals).to_contain_text("run.exe: files of type .exe are not taken here.")
    expect(refusals).to_contain_text("none.txt is empty")
    talk.look_closely("composer with files")
    model.reply("I read the spec.")
    send(page, "Read this")
    said = page.locator(".message--person").filter(has_text="Read this")
    expect(said.get_by_role("link", name="spec.md", exact=True)).to_be_visible()
    expect(said.get_by_role("link", name=re.compile(r"pasted-.*\.png")).first).to_be_visible()
    expect(chips).to_have_count(0)
    expect(page.get_by_label("Message", exact=True)).to_have_value("")
    waits(page)
    said.get_by_role("link", name="spec.md", exact=True).click()
    expect(page.locator("dialog[open]")).to_contain_text("Marmalade")
    page.keyboard.press("Escape")
    talk.look_closely("conversation with files")
    talk.assert_no_complaints()


def test_message_said_again_starts_a_new_branch_for_everybody(
    talk: Watched, model: LLMock, browser_of: Callable[..., Watched]
) -> None:
    page = talk.page
    model.reply("Blue it is.").reply("Red it is.")
    send(page, "Take blue")
    expect(page.locator("chat-message").filter(has_text="Blue it is.")).to_be_visible()
    waits(page)
    watcher = browser_of("admin").page
    watcher.goto(page.url)
    expect(watcher.locator("chat-message").filter(has_text="Blue it is.")).to_be_visible()
    page.get_by_label("Message", exact=True).fill("An unsent thought")
    said = page.locator(".message--person").filter(has_text="Take blue")
    said.hover()
    said.get_by_role("button", name="Edit message").click()
    box = page.get_by_label("Message", exact=True)
    expect(box).to_have_value("Take blue")
    expect(box).to_be_focused()
    talk.look_closely("editing a message")
    send(page, "Take red")
    for reader in (page, watcher):
        expect(reader.locator("chat-message").filter(has_text="Red it is.")).to_be_visible(timeout=WAIT_MS)
        expect(reader.locator("chat-message").filter(has_text="Blue it is.")).to_have_count(0)
        reader.locator(".fold__name").filter(has_text="Earlier branch").click()
        expect(reader.locator("chat-message").filter(has_text="Blue it is.").last).to_be_visible()
    expect(box).to_have_value("An unsent thought")
    waits(page)
    talk.look_closely("conversation with an earlier branch")
    talk.assert_no_complaints()


def test_failed_turn_is_tried_again_from_the_conversation(talk: Watched, model: LLMock) -> None:
    page = talk.page
    model.fail(401, message="Wrong key")
    again = page.get_by_role("button", name="Retry this turn")
    expect(again).to_have_count(0)
    send(page, "Go on")
    expect(again).to_be_visible(timeout=WAIT_MS)
    talk.look_closely("conversation with a failed turn")
    model.reply("Second try.")
    again.click()
    expect(page.locator("chat-message").filter(has_text="Second try.")).to_be_visible(timeout=WAIT_MS)
    expect(again).to_have_count(0)
    talk.assert_no_complaints()


def test_ten_thousand_messages_are_read_a_page_at_a_time(talk: Watched, site: Site) -> None:
    page = talk.page
    node, author = site.database.rows(NEWEST)[0]
    site.database.rows(MANY, {"node": node, "author": author})
    page.reload()
    messages = page.locator("message-log chat-message")
    expect(page.get_by_text("Message number 10000.")).to_be_in_viewport()
    assert messages.count() <= 60
    for _step in range(6000):  # up through more than a page can hold
        before = page.evaluate(IN_VIEW)
        if before[0] < 9600:
            break
        page.evaluate(SCROLL, -700)
        page.wait_for_timeout(30)
        assert page.evaluate(IN_VIEW)[0] <= before[0], "reading up never jumps down"
        assert messages.count() <= 350
    assert page.evaluate(IN_VIEW)[0] < 9600
    expect(page.get_by_text("Message number 10000.")).to_have_count(0)
    latest = page.get_by_role("button", name="To the latest message")
    expect(latest).to_be_visible()
    talk.look_closely("in the middle of a long conversation")
    page.goto(f"{page.url.partition('#')[0]}#message-M{5000:025}")
    expect(page.get_by_text("Message number 5000.")).to_be_in_viewport()
    page.evaluate(SCROLL, 20_000)
    expect(page.get_by_text("Message number 5040.")).to_be_attached()
    latest.click()
    expect(page.get_by_text("Message number 10000.")).to_be_in_viewport()
    expect(latest).to_be_hidden()
    talk.assert_no_complaints()


def test_code_is_coloured_and_copied(talk: Watched, model: LLMock) -> None:
    page = talk.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    model.reply(CODE)
    send(page, "Show code")
    block = page.locator(".message--agent .code-block").last
    expect(block.locator("code span").first).to_be_visible(timeout=WAIT_MS)
    block.hover()
    block.get_by_role("button", name="Copy code").click()
    page.wait_for_function(
        "async (code) => await navigator.clipboard.readText() === code",
        arg="def add(a: int, b: int) -> int:\n    return a + b  # 你好\n",
    )
    waits(page)
    talk.look_closely("conversation with code")
    talk.assert_no_complaints()


def test_tool_call_is_a_line_that_opens(talk: Watched, model: LLMock) -> None:
    page = talk.page
    model.call_tool("files_write", {"name": "plan.md", "content": "# Plan\n\nFirst this.\n"}).reply("Written.")
    model.reply(json.dumps({}))
    send(page, "Write a plan")
    line = page.locator(".message__tools .fold").filter(has_text="plan.md")
    expect(line).to_be_visible(timeout=WAIT_MS)
    expect(line.locator("summary")).to_contain_text(re.compile(r"\d m?s"))
    expect(line.get_by_text("# Plan")).to_be_hidden()
    line.locator("summary").click()
    expect(line.get_by_text("# Plan")).to_be_visible()
    expect(line.get_by_text("Wrote plan.md")).to_be_visible()
    waits(page)
    talk.look_closely("conversation with an open tool call")
    talk.assert_no_complaints()

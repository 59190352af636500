"""The gate and the head of a run, by finger and by pointer: what was chosen and why, one choice after another."""

import json
import re
from collections.abc import Callable

import pytest
from llmock.pytest_plugin import LLMock
from playwright.sync_api import Page, expect

from tests.browser.watching import PHONE, Watched

pytestmark = [pytest.mark.browser, pytest.mark.processes]

WAIT_MS = 60_000
CODE = "In short:\n\n```python\nreturn sum(len(line.split()) for line in file)  # 一个很长的行, wider\n```\n"
# Whether nothing that stands in a block of code lies on its first line.
IS_CLEAR = """
(block) => {
  const label = parseFloat(getComputedStyle(block, '::after').top) +
    parseFloat(getComputedStyle(block, '::after').height);
  const line = document.createRange();
  line.selectNodeContents(block.querySelector('code'));
  const first = line.getClientRects()[0].top;
  const button = block.querySelector('button').getBoundingClientRect().bottom;
  return first >= button && first - block.getBoundingClientRect().top >= label;
}
"""


@pytest.fixture
def start(model: LLMock, browser_of: Callable[..., Watched]) -> Callable[..., Watched]:
    """Start a run in a browser of its own and wait until its first node asks to be confirmed."""

    def begin(**options: object) -> Watched:
        model.pace(1).tool_mode("off")
        model.call_tool("files_write", {"name": "analysis.md", "content": "# Analysis\n"}).reply(CODE)
        model.reply(json.dumps({"summary": {"reason": "It says the goal.", "text": "A short summary."}}))
        watched = browser_of("builder", **options)
        page = watched.page
        page.set_default_timeout(WAIT_MS)
        expect.set_options(timeout=WAIT_MS)
        page.goto("/s/demo/workflows/requirement-to-code/start/")
        page.get_by_label("Requirement").fill("Count the words of a file, as fast as it can be read, in any language.")
        page.get_by_role("button", name="Start run").click()
        expect(page.get_by_role("button", name="Confirm")).to_be_enabled()
        return watched

    return begin


def choose(page: Page, *, file: str = "", artifact: str = "") -> None:
    output = page.locator(".gate__output").filter(has_text="analysis")
    output.get_by_text("change").click()
    if file:
        upload = {"name": file, "mimeType": "text/markdown", "buffer": b"# Mine"}
        output.get_by_label("Upload").set_input_files(upload)  # type: ignore[arg-type]
    else:
        output.get_by_role("combobox").select_option(label=artifact)
    output.get_by_role("button", name="Use this").click()
    expect(output.locator(".gate__value")).to_have_text(file or artifact)


def finish(page: Page, model: LLMock) -> None:
    """Confirm the first node and wait until the rest is done."""
    for name in ("design.md", "main.py", "review.md"):
        model.call_tool("files_write", {"name": name, "content": f"# {name}\n"}).reply(f"I wrote {name}.")
    model.reply(json.dumps({"verdict": {"reason": "asked for", "text": "Ready."}}))
    page.get_by_role("button", name="Confirm").click()
    expect(page.locator(".run-head[data-status=done]")).to_be_visible()


def test_file_that_was_sent_is_not_sent_again_with_the_next_choice(start: Callable[..., Watched]) -> None:
    watched = start()
    page = watched.page
    choose(page, file="mine.md")
    expect(page.locator(".gate__reason").first).to_have_text("chosen by builder")
    choose(page, artifact="analysis.md")
    choose(page, artifact="mine.md")
    expect(page.locator(".node-panel__side")).not_to_contain_text("revision 2")
    page.locator(".gate").get_by_role("link", name="mine.md").click()
    expect(page.get_by_role("dialog").get_by_role("heading", name="mine.md")).to_be_visible()
    page.keyboard.press("Escape")
    watched.look_closely("gate with reasons")
    watched.assert_no_complaints()


def test_who_works_by_keyboard_stays_where_they_acted(start: Callable[..., Watched], model: LLMock) -> None:
    """What was pressed goes with the answer; the next Tab must not begin at the top of the page."""
    watched = start()
    page = watched.page
    change = page.locator(".gate__output").filter(has_text="analysis").locator("summary")
    change.focus()
    page.keyboard.press("Enter")
    watched.look_closely("gate with an open choice")
    page.get_by_role("button", name="Use this").first.focus()
    page.keyboard.press("Enter")
    expect(change).to_be_focused()
    expect(page.locator(".gate__reason").first).to_have_text("chosen by builder")
    model.call_tool("files_write", {"name": "design.md", "content": "# Design\n"}).reply("I wrote it.")
    page.get_by_role("button", name="Confirm").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#node-panel")).to_be_focused()
    watched.assert_no_complaints()


def test_phone_shows_the_runs_name_the_chosen_node_and_whole_lines_of_code(
    start: Callable[..., Watched], model: LLMock
) -> None:
    watched = start(viewport=PHONE, has_touch=True, is_mobile=True)
    page = watched.page
    assert page.locator(".code-block").evaluate(IS_CLEAR), "something lies on the code"
    finish(page, model)
    title = page.get_by_role("heading", level=1).bounding_box()
    assert title and title["width"] > 90, "a run that is done has a name, too"
    page.goto(re.sub(r"[?#].*|$", "?node=review", page.url, count=1))
    page.locator("body[data-ready]").wait_for()
    expect(page.locator("#node-review")).to_be_in_viewport()
    page.locator("#node-analyse a").evaluate("(link) => link.click()")
    expect(page.locator("#node-analyse")).to_be_in_viewport(ratio=0.9)
    watched.judge("a run that is done, on a phone")
    watched.assert_no_complaints()


def test_what_runs_again_is_chosen_by_keyboard(start: Callable[..., Watched], model: LLMock) -> None:
    watched = start()
    page = watched.page
    finish(page, model)
    page.locator("#node-panel[data-status=done]").wait_for()
    page.goto(re.sub(r"[?#].*|$", "?node=analyse", page.url, count=1))
    model.reply("Nothing to change.").reply(json.dumps({"summary": {"reason": "asked for", "text": "Another one."}}))
    page.get_by_role("textbox", name="Message").fill("Is it right?")
    page.get_by_role("button", name="Send").click()
    page.get_by_role("link", name="Done", exact=True).click()
    plan = page.get_by_role("dialog")
    row = plan.locator("[data-node=design]")
    choice = row.get_by_role("checkbox", name="run again")
    choice.focus()
    for fate in ("again", "reused"):
        page.keyboard.press("Space")
        expect(row).to_have_attribute("data-fate", fate)
        expect(choice).to_be_focused()
        expect(choice).to_be_checked(checked=fate == "again")
    watched.assert_no_complaints()

"""The main job in a browser: sign in, start, watch the text come, confirm, see the next node run, download."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from llmock.pytest_plugin import LLMock
from playwright.sync_api import expect

from tests.browser.conftest import Site
from tests.browser.watching import Watched

pytestmark = [pytest.mark.browser, pytest.mark.processes]

ANALYSIS = "# Analysis\n\n1. **Reads** a file 你好 𠮷 👩‍💻.\n"
ANSWER = "I wrote the analysis. " + " ".join(f"第{number}句 word{number} 👩‍💻" for number in range(120))
DESIGN_ANSWER = "I chose one function. " + " ".join(f"step{number}" for number in range(40))
SUMMARY = json.dumps({"summary": {"reason": "asked for", "text": "It reads a file 你好."}})
WAIT_MS = 60_000


def script(model: LLMock) -> None:
    """What the model answers, in order."""
    model.pace(60).tool_mode("off")
    model.call_tool("files_write", {"name": "analysis.md", "content": ANALYSIS}).reply(ANSWER).reply(SUMMARY)
    model.call_tool("files_write", {"name": "design.md", "content": "# Design\n\nOne function.\n"}).reply(DESIGN_ANSWER)
    model.call_tool("files_write", {"name": "main.py", "content": "print('hi')\n"}).reply("Run it.")
    model.call_tool("files_write", {"name": "review.md", "content": "# Review\n\nReady.\n"}).reply("Reviewed.")
    model.reply(json.dumps({"verdict": {"reason": "asked for", "text": "Ready."}}))


def sign_in(site: Site, watched: Watched) -> None:
    page = watched.page
    page.goto("/")
    watched.look_closely("sign in")
    page.get_by_label("User name").fill("builder")
    page.get_by_label("Password").fill(site.passwords["builder"])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(re.compile("/(s/demo/)?$"))
    if not page.url.endswith("/s/demo/"):
        page.get_by_role("link", name="Demo").first.click()
    expect(page.get_by_role("heading", name="Demo")).to_be_visible()


def start(watched: Watched) -> None:
    page = watched.page
    watched.look_closely("space home")
    page.get_by_role("link", name="Run Requirement to code").click()
    watched.look_closely("start form")
    page.get_by_label("Requirement").fill("Read a file and count 你好 words.")
    page.get_by_role("button", name="Start run").click()


def watch_the_text_come(watched: Watched) -> None:
    page = watched.page
    expect(page.locator(".message__body").filter(has_text="word3 ")).to_be_visible(timeout=WAIT_MS)
    streaming = page.locator(".message__body[data-status=streaming]")
    expect(streaming).to_have_count(1)
    early = streaming.text_content() or ""
    assert early and ANSWER.startswith(early) and len(early) < len(ANSWER)


def confirm(watched: Watched) -> None:
    page = watched.page
    button = page.get_by_role("button", name="Confirm")
    expect(button).to_be_enabled(timeout=WAIT_MS)
    expect(page.locator("chat-message").filter(has_text="word119")).to_be_visible()
    expect(page.get_by_text("analysis.md").first).to_be_visible()
    watched.look_closely("run page that waits")
    button.click()
    expect(page.locator(".canvas-node[data-key=review][data-status=done]")).to_be_visible(timeout=WAIT_MS)
    expect(page.locator(".run-head[data-status=done]")).to_be_visible()


def download(watched: Watched, target: Path) -> None:
    page = watched.page
    page.locator(".canvas-node[data-key=analyse]").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download analysis.md").first.click()
    download.value.save_as(target)
    assert target.read_text() == ANALYSIS
    page.get_by_role("link", name="analysis.md", exact=True).first.click()
    expect(page.locator("dialog[open] .prose")).to_contain_text("Reads a file")
    watched.look_closely("run page with an artifact open")
    page.keyboard.press("Escape")


def test_requirement_becomes_documents(
    site: Site, model: LLMock, browser_of: Callable[..., Watched], tmp_path: Path
) -> None:
    script(model)
    watched = browser_of()
    watched.page.set_default_timeout(WAIT_MS)
    sign_in(site, watched)
    start(watched)
    watch_the_text_come(watched)
    confirm(watched)
    download(watched, tmp_path / "analysis.md")
    watched.look_closely("run page that is done")
    watched.assert_no_complaints()

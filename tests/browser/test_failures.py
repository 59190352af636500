"""A node fails in a browser: what is said, what helps first, and the run ticket that explains the rest."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from llmock.pytest_plugin import LLMock
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site
from tests.browser.watching import Watched
from tests.chaos.people import Person

pytestmark = [pytest.mark.browser, pytest.mark.processes]

WAIT_MS = 60_000
KEY = "sk-proj-abcdefghijklmnop"
LAST = "SELECT public_id FROM runs_run ORDER BY id DESC LIMIT 1"


def prints_whole(page: Page) -> None:
    """On paper there is no navigation, nothing is cut, and ink is dark also for whoever reads light on dark."""
    page.emulate_media(media="print", color_scheme="dark")
    expect(page.locator(".side")).to_be_hidden()
    assert page.locator(".ticket-log").evaluate("(log) => log.scrollHeight === log.clientHeight"), "the log is cut"
    assert page.locator("body").evaluate("(body) => getComputedStyle(body).colorScheme") == "light"
    page.emulate_media(media="screen", color_scheme=None)


def test_failed_turn_is_said_differently_and_explained_by_its_ticket(
    site: Site, model: LLMock, browser_of: Callable[..., Watched], tmp_path: Path
) -> None:
    model.pace(1).tool_mode("off").fail(400, message=f"Rejected by rule 7, key {KEY}", times=None)
    Person(site.aime, site.seeded).start("long-story")
    run = site.database.patient_rows(LAST)[0][0]
    watched = browser_of("builder")
    page = watched.page
    page.goto(f"/s/demo/runs/{run}/")

    failure = page.locator(".failure")
    expect(failure).to_contain_text("did not accept the request (status 400)", timeout=WAIT_MS)
    expect(failure).to_contain_text("Say it differently")
    watched.look_closely("a node that failed")
    failure.get_by_role("button", name="Write to the agent").click()  # nobody has said anything yet
    writing = page.locator("message-composer textarea").first
    expect(writing).to_be_focused()
    writing.fill("Shorter, please.")
    page.get_by_role("button", name="Send").click()
    edit = failure.get_by_role("button", name="Edit message")
    expect(edit).to_be_visible(timeout=WAIT_MS)
    edit.click()
    expect(writing).to_have_value("Shorter, please.")

    failure.get_by_role("link", name="Run ticket").click()
    expect(page.get_by_role("heading", name="What failed")).to_be_visible()
    main = page.locator("main")
    expect(main).to_contain_text("Rejected by rule 7, key [secret]")
    expect(main.get_by_role("link", name="Re-run from here")).to_be_visible()
    page.get_by_text("Events as recorded").click()
    watched.look_closely("run ticket")
    prints_whole(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as JSON").click()
    download.value.save_as(tmp_path / "ticket.json")
    text = (tmp_path / "ticket.json").read_text()
    assert KEY not in text
    (failed,) = json.loads(text)["what_failed"]
    assert (failed["node"], failed["kind"], failed["press"]) == ("tell", "bad_request", "message")
    page.get_by_role("link", name="Go to the conversation").click()
    expect(page.locator(".failure")).to_be_visible()
    watched.assert_no_complaints()

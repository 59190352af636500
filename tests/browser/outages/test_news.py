"""What a page says of its news while the database is away, though its socket is open all the time."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from llmock.pytest_plugin import LLMock
from playwright.sync_api import expect

from tests.browser.conftest import Site
from tests.browser.watching import PHONE, Watched
from tests.chaos.people import Person

pytestmark = [pytest.mark.browser, pytest.mark.processes]

WAIT_MS = 60_000
RUN = "SELECT public_id FROM runs_run ORDER BY id DESC LIMIT 1"


@contextmanager
def without_database(site: Site) -> Iterator[None]:
    """Stop PostgreSQL, and hold whoever would start it again."""
    tree = site.aime.tree()
    os.kill(tree["supervisor"][0], signal.SIGSTOP)
    try:
        os.kill(tree["postgres"][0], signal.SIGINT)
        yield
    finally:
        os.kill(tree["supervisor"][0], signal.SIGCONT)


def test_page_says_that_no_news_come_while_the_database_is_away(
    site: Site, model: LLMock, browser_of: Callable[..., Watched]
) -> None:
    """The page said that it is live, since its socket was."""
    model.pace(1).tool_mode("off").reply("A story.").reply("Another story.")
    Person(site.aime, site.seeded).start("long-story")
    run = site.database.patient_rows(RUN)[0][0]
    watched = browser_of("builder")
    page = watched.page
    page.set_default_timeout(WAIT_MS)
    page.goto(f"/s/demo/runs/{run}/")
    expect(page.locator(".run-head[data-status=done]")).to_be_visible(timeout=WAIT_MS)
    live, interrupted = (page.locator(f"#live-status [data-word={word}]") for word in ("live", "interrupted"))
    expect(live).to_be_visible()
    with without_database(site):
        expect(interrupted).to_be_visible(timeout=WAIT_MS)
        expect(live).to_be_hidden()
        page.set_viewport_size(PHONE)
        expect(interrupted).to_be_in_viewport(ratio=1)
        watched.judge("the news are interrupted")
    expect(live).to_be_visible(timeout=WAIT_MS)
    expect(interrupted).to_be_hidden()
    page.set_viewport_size({"width": 1280, "height": 900})
    page.locator("message-composer textarea").fill("Once more")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("chat-message").filter(has_text="Another story.")).to_be_visible(timeout=WAIT_MS)

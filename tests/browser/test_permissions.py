"""Who sees what in a browser, and that every fetched script and style has its hash in its name."""

import re
from collections.abc import Callable

import pytest
from llmock.pytest_plugin import LLMock
from playwright.sync_api import expect

from tests.browser.conftest import Site
from tests.browser.watching import Watched
from tests.chaos.people import Person

pytestmark = [pytest.mark.browser, pytest.mark.processes]

LAST_RUN = "SELECT r.public_id, r.status FROM runs_run r ORDER BY r.id DESC LIMIT 1"
SOCKET = """
(run) => new Promise((resolve) => {
  const socket = new WebSocket(`ws://${location.host}/ws/live/?run=${run}&after=0`);
  const frames = [];
  socket.onmessage = ({ data }) => frames.push(data);
  socket.onclose = ({ code }) => resolve([code, frames.length]);
  setTimeout(() => resolve([0, frames.length]), 3000);
})
"""


@pytest.fixture
def run_id(site: Site, model: LLMock) -> str:
    """A run of the builder's that has ended."""
    model.pace(1).tool_mode("off").reply("A short secret story.")
    Person(site.aime, site.seeded).start("long-story")
    for _ in range(1200):
        public_id, status = site.database.patient_rows(LAST_RUN)[0]
        if status == "done":
            return str(public_id)
        import time

        time.sleep(0.1)
    raise AssertionError(f"the run is {status}")


def test_outsider_sees_nothing(run_id: str, browser_of: Callable[..., Watched]) -> None:
    page = browser_of("outsider").page
    page.goto("/")
    assert "Demo" not in page.locator("main").inner_text()
    for path in ("", "activity/", f"runs/{run_id}/", f"runs/{run_id}/panel/", f"runs/{run_id}/overview/"):
        answer = page.goto(f"/s/demo/{path}")
        assert answer is not None and answer.status == 404, path
        assert "secret" not in page.content()
    code, frames = page.evaluate(SOCKET, run_id)
    assert (code, frames) == (4404, 0)


def test_nobody_is_sent_to_sign_in(run_id: str, browser_of: Callable[..., Watched]) -> None:
    page = browser_of().page
    page.goto(f"/s/demo/runs/{run_id}/")
    assert "/accounts/login/" in page.url
    assert page.evaluate(SOCKET, run_id) == [4401, 0]


def test_viewer_watches_and_cannot_act(run_id: str, site: Site, browser_of: Callable[..., Watched]) -> None:
    watched = browser_of("viewer")
    page = watched.page
    page.goto("/s/demo/")
    expect(page.get_by_role("link", name=re.compile("^Run "))).to_have_count(0)
    page.goto(f"/s/demo/runs/{run_id}/")
    expect(page.locator("chat-message").filter(has_text="secret story")).to_be_visible()
    for name in ("Confirm", "Send", "Stop", "Cancel run", "Restart with an empty conversation", "Cancel this node"):
        expect(page.locator("main").get_by_role("button", name=name).and_(page.locator(":enabled"))).to_have_count(0)
    viewer = Person(site.aime, site.seeded, "viewer")
    assert viewer.post("workflows/long-story/start/") == 403
    for act in ("messages/new", "restarts", "stops", "confirmations", "completions", "retries", "cancellations"):
        status = viewer.post(f"runs/{run_id}/nodes/tell/{act}/", {"version": 1, "text": "hello", "outputs": ""})
        assert status == 403, act
    assert viewer.post(f"runs/{run_id}/cancellation/") == 403
    watched.assert_no_complaints()


def test_every_script_and_style_is_hashed(run_id: str, browser_of: Callable[..., Watched]) -> None:
    watched = browser_of("builder")
    for path in ("/", "/s/demo/", "/s/demo/workflows/long-story/start/", f"/s/demo/runs/{run_id}/"):
        watched.page.goto(path)
        watched.page.wait_for_load_state("load")
    assert len(watched.scripts) > 20
    bare = {url for url in watched.scripts if not re.search(r"\.[0-9a-f]{12}\.(js|css|woff2)$", url)}
    assert not bare, f"fetched without a hash: {sorted(bare)}"
    watched.assert_no_complaints()

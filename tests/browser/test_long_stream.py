"""A long answer as it streams: laid out piece by piece, and exactly the text all the while."""

from collections.abc import Callable

import pytest
from llmock.pytest_plugin import LLMock
from playwright.sync_api import expect

from tests.browser.conftest import Site
from tests.browser.watching import Watched
from tests.chaos.people import Person
from tests.chaos.system import seed_system

pytestmark = [pytest.mark.browser, pytest.mark.processes]

WAIT_MS = 60_000
DOCUMENT = {
    "aime": 1,
    "name": "Long answers",
    "nodes": [{"key": "tell", "type": "task", "title": "Tell", "prompt": "Tell.", "confirm": True}],
    "edges": [],
}
TEXT = "".join(f"{number}. 第{number}行，还有 some words after it.\n" for number in range(900))
LAST = "SELECT public_id FROM runs_run ORDER BY id DESC LIMIT 1"
SHOWN = """
() => {
  const body = document.querySelector('.message__body[data-status=streaming]');
  return body && { text: body.textContent, blocks: body.querySelectorAll('.message__lines').length };
}
"""


def test_long_answer_is_whole_in_blocks_while_it_streams(
    site: Site, model: LLMock, browser_of: Callable[..., Watched]
) -> None:
    slug = seed_system(site.aime, [DOCUMENT]).slugs["long answers"]
    model.pace(4).tool_mode("off").reply(TEXT)
    Person(site.aime, site.seeded).start(slug)
    watched = browser_of("builder")
    page = watched.page
    page.goto(f"/s/demo/runs/{site.database.rows(LAST)[0][0]}/?node=tell")
    expect(page.locator(".message__lines").nth(1)).to_be_attached(timeout=WAIT_MS)
    first = page.evaluate(SHOWN)
    assert first and TEXT.startswith(first["text"])
    page.reload()
    expect(page.locator(".message__lines").first).to_be_attached(timeout=WAIT_MS)
    again = page.evaluate(SHOWN)
    assert again and TEXT.startswith(again["text"]) and len(again["text"]) >= len(first["text"])
    expect(page.locator("#node-panel[data-status=waiting]")).to_be_visible(timeout=WAIT_MS)
    expect(page.locator(".message__body.prose").last).to_contain_text("第899行")
    watched.assert_no_complaints()

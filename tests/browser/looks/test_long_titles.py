"""A run's long title: two lines of it in the head, and all of it under a finger or by the keyboard."""

from collections.abc import Callable

import pytest
from llmock.pytest_plugin import LLMock
from playwright.sync_api import expect

from tests.browser.conftest import Site
from tests.browser.watching import PHONE, Watched
from tests.chaos.people import Person
from tests.chaos.system import seed_system

pytestmark = [pytest.mark.browser, pytest.mark.processes]

DOCUMENT = {
    "aime": 1,
    "name": "One step with a long title",
    "nodes": [{"key": "only", "type": "task", "title": "Only", "prompt": "Do it.", "confirm": True}],
    "edges": [],
}
TITLE = (
    "把项目导出为一个压缩包：后台运行，完成以后发送一封带链接的邮件，链接在七天之内有效，并且已归档的文档也要一起导出"
)
NAME_LAST = "UPDATE runs_run SET title = %s WHERE id = (SELECT max(id) FROM runs_run) RETURNING public_id"
SEEN = """(title) => {
  const { top, bottom } = title.getBoundingClientRect();
  return { lines: Math.round((bottom - top) / parseFloat(getComputedStyle(title).lineHeight)),
    isWhole: title.scrollHeight <= title.clientHeight + 1 };
}"""


@pytest.mark.parametrize("title", [TITLE, TITLE * 5, "https://example.com/" + "without-a-place-to-break" * 8])
def test_long_title_of_a_run_is_read_to_its_end(
    title: str, site: Site, model: LLMock, browser_of: Callable[..., Watched]
) -> None:
    slug = seed_system(site.aime, [DOCUMENT]).slugs["one step with a long title"]
    model.pace(1).tool_mode("off").reply("It is done.")
    Person(site.aime, site.seeded).start(slug)
    run = site.database.rows(NAME_LAST, [title[:300]])[0][0]
    watched = browser_of("builder", viewport=PHONE, has_touch=True)
    page = watched.page
    page.goto(f"/s/demo/runs/{run}/")
    here = page.get_by_role("heading", level=1)
    assert here.evaluate(SEEN) == {"lines": 2, "isWhole": False}
    here.tap()
    page.wait_for_function("document.activeElement.matches('h1')")
    seen = here.evaluate(SEEN)
    assert seen["lines"] > 2
    if not seen["isWhole"]:  # the longest are scrolled
        here.evaluate("(title) => title.scrollTo(0, title.scrollHeight)")
        assert here.evaluate("(title) => title.scrollTop + title.clientHeight >= title.scrollHeight - 1")
    watched.judge("a long title, opened")
    page.get_by_role("textbox", name="Message").focus()
    assert here.evaluate(SEEN)["lines"] == 2
    watched.look_closely("a long title")
    expect(here).to_have_text(title[:300])
    watched.assert_no_complaints()

"""My tasks are narrowed as one types; the address says how, and a live refresh keeps to it."""

import re
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
    "name": "One step to look for",
    "nodes": [{"key": "only", "type": "task", "title": "Only", "prompt": "Do it.", "confirm": True}],
    "edges": [],
}


def test_tasks_are_narrowed_as_one_types(site: Site, model: LLMock, browser_of: Callable[..., Watched]) -> None:
    slug = seed_system(site.aime, [DOCUMENT]).slugs["one step to look for"]
    model.pace(1).tool_mode("off")
    for answer in ("One.", "Two."):
        model.reply(answer)
        Person(site.aime, site.seeded).start(slug)
    watched = browser_of("builder")
    page = watched.page
    page.goto("/s/demo/tasks/?tab=started&template=" + slug)
    rows = page.locator("#task-list .task-row")
    expect(rows).to_have_count(2)
    expect(page.get_by_label("Template", exact=True)).to_have_value(slug)  # what is asked for is open
    page.get_by_role("searchbox", name="Find in titles and inputs").fill("nothing of the kind")
    expect(rows).to_have_count(0)
    expect(page).to_have_url(re.compile(rf"/s/demo/tasks/\?tab=started&q=nothing\+of\+the\+kind&template={slug}$"))
    watched.look_closely("nothing fits")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    watched.look_closely("filters of tasks on a phone")
    page.get_by_role("link", name="Show all").click()
    expect(page).to_have_url(re.compile(r"/s/demo/tasks/\?tab=started$"))
    watched.assert_no_complaints()

"""Two people: the bell of one tells, live and on every page, of what the other's run does; settled, read, chosen."""

import re
from collections.abc import Callable

import pytest
from llmock.pytest_plugin import LLMock
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site
from tests.browser.watching import Watched
from tests.chaos.people import Person
from tests.chaos.system import seed_system

pytestmark = [pytest.mark.browser, pytest.mark.processes]

WAIT_MS = 60_000
ALL = ["waiting", "done", "failed"]
DOCUMENT = {
    "aime": 1,
    "name": "Told story",
    "nodes": [
        {
            "key": "tell",
            "type": "task",
            "title": "Tell",
            "prompt": "Tell a short story.",
            "confirm": True,
            "retry": {"attempts": 1},
            "notify": [{"who": "initiator", "on": ["waiting", "failed"]}, {"who": "admin", "on": ALL}],
        },
    ],
    "edges": [],
}
LAST = "SELECT public_id FROM runs_run ORDER BY id DESC LIMIT 1"
BELL = "notice-bell"


@pytest.fixture(scope="module")
def _template(site: Site) -> None:
    """A published template whose node tells its initiator and the admin."""
    seed_system(site.aime, [DOCUMENT])


@pytest.fixture
def start(site: Site, model: LLMock, _template: None) -> Callable[[], str]:
    """Let the builder start a run of it; gives the run's id."""

    def begin(text: str = "Once upon a time.") -> str:
        model.pace(1).tool_mode("off").reply(text)
        Person(site.aime, site.seeded).start("told-story")
        return str(site.database.patient_rows(LAST)[0][0])

    return begin


def expect_unread(page: Page, count: int) -> None:
    """Wait until the bell says how much is unread."""
    badge = page.locator(f"{BELL} [data-part=count]")
    if count:
        expect(badge).to_have_text(str(count), timeout=WAIT_MS)
    else:
        expect(badge).to_be_hidden(timeout=WAIT_MS)


def read_all(page: Page) -> None:
    page.goto("/notifications/")
    button = page.locator("#notice-list").get_by_role("button", name="Mark all as read")
    if button.count():
        button.click()
    expect_unread(page, 0)


def test_bell_rings_live_when_the_run_of_another_waits(
    start: Callable[[], str], browser_of: Callable[..., Watched]
) -> None:
    admin, builder = browser_of("admin"), browser_of("builder")
    for watched in (admin, builder):
        read_all(watched.page)
    admin.page.goto("/s/demo/runs/")
    builder.page.goto("/s/demo/workflows/told-story/")
    run = start()
    expect_unread(admin.page, 1)
    expect_unread(builder.page, 1)

    page = admin.page
    page.get_by_role("button", name="Notifications").click()
    notice = page.locator(f"{BELL} .notice__link").first
    expect(notice).to_have_text("“Tell” waits to be confirmed")
    admin.judge("the bell is open")
    notice.click()
    page.wait_for_url(re.compile(rf"/s/demo/runs/{run}/\?node=tell&version=1$"))
    expect_unread(page, 0)

    builder.page.goto(f"/s/demo/runs/{run}/")
    expect_unread(builder.page, 1)  # the admin has read it for themselves
    page.get_by_role("button", name="Confirm").click()
    expect_unread(builder.page, 0)  # … and has done it for both
    builder.page.get_by_role("button", name="Notifications").click()
    expect(builder.page.locator(f"{BELL} .notice").first).to_contain_text("settled by admin")
    for watched in (admin, builder):
        watched.assert_no_complaints()


def test_what_is_read_in_one_window_is_read_in_the_other(
    start: Callable[[], str], browser_of: Callable[..., Watched]
) -> None:
    first, second = browser_of("admin"), browser_of("admin")
    read_all(first.page)
    second.page.goto("/s/demo/")
    start()
    expect_unread(first.page, 1)
    expect_unread(second.page, 1)
    expect(first.page.locator("#notice-list .notice[data-unread]")).to_have_count(1)  # the list itself is live
    first.look_closely("notifications")
    first.page.locator("#notice-list .notice[data-unread]").get_by_role("button", name="Mark as read").click()
    for watched in (first, second):
        expect_unread(watched.page, 0)
        watched.assert_no_complaints()


def test_phone_shows_the_whole_bell(start: Callable[[], str], browser_of: Callable[..., Watched]) -> None:
    watched = browser_of("builder", viewport={"width": 390, "height": 844}, has_touch=True)
    page = watched.page
    read_all(page)
    page.goto("/s/demo/")
    start()
    expect_unread(page, 1)
    page.get_by_role("button", name="Notifications").tap()
    expect(page.locator(f"{BELL} .notice__link").first).to_be_in_viewport(ratio=1)
    watched.judge("the bell on a phone")
    page.locator(f"{BELL}").get_by_role("button", name="Mark all as read").tap()
    expect_unread(page, 0)
    watched.assert_no_complaints()


def test_kind_that_is_not_wanted_is_not_told(start: Callable[[], str], browser_of: Callable[..., Watched]) -> None:
    watched, other = browser_of("builder"), browser_of("admin")
    page = watched.page
    for one in (watched, other):
        read_all(one.page)
    box = page.get_by_label("A node waits for a person")
    try:
        box.uncheck()
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("From now on you are told of what you chose.")).to_be_visible()
        run = start()
        expect_unread(other.page, 1)
        page.goto(f"/s/demo/runs/{run}/")
        expect(page.get_by_role("button", name="Confirm")).to_be_visible(timeout=WAIT_MS)
        expect_unread(page, 0)
    finally:
        page.goto("/notifications/")
        box.check()
        page.get_by_role("button", name="Save").click()
    watched.assert_no_complaints()

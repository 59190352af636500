"""Re-run from the head of a run: one press where a node failed, a choice of nodes otherwise, by keys and on a phone."""

import re
from collections.abc import Callable

import pytest
from llmock.pytest_plugin import LLMock
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site
from tests.browser.watching import PHONE, Watched
from tests.chaos.people import Person
from tests.chaos.system import seed_system

pytestmark = [pytest.mark.browser, pytest.mark.processes]

WAIT_MS = 60_000
DOCUMENT = {
    "aime": 1,
    "name": "Two steps to repeat",
    "nodes": [
        {"key": "first", "type": "task", "title": "第一步：需求分析", "prompt": "Do it.", "retry": {"attempts": 1}},
        {"key": "second", "type": "task", "title": "Then the design", "prompt": "Do more.", "retry": {"attempts": 1}},
    ],
    "edges": [["first", "second"]],
}
LAST = "SELECT public_id FROM runs_run ORDER BY id DESC LIMIT 1"


@pytest.fixture(scope="module")
def slug(site: Site) -> str:
    return seed_system(site.aime, [DOCUMENT]).slugs["two steps to repeat"]


@pytest.fixture
def started(site: Site, slug: str, model: LLMock) -> Callable[..., str]:
    """Start a run; `fails`: its first node does. Gives the address of its page."""

    def start(*, fails: bool) -> str:
        model.pace(1).tool_mode("off")
        if fails:
            model.fail(401, message="Refused.", times=1)
        else:
            model.reply("First.").reply("Second.")
        Person(site.aime, site.seeded).start(slug)
        return f"/s/demo/runs/{site.database.rows(LAST)[0][0]}/"

    return start


def stands(page: Page, status: str) -> None:
    expect(page.locator(f".run-head[data-status={status}]")).to_be_visible(timeout=WAIT_MS)


def test_failed_run_goes_on_with_one_press_and_a_look_at_the_plan(
    started: Callable[..., str], model: LLMock, browser_of: Callable[..., Watched]
) -> None:
    watched = browser_of("builder")
    page = watched.page
    page.goto(started(fails=True))
    stands(page, "failed")
    watched.look_closely("head of a failed run")
    page.get_by_role("link", name="Re-run from 第一步：需求分析").click()
    dialog = page.locator("reader-dialog dialog[open]")
    expect(dialog).to_contain_text("Keep the context")
    expect(dialog).to_contain_text("Discard the context")
    model.reply("First.").reply("Second.")
    dialog.get_by_role("button", name="Start anew").click()
    stands(page, "done")
    expect(page.get_by_role("button", name="Re-run…")).to_be_visible()
    assert page.locator("#rerun-usual").count() == 0, "nothing failed any more"
    watched.assert_no_complaints()


def test_node_is_chosen_by_keys_and_on_a_phone(started: Callable[..., str], browser_of: Callable[..., Watched]) -> None:
    watched = browser_of("builder")
    page = watched.page
    page.goto(f"{started(fails=False)}?node=second")
    stands(page, "done")
    button = page.get_by_role("button", name="Re-run…")
    button.focus()
    page.keyboard.press("Enter")
    menu = page.locator("#rerun-menu")
    expect(menu.locator(".menu__item")).to_have_text([re.compile("Then the design"), re.compile("第一步")])
    watched.look_closely("choice of nodes")
    page.keyboard.press("Tab")
    expect(page.locator("#rerun-second")).to_be_focused()
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    button.click()
    box = menu.bounding_box()
    assert box and box["x"] >= 0 and box["x"] + box["width"] <= PHONE["width"]
    watched.look_closely("choice of nodes on a phone")
    page.locator("#rerun-first").click()
    expect(page.locator("reader-dialog dialog[open] #reader-title")).to_have_text("Run again: 第一步：需求分析")
    expect(menu).to_be_hidden()
    watched.look_closely("plan on a phone")
    page.keyboard.press("Escape")
    expect(button).to_be_focused()  # the menu that led here has closed, its button stands for it
    watched.assert_no_complaints()


def test_dialog_gives_the_focus_back_to_the_menu_it_came_from(
    started: Callable[..., str], browser_of: Callable[..., Watched]
) -> None:
    watched = browser_of("builder")
    page = watched.page
    page.goto(f"{started(fails=False)}?node=second")
    stands(page, "done")
    more = page.get_by_role("button", name="More acts on this node")
    more.focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Restart with an empty conversation").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(more).to_be_focused()
    watched.assert_no_complaints()


def test_who_only_watches_is_offered_nothing(started: Callable[..., str], browser_of: Callable[..., Watched]) -> None:
    page = browser_of("viewer").page
    page.goto(started(fails=True))
    stands(page, "failed")
    assert page.locator(".rerun").count() == 0

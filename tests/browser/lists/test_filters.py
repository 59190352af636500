"""The filters of a list on a phone: one word that says how many are set. On a desk they are all there."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.watching import DESK, PHONE, Watched

pytestmark = [pytest.mark.browser, pytest.mark.processes]

FIRST_ROW = "#history-list tbody tr"


def test_filters_of_the_history_open_on_a_phone_and_lose_nothing(
    slug: str, run_of: Callable[[str], str], browser_of: Callable[..., Watched]
) -> None:
    run_of("把项目导出为一个压缩包")
    watched = browser_of("builder", viewport=PHONE)
    page = watched.page
    page.goto(f"/s/demo/runs/?template={slug}")
    rows, fold, status = page.locator(FIRST_ROW), page.locator(".filter-fold__summary"), page.get_by_label("Running")
    expect(fold).to_have_text(re.compile(r"^\s*Filters\s+1 set\s*$"))
    expect(status).to_be_hidden()
    assert page.evaluate(f"document.querySelector('{FIRST_ROW}').getBoundingClientRect().top < innerHeight * 0.7")
    fold.focus()
    page.keyboard.press("Enter")
    template = page.get_by_label("Template", exact=True)
    expect(template).to_have_value(slug)
    page.get_by_label("Failed").check(force=True)  # the box itself is not seen, its label is
    page.get_by_label("Cancelled").check(force=True)
    page.get_by_label("From").fill("2020-01-01")
    expect(fold).to_contain_text("3 set")  # two statuses are one filter
    expect(rows).to_have_count(0)
    asked = f"status=failed&status=cancelled&template={slug}&since=2020-01-01"
    expect(page).to_have_url(re.compile(rf"/s/demo/runs/\?{asked}$"))
    expect(template).to_be_visible()  # what narrows the list does not fold the filters
    watched.look_closely("filters of the history")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.reload()
    expect(fold).to_contain_text("3 set")
    expect(template).to_be_hidden()
    fold.click()
    expect(template).to_have_value(slug)
    expect(page.get_by_label("Failed")).to_be_checked()
    expect(page.get_by_label("From")).to_have_value("2020-01-01")
    watched.assert_no_complaints()


def test_filters_of_the_history_are_all_there_on_a_desk(browser_of: Callable[..., Watched]) -> None:
    page = browser_of("builder", viewport=DESK).page
    page.goto("/s/demo/runs/?status=failed")
    expect(page.locator(".filter-fold__summary")).to_be_hidden()
    search = page.get_by_role("searchbox", name="Find in titles and inputs")
    search.focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("checkbox", name="Running")).to_be_focused()  # in the fold, which is not there
    expect(page.get_by_role("combobox", name="Runs as")).to_be_visible()
    expect(page.get_by_label("Until")).to_be_visible()


@pytest.mark.parametrize("address", ["/s/demo/runs/", "/s/demo/tasks/?tab=started"])
def test_filters_work_on_a_phone_without_scripts(address: str, slug: str, browser_of: Callable[..., Watched]) -> None:
    page = browser_of("builder", viewport=PHONE, java_script_enabled=False).page
    page.goto(address)
    fold = page.locator(".filter-fold__summary")
    expect(page.locator("filter-count")).to_be_hidden()
    fold.click()
    page.get_by_label("Template", exact=True).select_option(slug)
    page.get_by_role("button", name="Search").click()
    expect(page).to_have_url(re.compile(rf"[?&]template={slug}&"))
    expect(fold).to_contain_text("1 set")

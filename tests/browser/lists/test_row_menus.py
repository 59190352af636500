"""The menu of a run's row, the same in the history and among what one started oneself."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.watching import Watched

pytestmark = [pytest.mark.browser, pytest.mark.processes]


@pytest.mark.parametrize(
    ("address", "row"),
    [
        ("/s/demo/runs/?template={slug}", "#history-{run}"),
        ("/s/demo/tasks/?tab=started&template={slug}", "#task-list .task-row:has(#menu-{run})"),
        ("/tasks/?tab=started&template={slug}", "#task-list .task-row:has(#menu-{run})"),
    ],
)
def test_run_is_cancelled_from_its_row(
    address: str, row: str, slug: str, run_of: Callable[[str], str], browser_of: Callable[..., Watched]
) -> None:
    run = run_of("把项目导出为一个压缩包：后台运行，完成以后发送一封带链接的邮件")
    watched = browser_of("builder")
    page = watched.page
    page.goto(address.format(slug=slug))
    place = page.locator(row.format(run=run))
    place.get_by_role("button", name="Acts on").click()
    watched.look_closely("menu of a row")
    menu = page.locator(f"#menu-{run}")
    expect(menu.get_by_role("link")).to_have_text(["Open", "Compare with…", "Run ticket"])
    menu.get_by_role("button", name="Cancel run").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel run").click()
    expect(place).to_contain_text("Cancelled")
    expect(menu).to_be_hidden()
    place.get_by_role("button", name="Acts on").click()
    expect(menu.get_by_role("button", name="Cancel run")).to_have_count(0)
    watched.assert_no_complaints()

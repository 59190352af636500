"""What agents wrote, opened inside the conversation: by mouse and keys, kept by refreshes, and harmless."""

import json
import re
from collections.abc import Callable

import pytest
from llmock.pytest_plugin import LLMock
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Site
from tests.browser.watching import PHONE, Watched
from tests.chaos.people import Person
from tests.chaos.system import seed_system

pytestmark = [pytest.mark.browser, pytest.mark.processes]

WAIT_MS = 60_000
DOCUMENT = {
    "aime": 1,
    "name": "Previews",
    "nodes": [
        {
            "key": "write", "type": "task", "title": "需求分析与可行性评估", "prompt": "Write.",
            "tools": ["files", "links"], "outputs": [{"name": "summary", "type": "text", "description": "In short"}],
            "confirm": True, "retry": {"attempts": 1},
        }
    ],
    "edges": [],
}  # fmt: skip
PAGE = "<!doctype html><script>alert('run')</script><img src=x onerror=alert(1)>"
FILES = (
    ("需求分析.md", "# 目标\n\n完成后发送邮件。\n\n[x](javascript:alert(1)) <script>alert(2)</script>"),
    ("清单.csv", "\n".join(["名称,数量", *(f"第{n}项,{n}" for n in range(1, 301))])),
    ("wide.csv", "\n".join([",".join(f"c{n}" for n in range(200))] * 5)),
    ("page.html", PAGE),
    ("fix.patch", "--- a\n+++ b\n@@ -1 +1 @@\n-旧\n+新\n"),
    ("line.txt", "长" * 3000),
)
LAST = "SELECT public_id FROM runs_run ORDER BY id DESC LIMIT 1"


@pytest.fixture(scope="module")
def slug(site: Site) -> str:
    return seed_system(site.aime, [DOCUMENT]).slugs["previews"]


@pytest.fixture
def written(site: Site, slug: str, model: LLMock, browser_of: Callable[..., Watched]) -> Watched:
    """A browser in front of a node that wrote files, the first of them twice, and recorded a link."""
    model.pace(1).tool_mode("off")
    for name, content in FILES:
        model.call_tool("files_write", {"name": name, "content": content})
    model.call_tool("files_write", {"name": FILES[0][0], "content": FILES[0][1].replace("完成后", "完成之后立即")})
    model.call_tool("links_record", {"url": "https://例子.example/docs", "title": "设计文档"})
    model.reply("我写好了。").reply(json.dumps({"summary": {"reason": "asked for", "text": "short"}}))
    Person(site.aime, site.seeded).start(slug)
    watched = browser_of("builder")
    watched.page.set_default_timeout(WAIT_MS)
    watched.page.on("dialog", lambda dialog: watched.complaints.append(f"a script ran: {dialog.message}"))
    watched.page.goto(f"/s/demo/runs/{site.database.rows(LAST)[0][0]}/?node=write")
    expect(watched.page.locator("#node-panel[data-status=waiting]")).to_be_visible(timeout=WAIT_MS)
    return watched


def preview(page: Page, name: str, word: str = "Preview") -> Locator:
    """Find the last fold of a file by what it says."""
    return page.locator("message-log inline-preview", has_text=f"{word}: {name}").last


def opened(page: Page, name: str, word: str = "Preview") -> Locator:
    fold = preview(page, name, word)
    fold.locator("summary").click()
    expect(fold.locator(".inline-preview__shown")).to_be_visible()
    return fold


def test_each_kind_opens_in_place_and_nothing_in_it_runs(written: Watched) -> None:
    page = written.page
    assert page.locator("message-log .inline-preview__shown").count() == 0, "nothing comes with the page"
    expect(opened(page, "需求分析.md").locator(".prose h3")).to_have_text("目标")
    table = opened(page, "清单.csv")
    expect(table.locator("tbody tr")).to_have_count(12)
    expect(table).to_contain_text("The first 12 of 300 rows")
    expect(opened(page, "wide.csv")).to_contain_text("40 of 200 columns")
    hostile = opened(page, "page.html")
    expect(hostile).to_contain_text("<script>alert('run')</script>")
    assert hostile.locator("script, .prose img, iframe").count() == 0
    expect(opened(page, "fix.patch").locator("[data-kind=added]")).to_contain_text("新")
    assert opened(page, "line.txt").bounding_box()["height"] < 600  # type: ignore[index]
    link = page.locator("message-log .inline-artifact__link a")
    expect(link).to_have_attribute("rel", "noopener nofollow noreferrer")
    expect(link).to_have_attribute("target", "_blank")
    written.look_closely("previews in a conversation")
    assert page.url.endswith("?node=write"), "the conversation was never left"
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    written.look_closely("previews on a phone")
    written.assert_no_complaints()


def test_keys_open_it_and_a_refresh_of_the_message_leaves_it_open(written: Watched) -> None:
    page = written.page
    fold = preview(page, "需求分析.md", "Changes since revision 1")
    summary = fold.locator("summary")
    expect(summary).to_have_attribute("aria-expanded", "false")
    summary.focus()
    page.keyboard.press("Enter")
    expect(summary).to_have_attribute("aria-expanded", "true")
    expect(fold.locator("[data-kind=added] mark")).to_have_text(["之", "立即"])
    place = summary.bounding_box()
    message = fold.locator("xpath=ancestor::chat-message")
    with page.expect_response(re.compile(r"/messages/\w+/$")):
        message.evaluate("(element) => element.dispatchEvent(new CustomEvent('live:refresh'))")
    expect(fold.locator("[data-kind=added] mark")).to_have_text(["之", "立即"])
    expect(summary).to_have_attribute("aria-expanded", "true")
    expect(summary).to_be_focused()
    assert summary.bounding_box() == place, "its reader stays where they are"
    page.keyboard.press("Space")
    expect(summary).to_have_attribute("aria-expanded", "false")
    written.assert_no_complaints()


def test_what_could_not_be_loaded_is_loaded_when_it_is_opened_again(written: Watched) -> None:
    page = written.page
    page.route("**/preview/", lambda route: route.abort())
    fold = preview(page, "清单.csv")
    fold.locator("summary").click()
    expect(fold.get_by_role("alert")).to_contain_text("could not be loaded")
    page.unroute("**/preview/")
    fold.locator("summary").click()
    fold.locator("summary").click()
    expect(fold.locator("tbody tr")).to_have_count(12)
    expect(fold.get_by_role("alert")).to_have_count(0)


def test_artifacts_of_two_runs_are_compared_line_by_line(
    written: Watched, site: Site, slug: str, model: LLMock
) -> None:
    page = written.page
    model.call_tool("files_write", {"name": "需求分析.md", "content": "# 目标\n\n完全不同的一行。\n"})
    model.reply("Again.").reply(json.dumps({"summary": {"reason": "asked for", "text": "short"}}))
    Person(site.aime, site.seeded).start(slug)
    page.goto(f"/s/demo/runs/{site.database.rows(LAST)[0][0]}/?node=write")
    expect(page.locator("#node-panel[data-status=waiting]")).to_be_visible(timeout=WAIT_MS)
    page.get_by_role("link", name="Compare with the previous run").click()
    page.get_by_role("link", name="Side by side").click()
    fold = page.locator("inline-preview", has_text="Changes: 需求分析.md")
    fold.locator("summary").click()
    expect(fold.locator(".diff--sides [data-kind=added]").last).to_contain_text("完全不同的一行")
    written.look_closely("artifacts of two runs")
    written.assert_no_complaints()

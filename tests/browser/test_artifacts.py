"""Artifacts in a browser: read, compared between revisions and versions, taken along; hostile ones do nothing."""

import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

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
    "name": "Written twice",
    "nodes": [
        {
            "key": "write", "type": "task", "title": "Write", "prompt": "Write the design.", "tools": ["files"],
            "outputs": [{"name": "summary", "type": "text", "description": "In one sentence"}], "confirm": True,
            "retry": {"attempts": 1},
        }
    ],
    "edges": [],
}  # fmt: skip
LINES = [f"{number}. Step {number} of the design, in a sentence of its own." for number in range(1, 31)]
FIRST = "\n".join(["# Design", "", *LINES])
SECOND = FIRST.replace("Step 4 of", "Step four of").replace(
    "10. Step 10 of the design, in a sentence of its own.\n", ""
)
THIRD = SECOND.replace("Step 20 of", "The twentieth step of")
TABLE = "\n".join(["name,count,what for", *(f"第{n}项,{n},a cell with words {n}" for n in range(1, 300))])
PAGE = "<!doctype html><script>alert('run')</script><img src=x onerror=alert(1)>"
LAST = "SELECT public_id FROM runs_run ORDER BY id DESC LIMIT 1"


def write(model: LLMock, *files: tuple[str, str], summary: str) -> None:
    """Let the model write files, answer, and give the output."""
    for name, content in files:
        model.call_tool("files_write", {"name": name, "content": content})
    model.reply(f"I wrote it: {summary}").reply(json.dumps({"summary": {"reason": "asked for", "text": summary}}))


@pytest.fixture(scope="module")
def slug(site: Site) -> str:
    return seed_system(site.aime, [DOCUMENT]).slugs["written twice"]


@pytest.fixture
def written(site: Site, slug: str, model: LLMock, browser_of: Callable[..., Watched]) -> Watched:
    """A browser in front of a node that wrote several files, one of them twice, and waits to be confirmed."""
    model.pace(1).tool_mode("off")
    files = ("design.md", FIRST), ("design.md", SECOND), ("numbers.csv", TABLE), ("page.html", PAGE)
    write(model, *files, summary="two revisions")
    Person(site.aime, site.seeded).start(slug)
    watched = browser_of("builder")
    watched.page.set_default_timeout(WAIT_MS)
    watched.page.on("dialog", lambda dialog: watched.complaints.append(f"a script ran: {dialog.message}"))
    watched.page.goto(f"/s/demo/runs/{site.database.rows(LAST)[0][0]}/?node=write")
    waits(watched.page)
    return watched


def waits(page: Page) -> None:
    expect(page.locator("#node-panel[data-status=waiting]")).to_be_visible(timeout=WAIT_MS)


def open_artifact(page: Page, name: str) -> None:
    page.locator(".node-panel__side .artifact__name", has_text=name).click()
    expect(page.locator("reader-dialog dialog[open]")).to_be_visible()


def test_revisions_are_compared_in_the_dialog_and_on_a_page(written: Watched) -> None:
    page = written.page
    open_artifact(page, "design.md")
    expect(page.locator("#reader-body .prose h3")).to_have_text("Design")
    written.look_closely("artifact in the dialog")
    page.locator("#reader-changes").click()
    diff = page.locator("#reader-body .diff")
    expect(diff.locator("[data-kind=added] mark")).to_have_text(["four"])
    expect(diff.locator("[data-kind=removed]")).to_have_count(2)
    expect(page.locator("#reader-changes")).to_be_focused()
    written.look_closely("changes in the dialog")
    page.locator("#reader-layout-sides").click()
    expect(page.locator("#reader-body .diff--sides")).to_be_visible()
    expect(page.locator("reader-dialog dialog[open]")).to_be_visible()
    page.locator("#reader-page").click()
    expect(page.locator("main .diff--sides")).to_be_visible()
    sides = [page.locator(f"main .diff__row [data-kind={kind}]").first.bounding_box() for kind in ("removed", "added")]
    assert sides[0] and sides[1] and sides[0]["y"] == sides[1]["y"] and sides[0]["x"] < sides[1]["x"]
    written.look_closely("changes side by side")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    below = [page.locator(f"main .diff__row [data-kind={kind}]").first.bounding_box() for kind in ("removed", "added")]
    assert below[0] and below[1] and below[0]["y"] < below[1]["y"] and below[0]["x"] == below[1]["x"]
    page.locator(".revisions a").last.click()
    expect(page.get_by_text("revision 1 ·")).to_be_visible()
    written.assert_no_complaints()


def test_table_and_hostile_page_are_shown_as_what_is_written(written: Watched) -> None:
    page = written.page
    open_artifact(page, "numbers.csv")
    rows = page.locator("#reader-body tbody tr")
    expect(rows).to_have_count(200)
    expect(rows.first.locator("td")).to_have_text(["第1项", "1", "a cell with words 1"])
    written.look_closely("table")
    page.locator("#reader-source").click()
    expect(page.locator("#reader-body pre")).to_contain_text("name,count,what for")
    page.keyboard.press("Escape")
    expect(page.locator("reader-dialog dialog[open]")).to_have_count(0)
    open_artifact(page, "page.html")
    expect(page.locator("#reader-body pre")).to_have_text(PAGE)
    assert page.locator("#reader-body img, #reader-body script, #reader-body iframe").count() == 0
    address = page.locator("#reader-download").get_attribute("href")
    with page.expect_download() as download:
        page.evaluate("(address) => { location.href = address; }", address)
    assert Path(download.value.path()).read_text() == PAGE, "also a browser sent there saves it"
    written.assert_no_complaints()


def test_versions_of_a_node_are_compared_and_everything_is_taken_along(
    written: Watched, site: Site, model: LLMock, tmp_path: Path
) -> None:
    page = written.page
    write(model, ("design.md", THIRD), summary="one more step in words")
    run = re.search(r"/runs/(\w+)/", page.url)
    assert run
    assert Person(site.aime, site.seeded).post(f"runs/{run[1]}/nodes/write/restarts/", {"version": 1}) == 302
    page.goto(f"/s/demo/runs/{run[1]}/?node=write")
    waits(page)
    page.get_by_role("link", name="Compare versions").click()
    expect(page).to_have_title(re.compile("v1 and v2 of Write"))
    expect(page.locator("[aria-labelledby=outputs-title] [data-kind=added]")).to_contain_text("one more step")
    expect(page.locator("[aria-labelledby=messages-title] li").first).to_contain_text("The task · the same in both")
    written.look_closely("versions of a node")
    page.get_by_role("link", name="Side by side").click()
    expect(page.locator(".diff--sides").first).to_be_visible()
    written.look_closely("versions of a node, side by side")
    page.get_by_role("link", name="Changes of design.md").click()
    expect(page.locator("main .diff [data-kind=added]")).to_contain_text("The twentieth step of")
    expect(page.locator(".revisions__version")).to_have_text(["v2", "v1"])
    page.get_by_role("link", name="Write v2").click()
    waits(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="All of the run (zip)").click()
    target = tmp_path / "run.zip"
    download.value.save_as(target)
    with zipfile.ZipFile(target) as archive:
        names = {f"write/v1/{name}" for name in ("design.md", "numbers.csv", "page.html")} | {"write/v2/design.md"}
        assert set(archive.namelist()) == names
        assert archive.read("write/v1/design.md").decode() == SECOND
    written.assert_no_complaints()


def test_footer_of_an_answer_counts_the_choice_of_outputs_at_once(written: Watched, model: LLMock) -> None:
    page = written.page
    spent = page.locator(".message__spent")
    expect(spent).to_have_count(1)
    model.pace(60)  # the answer is shown with what it used well before the outputs are chosen
    write(model, summary="as before" + " of the design" * 8)
    page.locator("message-composer textarea").fill("Once more")
    page.get_by_role("button", name="Send").click()
    expect(spent).to_have_count(2, timeout=WAIT_MS)
    waits(page)
    answer = page.locator("chat-message").filter(has_text="as before").last
    fresh = page.request.get(answer.get_attribute("hx-get") or "").text()
    used = re.search(r'class="message__spent[^>]*>([^<]+)<', fresh)
    assert used is not None
    expect(answer.locator(".message__spent")).to_have_text(used[1])

"""Every page and dialog of runs that no journey looks at closely: axe in light and dark, on a desk and on a phone."""

import json
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from llmock.pytest_plugin import LLMock
from llmock.scenarios import Match, Reply
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site
from tests.browser.watching import DESK, PHONE, Watched
from tests.chaos.people import Person
from tests.chaos.system import seed_system

pytestmark = [pytest.mark.browser, pytest.mark.processes]

WAIT_MS = 60_000
MODEL = "looks"
LAST = "SELECT public_id FROM runs_run ORDER BY id DESC LIMIT 1"
NAME = "Looked at 需求到代码"
DOCUMENT = {
    "aime": 1,
    "name": NAME,
    "nodes": [
        {
            "key": "draft", "type": "task", "title": "需求分析", "prompt": "Write {{ what }}.", "confirm": True,
            "model": MODEL, "tools": ["files"],
            "inputs": [{"name": "what", "type": "text", "ask": True, "label": "需求", "default": "把项目导出为 ZIP"}],
            "outputs": [{"name": "plot", "type": "text", "description": "一句话"}],
        },
        {
            "key": "finish", "type": "task", "title": "Finish", "prompt": "Finish {{ plot }}.", "model": MODEL,
            "inputs": [{"name": "plot", "type": "text", "from": "draft.plot"}], "tools": ["files"],
            "outputs": [{"name": "story", "type": "text"}],
        },
    ],
    "edges": [["draft", "finish"]],
}  # fmt: skip


@dataclass
class Runs:
    """What the addresses below name."""

    slug: str
    older: str
    done: str
    cancelled: str
    waiting: str
    running: str


# name → address, and what is to be seen there
PAGES = {
    "run that runs": ("runs/{running}/", "[data-status=streaming]"),
    "node that is not reached": ("runs/{waiting}/?node=finish", "#node-panel[data-node=finish]"),
    "run that was cancelled": ("runs/{cancelled}/", ".run-head[data-status=cancelled]"),
    "timeline of a run that runs": ("runs/{running}/?tab=timeline", "#run-timeline table"),
    "ticket of a cancelled run": ("runs/{cancelled}/ticket/", "h1"),
    "two runs": ("run-comparison/?before={older}&after={done}", "h1"),
    "plan without its dialog": ("runs/{done}/nodes/draft/plan/?act=restart", "[data-node=finish]"),
    "home with runs": ("", "h1"),
    "what waits": ("tasks/", "#node-panel"),
    "what I started": ("tasks/?tab=started", "h1"),
    "history": ("runs/", "tbody tr"),
    "history, filtered": ("runs/?q=ZIP&status=done&status=waiting&since=2020-01-01", "tbody tr"),
    "history, nothing fits": ("runs/?q=zzzzzz", ".empty"),
}


def plan_of_restart(page: Page, runs: Runs) -> None:
    go(page, f"runs/{runs.done}/?node=draft")
    page.get_by_role("button", name="More acts on this node").click()
    page.get_by_role("link", name="Restart with an empty conversation").click()
    expect(page.get_by_role("dialog").locator("[data-node=finish]")).to_be_visible()


def question_before_a_run_is_cancelled(page: Page, runs: Runs) -> None:
    go(page, f"runs/{runs.waiting}/")
    page.get_by_role("button", name="Cancel run").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def menu_of_a_run(page: Page, _runs: Runs) -> None:
    go(page, "runs/")
    page.locator("tbody tr").first.get_by_role("button").last.click()
    expect(page.locator(":popover-open")).to_be_visible()


def question_before_many_are_cancelled(page: Page, runs: Runs) -> None:
    go(page, "runs/")
    page.locator(f"input[type=checkbox][value='{runs.waiting}']").check()
    page.get_by_role("button", name="Cancel chosen").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def saved_filter(page: Page, _runs: Runs) -> None:
    go(page, "runs/?status=done")
    save = page.locator(".history-bar__save")
    save.get_by_role("textbox").fill("做完的")
    save.get_by_role("button").click()
    expect(page.get_by_role("navigation", name="Saved filters")).to_contain_text("做完的")


def start_form_that_lacks_something(page: Page, runs: Runs) -> None:
    go(page, f"workflows/{runs.slug}/start/")
    page.get_by_label("需求").fill("")
    page.get_by_role("button", name="Start run").click()
    expect(page.locator("[aria-invalid=true]")).to_be_visible()


DIALOGS = (
    plan_of_restart, question_before_a_run_is_cancelled, menu_of_a_run,
    question_before_many_are_cancelled, saved_filter, start_form_that_lacks_something,
)  # fmt: skip


def go(page: Page, path: str) -> None:
    page.goto(f"/s/demo/{path}")
    page.locator("body[data-ready]").wait_for()


@pytest.fixture(scope="module")
def _slug(site: Site) -> str:
    return seed_system(site.aime, [DOCUMENT]).slugs[NAME.lower()]


@pytest.fixture
def runs(site: Site, model: LLMock, _slug: str, browser_of: Callable[..., Watched]) -> Runs:
    """A run in each state. The one that runs does so until the test is over."""
    model.pace(1).tool_mode("off")
    page = browser_of("builder").page
    person = Person(site.aime, site.seeded)

    def answers(said: str, **outputs: str) -> None:
        named = {name: {"reason": "因为要求", "text": text} for name, text in outputs.items()}
        for text in (said, json.dumps(named)):
            model.add(Reply(text=text, match=Match(model=MODEL)))

    def start(what: str) -> str:
        assert person.post(f"workflows/{_slug}/start/", {"what": what}) == 302
        run = str(site.database.patient_rows(LAST)[0][0])
        go(page, f"runs/{run}/?node=draft")
        return run

    def waiting(what: str) -> str:
        answers("# 分析\n\n1. **目标**：导出。\n\n```python\nprint('导出')\n```", plot=f"导出 {what}")
        run = start(what)
        expect(page.get_by_role("button", name="Confirm", exact=True)).to_be_enabled(timeout=WAIT_MS)
        return run

    def done(what: str) -> str:
        run = waiting(what)
        answers("完成。", story="结束。")
        page.get_by_role("button", name="Confirm", exact=True).click()
        expect(page.locator(".run-head[data-status=done]")).to_be_visible(timeout=WAIT_MS)
        return run

    older, newer, cancelled, left = done("ZIP"), done("ZIP 2"), waiting("never"), waiting("ZIP 3")
    assert person.post(f"runs/{cancelled}/cancellation/") == 302
    model.pace(500).add(Reply(text="第一句 " * 400, match=Match(model=MODEL)))
    running = start("for ever")
    page.close()
    return Runs(_slug, older, newer, cancelled, left, running)


def test_every_page_and_dialog_of_runs_is_without_a_fault(runs: Runs, browser_of: Callable[..., Watched]) -> None:
    watched = browser_of("builder")
    page = watched.page
    page.set_default_timeout(WAIT_MS)
    for name, (path, seen) in PAGES.items():
        go(page, path.format(**vars(runs)))
        expect(page.locator(seen).first).to_be_visible(timeout=WAIT_MS)
        watched.look_closely(name)
    for opening in DIALOGS:
        for viewport in (DESK, PHONE):
            page.set_viewport_size(viewport)  # type: ignore[arg-type]
            opening(page, runs)
            watched.judge(opening.__name__)
    watched.assert_no_complaints()

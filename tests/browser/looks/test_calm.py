"""Where the person's system asks for reduced motion nothing moves by itself, and everything still works."""

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
LAST = "SELECT public_id FROM runs_run ORDER BY id DESC LIMIT 1"
DOCUMENT = {
    "aime": 1,
    "name": "Two steps in motion",
    "nodes": [
        {"key": "tell", "type": "task", "title": "讲一个很长的故事", "prompt": "Tell."},
        {"key": "end", "type": "task", "title": "End", "prompt": "End."},
    ],
    "edges": [["tell", "end"]],
}
# Who asks for a smooth scroll, or moves something without a style sheet, is heard.
LISTEN = """
window.moved = [];
for (const [owner, name] of [[Element, 'scrollIntoView'], [Element, 'scrollTo'], [Element, 'scrollBy'],
    [Element, 'animate'], [Window, 'scrollTo'], [Window, 'scrollBy']]) {
  const own = (owner === Window ? window : owner.prototype)[name];
  (owner === Window ? window : owner.prototype)[name] = function (...options) {
    if (name === 'animate' || options.some((option) => option?.behavior === 'smooth')) moved.push(name);
    return own.apply(this, options);
  };
}
"""
# What is not calm on the page as it is: styles that would move something, and what is moving now.
MOVING = """
() => {
  const found = new Set(moved);
  for (const element of document.querySelectorAll('*'))
    for (const part of [undefined, '::before', '::after']) {
      const style = getComputedStyle(element, part);
      const takes = (times) => times.split(',').some((time) => parseFloat(time) > 0.001);
      const where = `${element.localName}.${element.getAttribute('class')}${part ?? ''}`;
      if (takes(style.transitionDuration)) found.add(`${where} changes slowly`);
      if (style.animationName !== 'none' && takes(style.animationDuration)) found.add(`${where} is animated`);
      if (style.scrollBehavior === 'smooth') found.add(`${where} scrolls smoothly`);
    }
  // One that has just begun may end in this very frame.
  for (const { effect, playState } of document.getAnimations()) {
    const lasts = effect.getComputedTiming().endTime > 1;
    if (playState === 'running' && lasts) found.add(`${effect.target.className} moves`);
  }
  return [...found];
}
"""
# The view of the canvas before an act, in the moment after it, and what it comes to.
ACT = """
async (label) => {
  const layer = document.querySelector('.canvas__layer');
  const seen = () => layer.style.transform;
  const views = [seen()];
  document.querySelector(`[data-view="${label}"]`).click();
  views.push(seen());
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  for (let still = 0, last = ''; still < 20; still = seen() === last ? still + 1 : 0, last = seen()) await frame();
  return [...views, seen()];
}
"""


@pytest.fixture
def streaming(site: Site, model: LLMock) -> str:
    """A run whose first node writes on and on."""
    slug = seed_system(site.aime, [DOCUMENT]).slugs["two steps in motion"]
    model.pace(60).tool_mode("off").reply("".join(f"第{number}段，还有一些话。\n\n" for number in range(2000)))
    Person(site.aime, site.seeded).start(slug)
    return f"/s/demo/runs/{site.database.rows(LAST)[0][0]}/"


def opened(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator(".message__body[data-status=streaming]")).to_contain_text("第1段", timeout=WAIT_MS)
    expect(page.locator(".canvas-node")).to_have_count(2)


def test_nothing_moves_where_motion_is_reduced(streaming: str, browser_of: Callable[..., Watched]) -> None:
    watched = browser_of("builder", reduced_motion="reduce")
    page = watched.page
    page.add_init_script(LISTEN)
    opened(page, streaming)
    assert page.evaluate(MOVING) == []
    for act in ("zoom-in", "zoom-out", "fit"):
        before, at_once, ended = page.evaluate(ACT, act)
        assert before != at_once, act
        assert at_once == ended, f"{act} moves on"
    page.goto(f"{streaming}?node=tell&tab=timeline")
    expect(page.locator(".run-timeline")).to_be_visible()
    assert page.evaluate(MOVING) == []
    for address in ("/s/demo/", "/s/demo/tasks/?tab=started", "/s/demo/runs/", "/notifications/"):
        page.goto(address)
        assert page.evaluate(MOVING) == [], address
    watched.assert_no_complaints()


def test_things_move_otherwise(streaming: str, browser_of: Callable[..., Watched]) -> None:
    """Else the test above would hear nothing."""
    page = browser_of("builder", reduced_motion="no-preference").page
    page.add_init_script(LISTEN)
    opened(page, streaming)
    found = " ".join(page.evaluate(MOVING))
    assert "changes slowly" in found and "is animated" in found and "moves" in found
    before, at_once, ended = page.evaluate(ACT, "zoom-in")
    assert before == at_once != ended

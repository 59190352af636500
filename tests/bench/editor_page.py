"""The editor in a real browser for the benchmark: real pointer and wheel events, frames as the page sees them."""

import math
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
VIEWPORT = {"width": 1440, "height": 900}
# Notes the moment at which a frame with the whole canvas was made, from the start of the navigation.
WATCH_LOADING = """
addEventListener('DOMContentLoaded', () => {
  const look = () => {
    if (!document.querySelector('body[data-ready] workflow-canvas[data-ready]')) return requestAnimationFrame(look);
    requestAnimationFrame(() => (document.body.dataset.shownAfterMs = performance.now()));
  };
  look();
});
"""
# Counts only the frames during which something was moved, so that waiting for the next event does not count as speed.
WATCH_FRAMES = """
() => {
  const frames = [], moves = [];
  let isOn = true;
  const moved = () => moves.push(performance.now());
  for (const name of ['pointermove', 'wheel']) addEventListener(name, moved, { capture: true, passive: true });
  const step = (now) => { frames.push(now); if (isOn) requestAnimationFrame(step); };
  requestAnimationFrame(step);
  window.framesMs = () => {
    isOn = false;
    const spans = frames.slice(1).map((end, index) => [frames[index], end]);
    const wasUsed = ([start, end]) => moves.some((at) => at >= start && at < end);
    return spans.filter(wasUsed).map(([start, end]) => end - start);
  };
}
"""
POINTS = """
() => {
  const canvas = document.querySelector('.canvas');
  const { left, top, width, height } = canvas.getBoundingClientRect();
  const points = [];
  for (let y = 0.25; y < 0.75; y += 0.01)
    for (let x = 0.25; x < 0.75; x += 0.01) points.push([left + width * x, top + height * y]);
  const near = ([x, y]) => Math.hypot(x - left - width / 2, y - top - height / 2);
  points.sort((a, b) => near(a) - near(b));
  const at = (test) => points.find(([x, y]) => test(document.elementFromPoint(x, y)));
  return {
    middle: [left + width / 2, top + height / 2],
    free: at((found) => found === canvas),
    card: at((found) => found?.closest('.canvas-node__head')),
  };
}
"""


class EditorPage:
    """An editor that was opened; see `open_editor`."""

    def __init__(self, page: Page) -> None:
        self.page = page
        shown = page.wait_for_selector("body[data-shown-after-ms]", timeout=300_000)  # a polled expression needs eval
        assert shown is not None
        self.shown_after_s = float(shown.get_attribute("data-shown-after-ms") or 0) / 1000

    @property
    def percent(self) -> int:
        """The zoom as the page says it."""
        return int(self.page.locator(".canvas-zoom__percent").inner_text().removesuffix("%"))

    def points(self) -> dict[str, tuple[float, float]]:
        """Where to press: the `middle`, a `free` place and the head of a `card` near it."""
        self.page.wait_for_timeout(400)  # the glass over a moving canvas goes
        found: dict[str, tuple[float, float]] = self.page.evaluate(POINTS)
        return found

    def frames_ms(self, act: Callable[[], None]) -> list[float]:
        """Give how long each frame took while `act` moved something, sorted."""
        self.page.wait_for_timeout(500)
        self.page.evaluate(WATCH_FRAMES)
        act()
        taken: list[float] = sorted(self.page.evaluate("framesMs()"))
        assert taken, "nothing moved"
        return taken

    def zoom_to(self, percent: int) -> None:
        """Turn the wheel until the canvas is at least as large."""
        self.page.mouse.move(*self.points()["middle"])
        for _ in range(200):
            if self.percent >= percent:
                return
            self.page.mouse.wheel(0, -60)
            self.page.wait_for_timeout(20)
        raise AssertionError(f"the wheel does not zoom beyond {self.percent}%")

    def drag(self, start: tuple[float, float], moves: int) -> None:
        """Press, go round in circles, let go."""
        x, y = start
        mouse = self.page.mouse
        mouse.move(x, y)
        mouse.down()
        for number in range(1, moves + 1):
            angle = 2 * math.pi * number / 60
            mouse.move(x + 160 * math.sin(angle), y + 80 * (1 - math.cos(angle)))
        mouse.up()

    def turn_wheel(self, turns: int) -> None:
        """Zoom in over what the pointer is at, and out again. With Ctrl: so fine a turn without it moves the view."""
        self.page.keyboard.down("Control")
        for number in range(turns):
            self.page.mouse.wheel(0, -24 if number < turns / 2 else 24)
        self.page.keyboard.up("Control")


@contextmanager
def browser() -> Iterator[Browser]:
    """A headless Chromium, software rendering."""
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        raise RuntimeError(f"the rows editor_* need a Chromium: none of {', '.join(NAMES)} is installed")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"], timeout=300_000)
        try:
            yield started
        finally:
            started.close()


@contextmanager
def open_editor(chromium: Browser, address: str, cookies: list[Any]) -> Iterator[EditorPage]:
    """Open an editor in a context of its own: nothing is in the cache."""
    context = chromium.new_context(viewport=VIEWPORT)  # type: ignore[arg-type]
    try:
        context.add_cookies(cookies)
        page = context.new_page()
        page.add_init_script(WATCH_LOADING)
        page.goto(address, wait_until="commit")
        yield EditorPage(page)
    finally:
        context.close()

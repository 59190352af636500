"""Hands: a person's mouse, keyboard or finger on a page. Everything they do is an event of the browser's own input.

Each counts its actions: a click, a drag, a turn of the wheel, a key press or an entered text is one. What they read of
the page (where a thing is, what lies at a point) is not counted and changes nothing.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import FloatRect, Locator, Page, expect

WAIT_S = 60.0
STEPS = 8  # moves of one drag
IDLE = "() => new Promise((done) => requestIdleCallback(() => done(), { timeout: 5000 }))"
MARGIN = 12  # pixels of a thing that have to be inside the window
Point = tuple[float, float]
Place = Locator | Point
# What lies at a point is the thing, or inside it, or the label around it.
IS_AT = """
(element, [x, y]) => {
  const hit = document.elementFromPoint(x, y);
  return hit === element || element.contains(hit) || Boolean(hit?.closest('label')?.contains(element));
}
"""


class Hand:
    """What all hands can: find things, press keys, enter texts."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.actions = 0

    def press(self, *keys: str) -> None:
        """Press keys, one after the other; `Control+z` is one."""
        for key in keys:
            self.actions += 1
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        """Enter a text where the focus is."""
        self.actions += 1
        self.page.keyboard.type(text)

    def write(self, target: Locator, text: str) -> None:
        """Put a text in the place of what stands in a field."""
        self.to(target)
        if target.input_value():
            self.press("Control+a")
        self.type(text)
        expect(target).to_have_value(text)

    def to(self, target: Locator) -> None:
        """Bring the focus to a field."""
        raise NotImplementedError

    def click(self, target: Place) -> None:
        """Use a button, choose a thing."""
        raise NotImplementedError

    def skip(self) -> None:
        """Leave out the navigation, where that is in the way of this hand."""

    def choose(self, target: Locator, label: str) -> None:
        """Choose in a list of the browser's own: arrow keys, then Enter where the list was opened by pointing."""
        self.to(target)
        labels = [text.strip() for text in target.locator("option").all_text_contents()]
        steps = labels.index(label) - labels.index(target.locator("option:checked").inner_text().strip())
        self.press(*["ArrowDown" if steps > 0 else "ArrowUp"] * abs(steps))
        self._close_list()
        expect(target.locator("option:checked")).to_have_text(label)

    def _close_list(self) -> None:
        """Nothing is open where nobody points."""


class Pointing(Hand):
    """A hand that points at places."""

    def to(self, target: Locator) -> None:
        self.click(target)
        expect(target).to_be_focused()

    def click(self, target: Place) -> None:
        self.tap(self.at(target))

    def _close_list(self) -> None:
        self.press("Enter")

    def drag(self, source: Place, target: Place) -> None:
        """Press at one place, move to another, let go."""
        with self.dragging(source, target):
            pass

    @contextmanager
    def dragging(self, source: Place, target: Place) -> Iterator[None]:
        """The same, with a look at the page before letting go."""
        start = self.at(source)
        self.actions += 1
        self._down(start)
        end = self.at(target, is_covered=True)
        for step in range(1, STEPS + 1):
            share = step / STEPS
            self._move((start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share))
        yield
        self._up(end)

    def tap(self, point: Point) -> None:
        """Press and let go at a point."""
        raise NotImplementedError

    def scroll(self, point: Point, dx: float, dy: float) -> None:
        """Move what lies at a point so far that what was beyond the edge comes in."""
        raise NotImplementedError

    def at(self, target: Place, *, is_covered: bool = False) -> Point:
        """Where to point: the middle of a thing, once it stands still, is inside the window and nothing covers it."""
        if not isinstance(target, Locator):
            return target
        expect(target).to_be_visible(timeout=WAIT_S * 1000)
        deadline = time.monotonic() + WAIT_S
        while True:
            box = self._still_box(target)
            point = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
            if (beyond := self._beyond(target, point)) != 0:
                self.scroll((point[0], self._height() / 2), 0, beyond)
            elif is_covered or target.evaluate(IS_AT, list(point)):
                return point
            assert time.monotonic() < deadline, f"{target} cannot be pointed at, at {point}: {self.covering(point)}"
            self.page.wait_for_timeout(30)

    def covering(self, point: Point) -> str:
        """What lies at a point, for messages."""
        found = self.page.evaluate("([x, y]) => document.elementFromPoint(x, y)?.outerHTML.slice(0, 200)", list(point))
        return str(found)

    def _still_box(self, target: Locator) -> FloatRect:
        """Its box, twice the same."""
        before: Any = None
        for _ in range(1500):
            box = target.bounding_box()
            if box and box == before:
                return box
            before = box
            self.page.wait_for_timeout(20)
        raise AssertionError(f"{target} does not stand still")

    def _beyond(self, target: Locator, point: Point) -> float:
        """How far it lies beyond the window, or beyond the scroller that it is in."""
        top, bottom = target.evaluate(SEEN)
        if point[1] > bottom - MARGIN:
            return point[1] - bottom + 80
        return point[1] - top - 80 if point[1] < top + MARGIN else 0

    def _height(self) -> float:
        assert self.page.viewport_size is not None
        return self.page.viewport_size["height"]

    def _down(self, point: Point) -> None:
        raise NotImplementedError

    def _move(self, point: Point) -> None:
        raise NotImplementedError

    def _up(self, point: Point) -> None:
        raise NotImplementedError


# The part of the window that shows the scroller of a thing, from top to bottom.
SEEN = """
(element) => {
  let [top, bottom] = [0, innerHeight];
  for (let one = element.parentElement; one; one = one.parentElement) {
    if (!['auto', 'scroll'].includes(getComputedStyle(one).overflowY) || one.scrollHeight <= one.clientHeight) continue;
    const box = one.getBoundingClientRect();
    [top, bottom] = [Math.max(top, box.top), Math.min(bottom, box.bottom)];
  }
  return [top, bottom];
}
"""


class MouseHand(Pointing):
    """A mouse, with the keyboard for texts."""

    def tap(self, point: Point) -> None:
        self.actions += 1
        self.page.mouse.click(*point)

    def scroll(self, point: Point, dx: float, dy: float) -> None:
        self.actions += 1
        self.page.mouse.move(*point)
        self.page.mouse.wheel(dx, dy)

    def hover(self, target: Locator) -> None:
        """Point at a thing without pressing; part of the action that follows."""
        self.page.mouse.move(*self.at(target))

    @contextmanager
    def holding(self, key: str) -> Iterator[None]:
        """With a key held down: part of the actions inside."""
        self.page.keyboard.down(key)
        yield
        self.page.keyboard.up(key)

    def _down(self, point: Point) -> None:
        self.page.mouse.move(*point)
        self.page.mouse.down()

    def _move(self, point: Point) -> None:
        self.page.mouse.move(*point)

    def _up(self, point: Point) -> None:
        self.page.mouse.up()


class FingerHand(Pointing):
    """A finger, with the keyboard of the screen for texts. Needs a context with touch."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self._cdp = page.context.new_cdp_session(page)

    def tap(self, point: Point) -> None:
        self.actions += 1
        # A page that is busy answers the touch late; then the browser takes it for a long press, which is no click.
        self.page.evaluate(IDLE)
        self.page.touchscreen.tap(*point)

    def scroll(self, point: Point, dx: float, dy: float) -> None:
        self.actions += 1
        self._down(point)
        for step in range(1, STEPS + 1):
            self._move((point[0] - dx * step / STEPS, point[1] - dy * step / STEPS))
        self._up(point)

    def _down(self, point: Point) -> None:
        self._touch("touchStart", [point])

    def _move(self, point: Point) -> None:
        self._touch("touchMove", [point])

    def _up(self, point: Point) -> None:
        self._touch("touchEnd", [])

    def _touch(self, kind: str, points: list[Point]) -> None:
        places = [{"x": x, "y": y, "id": 1} for x, y in points]
        self._cdp.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})


class KeyHand(Hand):
    """The keyboard alone: Tab and Shift+Tab go from thing to thing, each press is an action."""

    MOST = 60  # presses until a thing must have the focus

    def to(self, target: Locator, key: str = "Tab") -> None:
        expect(target).to_be_visible(timeout=WAIT_S * 1000)
        for _ in range(self.MOST):
            if target.evaluate("(element) => element === document.activeElement"):
                return
            self.press(key)
        raise AssertionError(f"{target} does not get the focus by {key}")

    def skip(self) -> None:
        self.press("Tab")
        expect(self.page.locator(".skip-link")).to_be_focused()
        self.press("Enter")

    def click(self, target: Place) -> None:
        assert isinstance(target, Locator), "keys do not point"
        self.to(target)
        self.press("Enter")

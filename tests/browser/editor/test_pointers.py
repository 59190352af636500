"""The pointer on the canvas: steps dragged in, asked for by `+`, chosen together, moved together, and called off."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import FloatRect, Locator, expect

from tests.browser.editor.conftest import Editor, Template
from tests.browser.editor.graphs import pair, task
from tests.processes.queue_harness import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.processes]

WIDE = {"width": 1600, "height": 900}  # nothing is so near the edge of the canvas that the view moves

GRID = 8  # canvas units
CARD_WIDTH, PORT_Y = 240, 28  # canvas units: a step is held in the middle, at the height of its ports


def box_of(target: Locator) -> FloatRect:
    box = target.bounding_box()
    assert box is not None
    return box


def zoom_of(editor: Editor, key: str) -> float:
    return box_of(editor.node(key))["width"] / CARD_WIDTH


def places_of(template: Template) -> dict[str, list[int]]:
    return {node["key"]: node["position"] for node in template.draft()["document"]["nodes"]}


def three() -> dict[str, Any]:
    return {
        "aime": 1,
        "name": "Three",
        "nodes": [task("ada", 0, 0), task("bob", 40, 160), task("eve", 480, 320)],
        "edges": [],
    }


def selected(editor: Editor) -> Locator:
    return editor.page.locator(".canvas-node.is-selected")


def test_step_from_the_palette_lies_where_it_is_dropped(
    editor_of: Callable[..., Editor], made: Callable[..., Template]
) -> None:
    template = made()
    editor = editor_of("builder", template, viewport=WIDE)
    drops = {"task": editor.free(0.3, 0.3), "task_2": editor.free(0.6, 0.65)}
    for key, (x, y) in drops.items():
        editor.hand.drag(editor.item(), (x, y))
        expect(editor.node(key)).to_be_focused()
        zoom, box = zoom_of(editor, key), box_of(editor.node(key))
        assert abs(box["x"] + box["width"] / 2 - x) <= GRID / 2 * zoom + 1
        assert abs(box["y"] + PORT_Y * zoom - y) <= GRID / 2 * zoom + 1
    first, second = box_of(editor.node("task")), box_of(editor.node("task_2"))
    zoom = zoom_of(editor, "task")
    editor.saved()
    places = places_of(template)
    assert all(value % GRID == 0 for place in places.values() for value in place)
    between = [places["task_2"][axis] - places["task"][axis] for axis in (0, 1)]
    assert between == pytest.approx([(second["x"] - first["x"]) / zoom, (second["y"] - first["y"]) / zoom], abs=1)


def test_step_let_go_beside_the_canvas_is_not_added(
    editor_of: Callable[..., Editor], made: Callable[..., Template]
) -> None:
    template = made(three())
    before = template.draft()
    editor = editor_of("builder", template, viewport=WIDE)
    with editor.hand.dragging(editor.item(), editor.page.get_by_label("Search steps")):
        expect(editor.page.locator(".canvas-ghost.is-outside")).to_be_attached()
    expect(editor.page.locator(".canvas-ghost")).to_have_count(0)
    expect(editor.nodes()).to_have_count(3)
    assert template.draft() == before


def test_plus_on_a_port_adds_a_step_behind(editor_of: Callable[..., Editor], made: Callable[..., Template]) -> None:
    template = made(pair())
    editor = editor_of("builder", template, viewport=WIDE)
    page, hand = editor.page, editor.hand
    plus = editor.node("eve").get_by_role("button", name="Add a step after this one")
    hand.hover(editor.title("eve"))
    hand.click(plus)
    expect(page.get_by_label("Which step")).to_be_focused()
    hand.click(page.get_by_role("option", name="Agent task"))
    expect(editor.edge("eve", "task")).to_be_attached()
    expect(editor.node("task")).to_be_focused()
    editor.saved()
    assert template.draft()["document"]["edges"] == [["ada", "bob"], ["eve", "task"]]
    places = places_of(template)
    assert places["task"][0] >= places["eve"][0] + CARD_WIDTH


def test_plus_on_a_connection_splits_it(editor_of: Callable[..., Editor], made: Callable[..., Template]) -> None:
    template = made(pair())
    editor = editor_of("builder", template, viewport=WIDE)
    page, hand = editor.page, editor.hand
    page.mouse.move(*editor.along("ada", "bob"))
    hand.click(page.get_by_role("button", name="Add a step on this connection"))
    expect(page.get_by_label("Which step")).to_be_focused()
    hand.click(page.get_by_role("option", name="Agent task"))
    assert_split(editor, template)


@pytest.mark.parametrize("aside", [(0, 0), (0, 9), (0, -30)], ids=["on it", "near it", "on its +"])
def test_step_dropped_onto_a_connection_splits_it(
    editor_of: Callable[..., Editor], made: Callable[..., Template], aside: tuple[int, int]
) -> None:
    template = made(pair())
    editor = editor_of("builder", template, viewport=WIDE)
    x, y = editor.along("ada", "bob")
    if aside == (0, -30):
        editor.page.mouse.move(x, y)
        x, y = editor.hand.at(editor.page.get_by_role("button", name="Add a step on this connection"))
        aside = (0, 0)
    editor.hand.drag(editor.item(), (x + aside[0], y + aside[1]))
    assert_split(editor, template)


def test_trigger_dropped_onto_a_connection_says_why_not(
    editor_of: Callable[..., Editor], made: Callable[..., Template]
) -> None:
    template = made(pair())
    before = template.draft()
    editor = editor_of("builder", template, viewport=WIDE)
    editor.hand.drag(editor.item("trigger.schedule"), editor.along("ada", "bob"))
    expect(editor.page.locator(".canvas__hint")).to_contain_text("nothing comes before it")
    expect(editor.nodes()).to_have_count(3)
    expect(editor.edge("ada", "bob")).to_be_attached()
    assert template.draft() == before


def test_click_in_the_middle_of_a_connection_chooses_it(
    editor_of: Callable[..., Editor], made: Callable[..., Template]
) -> None:
    editor = editor_of("builder", made(pair()), viewport=WIDE)
    middle = editor.along("ada", "bob")
    editor.page.mouse.move(*middle)
    expect(editor.page.get_by_role("button", name="Add a step on this connection")).to_be_visible()
    editor.hand.click(middle)
    expect(editor.edge("ada", "bob")).to_contain_class("is-selected")
    expect(editor.page.locator("quick-add")).to_be_hidden()


def test_fit_shows_the_plus_of_the_rightmost_step(
    editor_of: Callable[..., Editor], made: Callable[..., Template]
) -> None:
    editor = editor_of("builder", made(pair()), viewport={"width": 1280, "height": 900})
    editor.hand.click(editor.title("bob"))
    editor.hand.press("1")
    plus = editor.node("bob").get_by_role("button", name="Add a step after this one")
    editor.hand.click(plus)  # where it lies nothing covers it
    expect(editor.page.get_by_label("Which step")).to_be_focused()


def test_view_rests_below_a_pointer_that_aims_at_a_step_near_the_rim(
    editor_of: Callable[..., Editor], made: Callable[..., Template]
) -> None:
    template = made(three())
    editor = editor_of("builder", template, viewport=WIDE)
    x, y = editor.hand.at(editor.title("eve"))
    right = editor.free(1, 0.5)[0]
    left, low = editor.free(0.2, 0.9)
    editor.hand.drag((left, low), (left + right - 12 - x, low))  # the title of Eve comes to the rim
    place = box_of(editor.node("eve"))
    with editor.hand.dragging(editor.port("ada", "out"), (right - 12, y)):
        expect(editor.node("eve")).to_contain_class("is-target")
        editor.page.wait_for_timeout(700)  # longer than the view waits in the rim
        assert box_of(editor.node("eve")) == place
    expect(editor.edge("ada", "eve")).to_be_attached()


def assert_split(editor: Editor, template: Template) -> None:
    """Ada → task → Bob; what Bob takes of Ada stays, because there is still a way."""
    expect(editor.edge("ada", "task")).to_be_attached()
    expect(editor.edge("task", "bob")).to_be_attached()
    expect(editor.edge("ada", "bob")).to_have_count(0)
    editor.saved()
    draft = template.draft()
    assert draft["document"]["edges"] == [["ada", "task"], ["task", "bob"]]
    assert draft["document"]["nodes"][1]["inputs"][0]["from"] == "ada.result"
    assert not [problem for problem in draft["problems"] if problem.get("key") == "bob"]


def test_output_let_go_over_nothing_asks_for_a_step_that_takes_it(
    editor_of: Callable[..., Editor], made: Callable[..., Template]
) -> None:
    template = made(pair())
    editor = editor_of("builder", template, viewport=WIDE)
    page, hand = editor.page, editor.hand
    hand.drag(editor.port("ada", "out", "document"), editor.free(0.35, 0.85))
    expect(page.get_by_label("Which step")).to_be_focused()
    hand.click(page.get_by_role("option", name="Agent task"))
    expect(editor.edge("ada", "task")).to_be_attached()
    editor.saved()
    new = template.draft()["document"]["nodes"][-1]
    assert new["inputs"] == [{"name": "document", "type": "file", "from": "ada.document"}]


def test_quick_add_is_left_without_adding(editor_of: Callable[..., Editor], made: Callable[..., Template]) -> None:
    template = made(pair())
    before = template.draft()
    editor = editor_of("builder", template, viewport=WIDE)
    page, hand = editor.page, editor.hand
    hand.drag(editor.port("ada", "out"), editor.free(0.35, 0.85))
    expect(page.get_by_label("Which step")).to_be_focused()
    hand.press("Escape")
    expect(page.locator("quick-add")).to_be_hidden()
    hand.drag(editor.port("ada", "out"), editor.free(0.35, 0.85))
    expect(page.locator("quick-add")).to_be_visible()
    hand.click(editor.free(0.2, 0.9))
    expect(page.locator("quick-add")).to_be_hidden()
    expect(editor.nodes()).to_have_count(3)
    assert template.draft() == before


def choose_two(editor: Editor) -> None:
    """A rectangle around Ada that only touches Bob."""
    ada, bob = box_of(editor.node("ada")), box_of(editor.node("bob"))
    with editor.hand.holding("Shift"):
        start = (ada["x"] - 20, ada["y"] - 20)
        with editor.hand.dragging(start, (bob["x"] + bob["width"] / 2, bob["y"] + bob["height"] / 2)):
            expect(editor.page.locator(".canvas-marquee")).to_be_visible()
    expect(selected(editor)).to_have_count(2)


def test_marquee_chooses_and_a_drag_moves_all_by_the_same(
    editor_of: Callable[..., Editor], made: Callable[..., Template]
) -> None:
    template = made(three())
    before = places_of(template)
    editor = editor_of("builder", template, viewport=WIDE)
    choose_two(editor)
    expect(editor.page.locator(".canvas-marquee")).to_have_count(0)
    expect(editor.node("eve")).not_to_have_class("is-selected")
    zoom = zoom_of(editor, "ada")
    x, y = editor.hand.at(editor.title("bob"))
    way = (101.0, 67.0)  # no multiple of the grid
    editor.hand.drag((x, y), (x + way[0], y + way[1]))
    assert wait_until(lambda: places_of(template) != before, 60)
    places = places_of(template)
    moved = {key: [places[key][axis] - before[key][axis] for axis in (0, 1)] for key in before}
    assert moved["eve"] == [0, 0]
    assert moved["ada"] == moved["bob"]
    assert all(value % GRID == 0 for place in places.values() for value in place)
    assert moved["ada"] == pytest.approx([pixels / zoom for pixels in way], abs=GRID)
    expect(selected(editor)).to_have_count(2)
    editor.hand.press("Control+z")
    assert wait_until(lambda: places_of(template) == before, 60), "one step of undo for the whole group"


def test_shift_click_adds_to_the_choice(editor_of: Callable[..., Editor], made: Callable[..., Template]) -> None:
    editor = editor_of("builder", made(three()), viewport=WIDE)
    hand = editor.hand
    hand.click(editor.title("ada"))
    expect(selected(editor)).to_have_count(1)
    with hand.holding("Shift"):
        hand.click(editor.title("eve"))
    expect(selected(editor)).to_have_count(2)
    with hand.holding("Shift"):
        hand.click(editor.title("ada"))
    expect(selected(editor)).to_have_count(1)
    expect(selected(editor)).to_have_attribute("data-key", "eve")
    hand.press("Escape")
    expect(selected(editor)).to_have_count(0)


def test_escape_calls_off_what_the_pointer_does(
    editor_of: Callable[..., Editor], made: Callable[..., Template]
) -> None:
    template = made(three())
    before = template.draft()
    editor = editor_of("builder", template, viewport=WIDE)
    page, hand = editor.page, editor.hand
    place = box_of(editor.node("ada"))
    x, y = hand.at(editor.title("ada"))

    with hand.dragging((x, y), (x + 90, y + 60)):  # a step
        expect(editor.node("ada")).to_contain_class("is-dragged")
        assert wait_until(lambda: box_of(editor.node("ada")) != place, 60)
        hand.press("Escape")
        expect(editor.node("ada")).not_to_contain_class("is-dragged")
    assert box_of(editor.node("ada")) == place

    with hand.dragging(editor.port("ada", "out"), editor.port("eve", "in")):  # a connection
        expect(page.locator(".canvas-draft")).to_be_attached()
        hand.press("Escape")
        expect(page.locator(".canvas-draft")).to_have_count(0)
    expect(page.locator(".canvas.is-connecting, .is-faded, .is-end")).to_have_count(0)

    with hand.dragging(editor.item(), editor.free(0.3, 0.9)):  # a new step
        expect(page.locator(".canvas-ghost")).to_be_attached()
        hand.press("Escape")
        expect(page.locator(".canvas-ghost")).to_have_count(0)

    hand.click(editor.title("eve"))
    expect(selected(editor)).to_have_count(1)
    with hand.holding("Shift"):  # a rectangle
        corner = (place["x"] - 20, place["y"] - 20)
        with hand.dragging(corner, (place["x"] + place["width"], place["y"] + place["height"])):
            expect(selected(editor)).to_have_attribute("data-key", "ada")
            hand.press("Escape")
            expect(page.locator(".canvas-marquee")).to_have_count(0)
    expect(selected(editor)).to_have_attribute("data-key", "eve")

    expect(editor.nodes()).to_have_count(3)
    expect(editor.edges()).to_have_count(0)
    expect(editor.button("Undo")).to_have_attribute("aria-disabled", "true")
    editor.saved()
    assert template.draft() == before

"""A template of many steps: small cards are bare, and still everything goes by keyboard, by pointer and by ear."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.editor.conftest import WAIT_MS, Editor, Template
from tests.browser.editor.graphs import output, task

pytestmark = [pytest.mark.browser, pytest.mark.processes]

COUNT = 60  # more than the forty cards that are always whole
BARE = ".canvas-node:not(:has(.canvas-node__inside))"
FAST = 40  # canvas units of an arrow key with Shift


def key_of(number: int) -> str:
    return f"s{number}"


def many() -> dict[str, Any]:
    """Steps one below the other, each after the one above it."""
    nodes = [
        task(key_of(number), 0, 176 * number, title=f"Step {number}", outputs=[output("result")])
        for number in range(COUNT)
    ]
    edges = [[key_of(number - 1), key_of(number)] for number in range(1, COUNT)]
    return {"aime": 1, "name": "Many steps", "nodes": nodes, "edges": edges}


def place_of(template: Template, key: str) -> list[int]:
    nodes: list[dict[str, Any]] = template.draft()["document"]["nodes"]
    return next(node["position"] for node in nodes if node["key"] == key)


def focused(editor: Editor) -> str:
    """The key of the card that has the focus, empty for anything else."""
    found: str = editor.page.evaluate("document.activeElement.closest('.canvas-node')?.dataset.key ?? ''")
    return found


def test_keyboard_reaches_opens_and_moves_bare_cards(
    editor_of: Callable[..., Editor], made: Callable[..., Template]
) -> None:
    template = made(many())
    editor = editor_of("builder", template, hand="keys")
    hand = editor.hand
    expect(editor.nodes()).to_have_count(COUNT)
    assert editor.page.locator(BARE).count() > 0, "no card is bare, so this shows nothing"
    editor.watched.judge("many steps")
    hand.skip()
    hand.to(editor.node(key_of(0)))
    reached = [focused(editor)]
    while len(reached) < 5:
        hand.press("Tab")
        reached.append(focused(editor))
    assert all(reached), "Tab goes from card to card"
    assert len(set(reached)) == len(reached)
    hand.press("Shift+Tab")
    key = focused(editor)
    assert key == reached[-2]
    expect(editor.node(key).locator(".canvas-node__inside")).to_be_attached()
    x, y = place_of(template, key)
    hand.press("Shift+ArrowDown", "Shift+ArrowRight")
    editor.saved()
    assert place_of(template, key) == [x + FAST, y + FAST]
    hand.press("Enter")
    editor.shows(key)
    expect(editor.field("Title")).to_be_focused(timeout=WAIT_MS)
    editor.watched.judge("settings beside many steps")
    hand.press("Escape")
    expect(editor.node(key)).to_be_focused()
    hand.press("Control+z")
    expect(editor.page.locator('workflow-editor > [data-part="announcer"]')).to_contain_text("Undone")
    editor.saved()
    assert place_of(template, key) == [x, y]


def come_near(editor: Editor, key: str) -> None:
    """Choose a card and enlarge what is seen until its ports can be used."""
    editor.hand.click(editor.node(key))
    for _ in range(12):
        if editor.page.locator('.canvas[data-level="near"]').count():
            break
        editor.hand.press("+")
        editor.page.wait_for_timeout(250)  # the view glides
        editor.hand._still_box(editor.node(key))
    editor.hand.press("Tab")
    for _ in range(4):  # what gets the focus by a key is brought into view
        if editor.node(key).evaluate("(element) => element === document.activeElement"):
            break
        editor.hand.press("Shift+Tab")
    expect(editor.node(key)).to_be_focused()
    expect(editor.node(key)).to_be_in_viewport(ratio=1)


def test_connection_is_drawn_to_a_card_that_was_bare_and_out_of_sight(
    editor_of: Callable[..., Editor], made: Callable[..., Template]
) -> None:
    template = made(many())
    editor = editor_of("builder", template, viewport={"width": 1600, "height": 900})
    source, target = key_of(0), key_of(12)
    come_near(editor, source)
    page = editor.page
    assert page.locator(f'{BARE}[data-key="{target}"]').count() == 1, "the card is not bare, so this shows nothing"
    expect(editor.node(target)).not_to_be_in_viewport()
    box = editor.node(source).bounding_box()
    assert box is not None
    between = box["x"] + box["width"] * 1.2  # where no card lies, so that nothing is aimed at on the way
    page.mouse.move(*editor.hand.at(editor.port(source, "out", "result")))
    page.mouse.down()
    bottom = editor.free(0.5, 0.995)[1]
    page.mouse.move(between, bottom - 200, steps=4)
    page.mouse.move(between, bottom)
    page.wait_for_function(SEEN_WHOLE, arg=f'.canvas-node[data-key="{target}"]', timeout=2 * WAIT_MS)
    page.mouse.move(between, bottom - 200)
    page.mouse.move(*editor.hand.at(editor.title(target), is_covered=True), steps=6)
    expect(page.locator(".canvas-node.is-target")).to_have_attribute("data-key", target)
    page.mouse.up()
    editor.saved()
    document = template.draft()["document"]
    assert document["edges"] == many()["edges"], "there is a way from one to the other already"
    inputs = next(node["inputs"] for node in document["nodes"] if node["key"] == target)
    assert inputs == [{"name": "result", "type": "text", "from": f"{source}.result"}]


SEEN_WHOLE = """
(selector) => {
  const canvas = document.querySelector('.canvas').getBoundingClientRect();
  const box = document.querySelector(selector).getBoundingClientRect();
  return box.top > canvas.top && box.bottom < canvas.bottom - 60;
}
"""

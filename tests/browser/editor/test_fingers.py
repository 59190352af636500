"""A finger on the canvas: a drag on a port connects, on a card moves, beside them pans."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.editor.conftest import Editor, Template
from tests.browser.editor.graphs import pair

pytestmark = [pytest.mark.browser, pytest.mark.processes]


def test_finger_connects_moves_and_pans(editor_of: Callable[..., Editor], made: Callable[..., Template]) -> None:
    template = made(pair())
    editor = editor_of("builder", template, hand="finger")
    hand = editor.hand
    hand.drag(editor.port("ada", "out"), editor.node("eve"))
    expect(editor.edge("ada", "eve")).to_be_attached()
    x, y = hand.at(editor.title("eve"))
    hand.drag((x, y), (x, y + 120))
    editor.saved()
    place = editor.node("ada").bounding_box()
    assert place is not None
    hand.drag(editor.free(0.5, 0.9), editor.free(0.6, 0.8))
    expect(editor.node("ada")).not_to_have_js_property("x", place["x"])
    after = editor.node("ada").bounding_box()
    assert after is not None and after["x"] > place["x"] and after["y"] < place["y"]
    document = template.draft()["document"]
    assert ["ada", "eve"] in document["edges"]
    assert document["nodes"][2]["position"][1] > 200


def test_tap_right_after_a_flick_is_taken(editor_of: Callable[..., Editor], made: Callable[..., Template]) -> None:
    """A finger that lets go in full movement throws the page; a browser takes the next tap for a stop of that."""
    editor = editor_of("builder", made(pair()), hand="finger")
    hand = editor.hand
    view = editor.page.get_by_role("toolbar", name="View of the canvas")
    for above, below in (("ada", "eve"), ("eve", "bob")):
        zoom = view.inner_text()
        hand.drag(editor.port(above, "out"), editor.node(below))
        hand.click(editor.button("Zoom out"))
        expect(editor.edge(above, below)).to_be_attached()
        expect(view).not_to_have_text(zoom)
    zoom = view.inner_text()
    hand.drag(editor.item(), editor.free(0.6, 0.8))
    hand.click(editor.button("Zoom out"))
    expect(editor.nodes()).to_have_count(4)
    expect(view).not_to_have_text(zoom)

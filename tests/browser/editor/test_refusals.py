"""What cannot be connected is refused, under the pointer and after it is let go, with the reason on screen."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.editor.conftest import Editor, Template
from tests.browser.editor.graphs import pair

pytestmark = [pytest.mark.browser, pytest.mark.processes]

WIDE = {"width": 1600, "height": 900}  # nothing is so near the edge of the canvas that the view moves

End = Callable[[Editor], Locator]


def out(key: str, name: str | None = None) -> End:
    return lambda editor: editor.port(key, "out", name)


def into(key: str, name: str | None = None) -> End:
    return lambda editor: editor.port(key, "in", name)


def card(key: str) -> End:
    return lambda editor: editor.title(key)


def graph() -> dict[str, Any]:
    """Ada → Bob, Bob takes a text of Ada; Eve and a schedule stand apart."""
    source = pair("Refusals")
    clock = {"key": "clock", "type": "trigger.schedule", "title": "Clock", "cron": "0 9 * * *", "position": [0, 240]}
    source["nodes"].append(clock)
    return source


LOOP = "That would make a loop: Ada → Bob → Ada"
CONNECTED = "Ada and Bob are connected like that already."
TYPE = "The output document is of type file, which the input {} does not take."
REFUSALS = (
    (out("bob"), into("ada"), LOOP),
    (out("bob", "verdict"), card("ada"), LOOP),
    (into("ada"), out("bob"), LOOP),
    (out("ada", "document"), into("eve", "picture"), TYPE.format("picture (image)")),
    (out("ada", "document"), into("bob", "result"), TYPE.format("result (text)")),
    (into("eve", "picture"), out("ada", "document"), TYPE.format("picture (image)")),
    (out("ada"), into("bob"), CONNECTED),
    (out("ada", "result"), into("bob", "result"), CONNECTED),
    (out("eve"), card("eve"), "A step cannot come after itself."),
    (out("ada", "result"), card("ada"), "A step cannot come after itself."),
    (out("ada"), card("clock"), "Clock starts the workflow, so nothing comes before it."),
    (
        out("ada", "result"),
        card("clock"),
        "Clock starts the workflow, so nothing comes before it.",
    ),
)


def refused(editor: Editor, reason: str) -> None:
    """The reason stands on the canvas, whole."""
    hint = editor.page.locator(".canvas__hint")
    expect(hint).to_be_visible()
    expect(hint).to_have_text(reason)


def test_connections_are_refused_with_their_reasons(
    editor_of: Callable[..., Editor], made: Callable[..., Template]
) -> None:
    template = made(graph())
    before = template.draft()
    editor = editor_of("builder", template, viewport=WIDE)
    for source, target, reason in REFUSALS:
        with editor.hand.dragging(source(editor), target(editor)):
            refused(editor, reason)
        refused(editor, reason)
        expect(editor.page.locator('[data-part="announcer"]')).to_have_text(reason)  # read aloud
        expect(editor.page.locator("quick-add")).to_be_hidden()
        expect(editor.page.locator(".canvas-draft")).to_have_count(0)
        expect(editor.edges()).to_have_count(1)
    editor.hand.drag(editor.item("trigger.codebase"), editor.free(0.5, 0.9))
    refused(editor, "There is a trigger already, Clock. A workflow has one at most.")
    expect(editor.nodes()).to_have_count(4)
    expect(editor.button("Undo")).to_have_attribute("aria-disabled", "true")
    editor.saved()
    assert template.draft() == before


def test_what_fits_is_taken_after_a_refusal(editor_of: Callable[..., Editor], made: Callable[..., Template]) -> None:
    """On the way over an end that does not fit to one that does, nothing of the reason is left."""
    template = made(graph())
    editor = editor_of("builder", template, viewport=WIDE)
    editor.hand.drag(editor.port("ada", "out", "document"), editor.port("eve", "in", "picture"))
    refused(editor, TYPE.format("picture (image)"))
    with editor.hand.dragging(editor.port("ada", "out", "document"), editor.title("eve")):
        expect(editor.page.locator(".canvas__hint")).to_be_hidden()
        expect(editor.page.locator('.canvas-node.is-target[data-key="eve"]')).to_be_attached()
    expect(editor.edge("ada", "eve")).to_be_attached()
    editor.saved()
    document = template.draft()["document"]
    assert document["edges"] == [["ada", "bob"], ["ada", "eve"]]
    assert document["nodes"][2]["inputs"][-1] == {"name": "document", "type": "file", "from": "ada.document"}

"""Every kind of edit is one step of undo, and redo makes the same document again."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.editor.conftest import Editor, Template
from tests.browser.editor.graphs import pair
from tests.processes.queue_harness import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.processes]

WIDE = {"width": 1600, "height": 900}  # nothing is so near the edge of the canvas that the view moves


def add(editor: Editor) -> None:
    editor.hand.drag(editor.item(), editor.free(0.3, 0.85))


def move(editor: Editor) -> None:
    x, y = editor.hand.at(editor.title("eve"))
    editor.hand.drag((x, y), (x + 48, y + 64))


def connect(editor: Editor) -> None:
    editor.hand.drag(editor.port("ada", "out"), editor.port("eve", "in"))


def bind(editor: Editor) -> None:
    editor.hand.drag(editor.port("bob", "out", "verdict"), editor.node("eve"))


def edit_field(editor: Editor) -> None:
    editor.hand.click(editor.title("eve"))
    editor.shows("eve")
    editor.hand.write(editor.field("Title"), "Look at it")
    editor.hand.press("Escape")


def rename(editor: Editor) -> None:
    """Renames an output that Bob takes; his reference follows."""
    editor.hand.click(editor.title("ada"))
    editor.shows("ada")
    editor.hand.click(editor.tab("Outputs"))
    name = editor.page.get_by_label("Name of the output").first
    editor.hand.write(name, "answer")
    editor.hand.press("Enter", "Escape")
    expect(editor.port("ada", "out", "answer")).to_be_attached()
    expect(toasts(editor).filter(has_text="One reference follows the new name.")).to_be_visible()


def paste(editor: Editor) -> None:
    editor.hand.click(editor.title("ada"))
    editor.hand.press("Control+c", "Control+v")


def tidy(editor: Editor) -> None:
    editor.hand.click(editor.button("Tidy"))


def delete_edge(editor: Editor) -> None:
    choose_edge(editor, "ada", "eve")
    editor.hand.press("Delete")
    expect(editor.edge("ada", "eve")).to_have_count(0)


def delete_node(editor: Editor) -> None:
    editor.hand.click(editor.title("ada"))
    editor.hand.press("Delete")
    expect(toasts(editor).filter(has_text="References that are broken now: Bob · result")).to_be_visible()


def toasts(editor: Editor) -> Locator:
    return editor.page.locator("toast-list")


def choose_edge(editor: Editor, above: str, below: str) -> None:
    editor.hand.click(editor.along(above, below, 0.3))
    expect(editor.edge(above, below)).to_be_focused()
    expect(editor.edge(above, below)).to_contain_class("is-selected")


ACTS: tuple[Callable[[Editor], None], ...] = (
    add, move, connect, delete_edge, connect, bind, edit_field, rename, paste, tidy, delete_node,
)  # fmt: skip


def test_every_edit_is_one_step_of_undo(editor_of: Callable[..., Editor], made: Callable[..., Template]) -> None:
    template = made(pair())
    editor = editor_of("builder", template, viewport=WIDE)
    states = [template.draft()]
    for act in ACTS:
        act(editor)
        states.append(newer(editor, template, states[-1], act.__name__))
    documents = [state["document"] for state in states]
    for place in range(len(ACTS) - 1, -1, -1):
        editor.hand.press("Control+z")
        states.append(newer(editor, template, states[-1], f"undo of {ACTS[place].__name__}"))
        assert states[-1]["document"] == documents[place], f"undo of {ACTS[place].__name__}"
    expect(editor.button("Undo")).to_have_attribute("aria-disabled", "true")
    for place, act in enumerate(ACTS, 1):
        editor.hand.press("Control+Shift+z" if place % 2 else "Control+y")
        states.append(newer(editor, template, states[-1], f"redo of {act.__name__}"))
        assert states[-1]["document"] == documents[place], f"redo of {act.__name__}"
    expect(editor.button("Redo")).to_have_attribute("aria-disabled", "true")
    editor.hand.click(editor.button("Undo"))
    assert newer(editor, template, states[-1], "undo by the button")["document"] == documents[-2]


def newer(editor: Editor, template: Template, before: dict[str, Any], what: str) -> dict[str, Any]:
    """The draft of the server once it has another revision and nothing is on its way."""
    is_newer = wait_until(lambda: template.draft()["revision"] != before["revision"], 60)
    assert is_newer, f"{what}: nothing new was saved"
    editor.saved()
    return template.draft()


def test_connection_that_is_needed_goes_after_a_question(
    editor_of: Callable[..., Editor], made: Callable[..., Template]
) -> None:
    template = made(pair())
    start = template.draft()
    editor = editor_of("builder", template, viewport=WIDE)
    dialog, hand = editor.page.get_by_role("dialog", name="Remove the connection"), editor.hand
    choose_edge(editor, "ada", "bob")
    hand.press("Delete")
    expect(dialog).to_contain_text("References go along this connection and would be broken: Bob · result")
    hand.click(dialog.get_by_role("button", name="Back"))
    expect(dialog).to_be_hidden()
    expect(editor.edge("ada", "bob")).to_be_attached()
    assert template.draft() == start
    choose_edge(editor, "ada", "bob")
    hand.press("Delete")
    hand.click(dialog.get_by_role("button", name="Remove the connection"))
    expect(editor.edge("ada", "bob")).to_have_count(0)
    end = newer(editor, template, start, "delete")
    assert "edges" not in end["document"] or not end["document"]["edges"]
    assert any("result" in problem["message"] for problem in end["problems"] if problem["key"] == "bob")
    undone_and_done(editor, template, start, end)


def test_output_that_is_taken_goes_after_a_question(
    editor_of: Callable[..., Editor], made: Callable[..., Template]
) -> None:
    template = made(pair())
    start = template.draft()
    editor = editor_of("builder", template, viewport=WIDE)
    dialog, hand = editor.page.get_by_role("dialog", name="Remove result"), editor.hand
    hand.click(editor.title("ada"))
    editor.shows("ada")
    hand.click(editor.tab("Outputs"))
    hand.click(editor.button("Remove the output result"))
    expect(dialog.get_by_role("listitem")).to_have_text("Bob: the input result takes Ada › result")
    hand.click(dialog.get_by_role("button", name="Back"))
    expect(dialog).to_be_hidden()
    assert template.draft() == start
    hand.click(editor.button("Remove the output result"))
    hand.click(dialog.get_by_role("button", name="Go on"))
    expect(editor.port("ada", "out", "result")).to_have_count(0)
    end = newer(editor, template, start, "remove")
    assert [output["name"] for output in end["document"]["nodes"][0]["outputs"]] == ["document"]
    hand.click(editor.title("eve"))
    undone_and_done(editor, template, start, end)


def undone_and_done(editor: Editor, template: Template, start: dict[str, Any], end: dict[str, Any]) -> None:
    editor.hand.press("Control+z")
    undone = newer(editor, template, end, "undo")
    assert undone["document"] == start["document"]
    editor.hand.press("Control+Shift+z")
    assert newer(editor, template, undone, "redo")["document"] == end["document"]

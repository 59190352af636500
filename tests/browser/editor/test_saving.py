"""A page that is left with more unsaved work than its last request may carry."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.editor.conftest import Editor, Template
from tests.browser.editor.graphs import pair
from tests.browser.editor.saving import retitle, state, titles

pytestmark = [pytest.mark.browser, pytest.mark.processes]


def test_page_left_without_a_line_gives_its_work_back(
    editor_of: Callable[..., Editor], made: Callable[..., Template]
) -> None:
    document = pair()
    document["nodes"][2]["prompt"] = "See {{ picture }}. " * 4000  # too large for the last request of a page that ends
    template = made(document)
    editor = editor_of("builder", template)
    editor.hand.click(editor.title("ada"))
    editor.shows("ada")
    editor.watched.context.set_offline(True)
    retitle(editor, "ada", "Kept in the browser")
    state(editor, "offline")
    editor.page.goto("about:blank")
    editor.watched.context.set_offline(False)
    editor.open(template)  # brought back, or sent after all as the page ended
    expect(editor.title("ada")).to_have_text("Kept in the browser")
    editor.saved()
    assert titles(template)["ada"] == "Kept in the browser"
    editor.page.reload()
    editor.ready()
    expect(editor.title("ada")).to_have_text("Kept in the browser")
    expect(editor.page.get_by_text("that were not saved are back")).to_have_count(0)

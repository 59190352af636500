"""Every act of the editor's “…” menu, and taking a version out of use, as people do them from the editor."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.editor.conftest import WAIT_MS, Editor, Template
from tests.browser.editor.graphs import pair
from workflows.document import parse_yaml, to_json

pytestmark = [pytest.mark.browser, pytest.mark.processes]


def menu_of(editor: Editor) -> Locator:
    """Open the menu."""
    editor.hand.click(editor.button("More acts"))
    menu = editor.page.locator("#life-menu")
    expect(menu).to_be_visible()
    return menu


def act(editor: Editor, name: str) -> None:
    """Choose an act of the menu."""
    editor.hand.click(menu_of(editor).get_by_role("button", name=name, exact=True))


def agree(editor: Editor, name: str) -> None:
    """Answer the question that an act asks."""
    editor.hand.click(editor.page.get_by_role("dialog").get_by_role("button", name=name, exact=True))


def told(editor: Editor, text: str) -> None:
    expect(editor.page.get_by_text(text)).to_be_visible(timeout=WAIT_MS)


def named(name: str, made: Callable[..., Template]) -> Template:
    return made(pair(name))


def test_copies_and_files(editor_of: Callable[..., Editor], made: Callable[..., Template]) -> None:
    template = named("Menu of files", made)
    editor = editor_of("builder", template)
    editor.hand.click(editor.title("ada"))
    editor.shows("ada")
    editor.hand.write(editor.field("Title"), "Ada Lovelace")  # the menu settles what is not saved yet
    with editor.page.expect_download() as download:
        editor.hand.click(menu_of(editor).get_by_role("link", name="Export"))
    text = Path(download.value.path()).read_text("utf-8")
    assert to_json(parse_yaml(text)) == template.exported()
    assert "Ada Lovelace" in text
    if not editor.page.locator("#life-menu").is_visible():
        menu_of(editor)
    editor.hand.click(editor.page.locator("#life-menu").get_by_role("button", name="Duplicate"))
    told(editor, "This is a copy of “Menu of files”. It is yours.")
    editor.ready()
    expect(editor.page.get_by_role("textbox", name="Name of the template")).to_have_value("Menu of files (copy)")
    expect(editor.title("ada")).to_have_text("Ada Lovelace")
    act(editor, "Delete")
    agree(editor, "Delete")
    told(editor, "“Menu of files (copy)” is deleted.")
    editor.open(template)


def test_visibility_and_owner(editor_of: Callable[..., Editor], made: Callable[..., Template]) -> None:
    template = named("Menu of people", made)
    editor, admin = editor_of("builder", template), editor_of("admin", template)
    act(editor, "Make it personal")
    agree(editor, "Make it personal")
    told(editor, "Only its owner sees “Menu of people” now.")
    assert admin.page.goto(template.path).status == 404  # type: ignore[union-attr]
    editor.open(template)
    expect(editor.page.locator(".editor-title").get_by_text("Only you")).to_be_visible()
    act(editor, "Show it to the space")
    told(editor, "The space sees “Menu of people” now.")
    editor.ready()

    editor.hand.click(menu_of(editor).get_by_role("link", name="Hand over…"))
    field = editor.page.get_by_label("New owner")
    editor.hand.choose(field, "admin")
    editor.hand.click(editor.page.get_by_role("button", name=re.compile("Hand over")))
    told(editor, "“Menu of people” belongs to admin now.")
    editor.ready()
    menu = menu_of(editor)
    expect(menu.get_by_role("button", name="Duplicate")).to_be_visible()
    for gone in ("Make it personal", "Archive", "Delete"):
        expect(menu.get_by_role("button", name=gone)).to_have_count(0)
    admin.page.bring_to_front()
    admin.open(template)
    act(admin, "Delete")
    agree(admin, "Delete")
    told(admin, "“Menu of people” is deleted.")


def test_out_of_use_and_back(editor_of: Callable[..., Editor], made: Callable[..., Template]) -> None:
    template = named("Menu of life", made)
    editor = editor_of("builder", template)
    page, hand = editor.page, editor.hand
    hand.click(page.locator('[data-part="publish"]'))
    hand.click(page.get_by_role("dialog").get_by_role("button", name="Publish version 1"))
    hand.click(page.get_by_role("dialog").get_by_role("button", name="Go on editing"))
    run = page.locator('[data-part="run"]')
    expect(run).to_have_attribute("href", re.compile("/start/$"))
    hand.click(editor.button("Versions"))
    hand.click(page.get_by_role("button", name="Unpublish"))
    agree(editor, "Unpublish")
    expect(run).to_have_attribute("aria-disabled", "true", timeout=WAIT_MS)
    expect(page.locator(".versions__item[data-live]")).to_have_count(0)
    hand.click(editor.button("Close the versions"))

    act(editor, "Archive")
    told(editor, "“Menu of life” is archived. Its runs stay.")
    editor.ready()
    expect(page.locator("save-state")).to_have_attribute("data-state", "readonly")
    editor.watched.judge("archived")
    act(editor, "Bring back")
    told(editor, "“Menu of life” is back.")
    editor.ready()
    expect(page.locator("save-state")).to_have_attribute("data-state", "saved")
    act(editor, "Delete")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("A workflow that never ran is deleted with its versions, for good.")).to_be_visible()
    hand.press("Escape")
    expect(dialog).to_be_hidden()
    act(editor, "Delete")
    agree(editor, "Delete")
    told(editor, "“Menu of life” is deleted.")
    assert page.goto(template.path).status == 404  # type: ignore[union-attr]

"""What the tests of saving share: writing a title, reading what the server has, what the page says about it."""

from typing import Any

from playwright.sync_api import Locator, expect

from tests.browser.editor.conftest import WAIT_MS, Editor, Template


def retitle(editor: Editor, key: str, title: str) -> None:
    """Choose a step and write its title."""
    editor.hand.click(editor.title(key))
    editor.shows(key)
    editor.hand.write(editor.field("Title"), title)


def drafted(template: Template) -> dict[str, Any]:
    document: dict[str, Any] = template.draft()["document"]
    return document


def titles(template: Template) -> dict[str, str]:
    return {node["key"]: node["title"] for node in drafted(template)["nodes"]}


def dialog_of(editor: Editor) -> Locator:
    """The question which draft to go on with."""
    return editor.page.get_by_role("dialog", name="Two drafts")


def state(editor: Editor, name: str) -> None:
    """What the top bar says about saving."""
    expect(editor.page.locator("save-state")).to_have_attribute("data-state", name, timeout=WAIT_MS)

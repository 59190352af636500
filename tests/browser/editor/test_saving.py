"""Nothing that was typed is lost: two people at once, a line that is down, a page that is left."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.editor.conftest import WAIT_MS, Editor, Template
from tests.browser.editor.graphs import pair

pytestmark = [pytest.mark.browser, pytest.mark.processes]


def retitle(editor: Editor, key: str, title: str) -> None:
    editor.hand.click(editor.title(key))
    editor.shows(key)
    editor.hand.write(editor.field("Title"), title)


def titles(template: Template) -> dict[str, str]:
    return {node["key"]: node["title"] for node in template.draft()["document"]["nodes"]}


def collide(
    editor_of: Callable[..., Editor], template: Template, mine: str = "ada", theirs: str = "bob"
) -> tuple[Editor, Locator]:
    """Two people change the template; the second one is asked."""
    first, second = editor_of("admin", template), editor_of("builder", template)
    retitle(first, theirs, "Theirs")
    first.saved()
    retitle(second, mine, "Mine")
    dialog = second.page.get_by_role("dialog", name="Two drafts")
    expect(dialog).to_be_visible(timeout=WAIT_MS)
    expect(dialog).to_contain_text("admin saved this template")
    expect(second.page.locator("save-state")).to_have_attribute("data-state", "conflict")
    return second, dialog


def test_two_browsers_different_steps_are_merged(
    editor_of: Callable[..., Editor], made: Callable[..., Template]
) -> None:
    template = made(pair())
    editor, dialog = collide(editor_of, template)
    editor.watched.look_closely("editor with two drafts")
    editor.hand.click(dialog.get_by_role("button", name="Merge"))
    editor.saved()
    assert titles(template) == {"ada": "Mine", "bob": "Theirs", "eve": "Eve"}
    expect(editor.title("bob")).to_have_text("Theirs")
    expect(editor.title("ada")).to_have_text("Mine")


def test_two_browsers_same_step_cannot_be_merged_and_mine_becomes_a_copy(
    editor_of: Callable[..., Editor], made: Callable[..., Template]
) -> None:
    template = made(pair())
    editor, dialog = collide(editor_of, template, mine="bob", theirs="bob")
    merge = dialog.get_by_role("button", name="Merge")
    expect(merge).to_contain_text("cannot be merged")
    expect(merge).to_be_disabled()
    editor.hand.click(dialog.get_by_role("button", name="Mine as a copy"))
    editor.page.wait_for_url(lambda url: template.path not in url)
    editor.ready()
    expect(editor.title("bob")).to_have_text("Mine")
    assert titles(template)["bob"] == "Theirs"
    copy = Template(template.site, editor.page.url.rstrip("/").split("/")[-1])
    assert titles(copy)["bob"] == "Mine"


def test_two_browsers_theirs_is_taken_and_mine_is_a_file(
    editor_of: Callable[..., Editor], made: Callable[..., Template]
) -> None:
    template = made(pair())
    editor, dialog = collide(editor_of, template)
    with editor.page.expect_download() as download:
        editor.hand.click(dialog.get_by_role("button", name=re.compile("^Theirs Go")))
    assert "Mine" in download.value.path().read_text()
    expect(dialog).to_be_hidden()
    editor.saved()
    expect(editor.title("ada")).to_have_text("Ada")
    assert titles(template) == {"ada": "Ada", "bob": "Theirs", "eve": "Eve"}
    retitle(editor, "eve", "And on")
    editor.saved()
    assert titles(template)["eve"] == "And on"


def go_offline(editor: Editor, key: str, title: str) -> None:
    editor.watched.context.set_offline(True)
    retitle_offline(editor, key, title)
    expect(editor.page.locator("save-state")).to_have_attribute("data-state", "offline", timeout=WAIT_MS)


def retitle_offline(editor: Editor, key: str, title: str) -> None:
    """The settings of a step that were shown before go on working without the server."""
    editor.shows(key)
    editor.hand.write(editor.field("Title"), title)
    expect(editor.title(key)).to_have_text(title)


def test_work_goes_on_without_a_line_and_is_sent_when_it_is_back(
    editor_of: Callable[..., Editor], made: Callable[..., Template]
) -> None:
    template = made(pair())
    editor = editor_of("builder", template)
    editor.hand.click(editor.title("ada"))
    editor.shows("ada")
    go_offline(editor, "ada", "Written in a tunnel")
    editor.hand.drag(editor.item(), editor.free(0.3, 0.85))
    expect(editor.nodes()).to_have_count(4)
    assert titles(template)["ada"] == "Ada"
    editor.watched.context.set_offline(False)
    editor.saved()
    assert titles(template)["ada"] == "Written in a tunnel"
    assert len(template.draft()["document"]["nodes"]) == 4


def test_page_left_without_a_line_gives_its_work_back(
    editor_of: Callable[..., Editor], made: Callable[..., Template]
) -> None:
    document = pair()
    document["nodes"][2]["prompt"] = "See {{ picture }}. " * 4000  # too large for the last request of a page that ends
    template = made(document)
    editor = editor_of("builder", template)
    editor.hand.click(editor.title("ada"))
    editor.shows("ada")
    go_offline(editor, "ada", "Kept in the browser")
    editor.page.goto("about:blank")
    editor.watched.context.set_offline(False)
    editor.open(template)
    expect(editor.page.get_by_text("that were not saved are back").first).to_be_visible()
    expect(editor.title("ada")).to_have_text("Kept in the browser")
    editor.saved()
    assert titles(template)["ada"] == "Kept in the browser"
    editor.page.reload()
    editor.ready()
    expect(editor.title("ada")).to_have_text("Kept in the browser")
    expect(editor.page.get_by_text("that were not saved are back")).to_have_count(0)


def test_page_left_without_a_line_while_somebody_else_saved(
    editor_of: Callable[..., Editor], made: Callable[..., Template]
) -> None:
    template = made(pair())
    editor = editor_of("builder", template)
    editor.hand.click(editor.title("ada"))
    editor.shows("ada")
    go_offline(editor, "ada", "Mine")
    editor.page.goto("about:blank")
    other = editor_of("admin", template)
    retitle(other, "bob", "Theirs")
    other.saved()
    editor.watched.context.set_offline(False)
    editor.open(template)
    dialog = editor.page.get_by_role("dialog", name="Two drafts")
    editor.hand.click(dialog.get_by_role("button", name="Merge"))
    editor.saved()
    assert titles(template) == {"ada": "Mine", "bob": "Theirs", "eve": "Eve"}

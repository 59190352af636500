"""A person makes a task template of a step; the step uses it at once, and one undo takes that back."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.editor.conftest import WAIT_MS, Editor, Template, asked, same
from tests.browser.editor.graphs import output, pair, task

pytestmark = [pytest.mark.browser, pytest.mark.processes]


def drafted(template: Template) -> dict[str, Any]:
    document: dict[str, Any] = template.draft()["document"]
    return document


def dialog_of(editor: Editor, key: str) -> Any:
    """Choose a step and ask for it to be saved."""
    editor.hand.click(editor.title(key))
    editor.shows(key)
    editor.hand.click(editor.button("Save as task template"))
    dialog = editor.page.get_by_role("dialog", name="Save as task template")
    expect(dialog.get_by_label("Name")).to_be_focused()
    return dialog


def remove(template: Template, slug: str) -> None:
    """Leave nothing in the palettes of other tests; what uses the task template goes first."""
    with asked(template.site, "builder") as client:
        client.post(f"{template.path}deletions/")
        client.post(f"/s/demo/task-templates/{slug}/deletions/")


def test_step_uses_the_task_template_that_was_made_of_it(
    editor_of: Callable[..., Editor], made: Callable[..., Template]
) -> None:
    document = pair()
    document["nodes"][1] |= {"confirm": True, "tools": ["files"]}
    document["nodes"].append(task("zoe", 672, 0, inputs=[{"name": "verdict", "type": "text", "from": "bob.verdict"}]))
    document["edges"].append(["bob", "zoe"])
    template = made(document)
    before = drafted(template)
    editor = editor_of("builder", template)
    dialog = dialog_of(editor, "bob")
    expect(dialog.get_by_label("Name")).to_have_value("Bob")
    editor.watched.look_closely("save as task template")
    editor.hand.write(dialog.get_by_label("Name"), "  ")
    editor.hand.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("This must not be empty.")
    editor.hand.press("Control+a")
    editor.hand.type("Close check")
    editor.hand.click(dialog.get_by_role("button", name="Save and use it"))
    expect(editor.page.locator("toast-list").get_by_text("this step uses version 1 of it")).to_be_visible(
        timeout=WAIT_MS
    )
    expect(editor.field("Task")).to_be_focused(timeout=WAIT_MS)
    expect(editor.field("Task").locator("option:checked")).to_have_text("Close check (v1)")
    editor.watched.judge("a step that uses what was made of it")
    editor.saved()
    nodes = {node["key"]: node for node in drafted(template)["nodes"]}
    assert nodes["bob"] == {
        "key": "bob",
        "type": "task",
        "title": "Bob",
        "position": [336, 0],
        "inputs": [{"name": "result", "type": "text", "from": "ada.result"}],
        "confirm": True,
        "task_template": "close-check@1",
    }
    assert template.draft()["problems"] == made(before).draft()["problems"]
    expect(editor.page.locator(".palette-item", has_text="Close check")).to_be_visible()

    editor.hand.click(editor.free(0.5, 0.95))
    editor.hand.press("Control+z")
    editor.saved()
    assert same(drafted(template), places=True) == same(before, places=True)
    editor.hand.press("Control+Shift+z")
    editor.saved()
    assert {node["key"]: node for node in drafted(template)["nodes"]} == nodes
    remove(template, "close-check")


def test_template_made_here_is_at_once_in_the_lists_of_steps(
    editor_of: Callable[..., Editor], made: Callable[..., Template]
) -> None:
    template = made({"aime": 1, "name": "One", "nodes": [task("bob", 0, 0, outputs=[output("verdict")])]})
    editor = editor_of("builder", template)
    dialog = dialog_of(editor, "bob")
    editor.hand.write(dialog.get_by_label("Name"), "Brief review")
    editor.hand.press("Enter")
    item = editor.page.locator(".palette-item", has_text="Brief review")
    expect(item).to_be_visible(timeout=WAIT_MS)
    editor.hand.drag(item, editor.free(0.5, 0.8))
    expect(editor.nodes()).to_have_count(2)
    editor.saved()
    assert [node.get("task_template") for node in drafted(template)["nodes"]] == ["brief-review@1"] * 2
    remove(template, "brief-review")


def test_what_cannot_be_a_task_template_is_said_in_the_dialog(
    editor_of: Callable[..., Editor], made: Callable[..., Template]
) -> None:
    template = made({"aime": 1, "name": "One", "nodes": [task("bob", 0, 0, prompt="Use {{ nothing }}.")]})
    before = template.draft()
    editor = editor_of("builder", template)
    dialog = dialog_of(editor, "bob")
    editor.hand.click(dialog.get_by_role("button", name="Save and use it"))
    expect(dialog.get_by_role("alert")).to_contain_text("nothing", timeout=WAIT_MS)
    expect(dialog.get_by_label("Name")).to_be_focused()
    editor.hand.press("Escape")
    expect(dialog).to_be_hidden()
    expect(editor.button("Save as task template")).to_be_focused()
    assert template.draft() == before

"""Old versions: seen as they were, compared on the canvas and as text, made the draft again, and that taken back."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.editor.conftest import Editor, Template, asked, same

pytestmark = [pytest.mark.browser, pytest.mark.processes]
WAIT_MS = 60_000
TEXT = [{"name": "result", "type": "text", "description": "What it found"}]


def step(key: str, prompt: str, x: int, source: str | None = None) -> dict[str, Any]:
    node = {"key": key, "type": "task", "title": key.title(), "prompt": prompt, "outputs": TEXT, "position": [x, 0]}
    return {**node, "inputs": [{"name": "found", "type": "text", "from": f"{source}.result"}]} if source else node


def first() -> dict[str, Any]:
    nodes = [step("collect", "Collect facts.", 0), step("judge", "Judge {{ found }} mildly.", 320, "collect")]
    return {"aime": 1, "name": "Versions", "nodes": nodes, "edges": [["collect", "judge"]]}


def second() -> dict[str, Any]:
    document = first()
    document["nodes"][1]["prompt"] = "Judge {{ found }} sternly."
    document["nodes"].append(step("write", "Write down {{ found }}.", 640, "judge"))
    document["edges"].append(["judge", "write"])
    return document


def publish(template: Template, document: dict[str, Any] | None, note: str) -> None:
    """Without a browser: save a document and publish it."""
    with asked(template.site, "builder") as client:
        revision = template.draft()["revision"]
        if document is not None:
            body = {"base_revision": revision, "document": document}
            revision = client.post(f"{template.path}draft/", json=body).json()["revision"]
        answer = client.post(f"{template.path}publications/", data={"note": note, "base_revision": revision})
        assert answer.status_code in (200, 204, 302), answer.text


@pytest.fixture
def published(made: Callable[..., Template]) -> Template:
    """A template with two versions; the second is live and is the draft."""
    template = made(first())
    publish(template, None, "Mild")
    publish(template, second(), "Stern, and written down")
    return template


def versions(editor: Editor) -> Locator:
    """The panel of versions; its button opens it, unless it is open."""
    button = editor.button("Versions")
    if button.get_attribute("aria-expanded") != "true":
        editor.hand.click(button)
    panel = editor.page.get_by_role("region", name="Versions")
    expect(panel.get_by_role("link", name="View version 1")).to_be_visible(timeout=WAIT_MS)
    return panel


def test_version_is_seen_as_it_was(published: Template, editor_of: Callable[..., Editor]) -> None:
    editor = editor_of("builder", published)
    page, hand = editor.page, editor.hand
    expect(editor.nodes()).to_have_count(3)
    panel = versions(editor)
    expect(panel.locator(".versions__note")).to_have_text(["Stern, and written down", "Mild"])
    expect(panel.locator("[data-live]")).to_contain_text("Version 2")
    hand.click(panel.get_by_role("link", name="View version 1"))
    expect(page).to_have_url(re.compile("/versions/1/$"))
    editor.ready()
    expect(page.get_by_text("Version 1, read only.")).to_be_visible()
    expect(page.get_by_text("The draft is newer.")).to_be_visible()
    expect(editor.nodes()).to_have_count(2)
    hand.click(editor.title("judge"))
    editor.shows("judge")
    expect(editor.field("Prompt")).to_have_value("Judge {{ found }} mildly.")
    expect(editor.field("Prompt")).not_to_be_editable()
    hand.click(editor.title("judge"))
    hand.press("Delete")
    expect(editor.nodes()).to_have_count(2)
    editor.watched.look_closely("version as it was")
    hand.click(page.get_by_role("link", name="Go to the draft"))
    editor.ready()
    expect(editor.nodes()).to_have_count(3)
    assert same(published.exported(version=1)) == same(first())


def test_versions_are_compared_on_the_canvas_and_as_text(published: Template, editor_of: Callable[..., Editor]) -> None:
    editor = editor_of("builder", published)
    page, hand = editor.page, editor.hand
    hand.click(versions(editor).get_by_role("link", name="What was new in version 2"))
    expect(page).to_have_url(re.compile(r"comparison/\?before=1&after=2$"))
    expect(editor.node("write")).to_have_attribute("data-mark", "added", timeout=WAIT_MS)
    expect(editor.node("judge")).to_have_attribute("data-mark", "changed")
    assert editor.node("collect").get_attribute("data-mark") is None
    text = page.get_by_role("region", name="As text")
    expect(text.locator(".difference__group[data-what]")).to_have_count(2)
    expect(text.locator('[data-what="added"]')).to_contain_text("Write")
    expect(text.locator("mark")).to_have_text(["mildly", "sternly"])
    expect(text.get_by_text("Judge → Write")).to_be_visible()
    # the other way round, what was added is gone
    bar = page.get_by_role("form", name="What to compare")
    hand.choose(bar.get_by_label("Before"), "Version 2")
    hand.choose(bar.get_by_label("After"), "Version 1")
    hand.click(bar.get_by_role("button", name="Compare"))
    expect(page).to_have_url(re.compile(r"comparison/\?before=2&after=1$"))
    expect(editor.node("write")).to_have_attribute("data-mark", "removed", timeout=WAIT_MS)


def test_version_becomes_the_draft_and_that_is_taken_back(
    published: Template, editor_of: Callable[..., Editor]
) -> None:
    editor = editor_of("builder", published)
    page, hand = editor.page, editor.hand
    hand.click(editor.title("write"))
    editor.shows("write")
    hand.write(editor.field("Prompt"), "Write {{ found }} in verse.")  # a draft that is in no version
    editor.saved()
    unsaved = published.draft()["document"]

    hand.click(versions(editor).get_by_role("link", name="Restore version 1"))
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name="Make version 1 the draft?")).to_be_visible()
    expect(dialog).to_contain_text("is in no version")
    hand.click(dialog.get_by_role("button", name="Back"))
    expect(editor.nodes()).to_have_count(3)
    assert published.draft()["document"] == unsaved

    restore(editor)
    expect(editor.nodes()).to_have_count(2)
    assert same(published.draft()["document"], places=True) == same(published.exported(version=1), places=True)
    assert published.exported(version=2)["nodes"][2]["prompt"] == "Write down {{ found }}."
    hand.click(dialog.get_by_role("button", name="Undo"))
    expect(page.get_by_text("The former draft is back")).to_be_visible()
    editor.ready()
    expect(editor.nodes()).to_have_count(3)
    assert same(published.draft()["document"], places=True) == same(unsaved, places=True)

    restore(editor)
    hand.click(dialog.get_by_role("link", name="Open the draft"))
    editor.ready()
    expect(editor.nodes()).to_have_count(2)
    expect(page.get_by_role("button", name="Publish changes")).to_be_visible()
    assert same(published.exported()) == same(first())


def test_draft_that_was_replaced_is_found_later_and_brought_back(
    published: Template, editor_of: Callable[..., Editor]
) -> None:
    editor = editor_of("builder", published)
    page, hand = editor.page, editor.hand
    hand.click(editor.title("write"))
    editor.shows("write")
    hand.write(editor.field("Prompt"), "Write {{ found }} in verse.")
    editor.saved()
    unpublished = published.draft()["document"]
    restore(editor)
    hand.press("Escape")
    expect(versions(editor).get_by_text("Kept draft")).to_be_visible()  # at once, and after everything was left
    editor.open(published)
    panel = versions(editor)
    editor.watched.look_closely("versions with a kept draft")
    kept = panel.get_by_role("listitem").filter(has_text="Kept draft")
    hand.click(kept.get_by_role("link", name="Compare with draft"))
    expect(page.get_by_role("region", name="As text")).to_contain_text("in verse", timeout=WAIT_MS)
    editor.watched.judge("comparison with a kept draft")
    editor.open(published)
    hand.click(versions(editor).get_by_role("button", name="Bring back"))
    hand.click(page.get_by_role("dialog").get_by_role("button", name="Bring back"))
    expect(page.get_by_text("The kept draft is the draft again.")).to_be_visible(timeout=WAIT_MS)
    editor.ready()
    expect(editor.nodes()).to_have_count(3)
    assert same(published.draft()["document"], places=True) == same(unpublished, places=True)
    expect(versions(editor).get_by_text("Kept draft")).to_be_hidden()  # what it replaced is version 1


def restore(editor: Editor) -> None:
    dialog = editor.page.get_by_role("dialog")
    editor.hand.click(versions(editor).get_by_role("link", name="Restore version 1"))
    editor.hand.click(dialog.get_by_role("button", name="Restore", exact=True))
    expect(dialog.get_by_role("heading", name="Version 1 is the draft now")).to_be_visible()

"""Publishing a draft with problems: they lead to their places, and nothing is published before they are mended."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.editor.conftest import Editor, Template
from tests.browser.editor.graphs import pair

pytestmark = [pytest.mark.browser, pytest.mark.processes]
WAIT_MS = 60_000


def with_errors() -> dict[str, Any]:
    document = pair()
    document["nodes"][2]["prompt"] = ""
    document["nodes"][1]["inputs"][0]["from"] = "ada.gone"
    return document


def test_problems_lead_to_their_places_and_publishing_waits_for_them(
    editor_of: Callable[..., Editor], made: Callable[..., Template]
) -> None:
    template = made(with_errors())
    editor = editor_of("builder", template)
    page, hand = editor.page, editor.hand
    expect(editor.node("eve")).to_have_class(re.compile("has-error"))
    hand.click(page.get_by_role("button", name=re.compile("^Publish")))
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name="Not ready to be published")).to_be_visible()
    expect(dialog.get_by_role("button", name=re.compile("Publish version"))).to_have_count(0)
    editor.watched.look_closely("publish dialog with problems")
    hand.click(dialog.get_by_role("link", name=re.compile("Eve")).first)
    expect(dialog).to_be_hidden()
    expect(editor.field("Prompt")).to_be_focused()
    editor.shows("eve")
    hand.type("See {{ picture }}.")
    hand.click(page.get_by_role("button", name=re.compile("^Problems")))
    panel = page.get_by_role("region", name="Problems")
    hand.click(panel.get_by_role("button", name=re.compile("ada.gone")))
    editor.shows("bob")
    expect(editor.tab("Inputs")).to_have_attribute("aria-selected", "true")
    hand.click(editor.page.get_by_role("button", name=re.compile("^Choose an")).first)
    hand.type("result")
    hand.press("Enter")
    expect(panel.get_by_role("button", name=re.compile("ada.gone"))).to_have_count(0)
    expect(editor.node("bob")).not_to_have_class(re.compile("has-error"))
    editor.saved()
    hand.click(page.get_by_role("button", name="Publish", exact=True))
    hand.click(dialog.get_by_role("button", name="Publish version 1"))
    expect(dialog.get_by_role("heading", name="Version 1 is live")).to_be_visible()
    editor.watched.look_closely("publish dialog, published")
    hand.click(dialog.get_by_role("button", name="Go on editing"))
    expect(page.get_by_role("button", name="Up to date")).to_be_visible()
    assert template.exported(version=1)["nodes"][1]["inputs"][0]["from"] == "ada.result"


def loose() -> dict[str, Any]:
    """A reference without the connection that it needs."""
    return {**pair(), "edges": []}


def test_problem_that_a_connection_mends_is_mended_from_the_list(
    editor_of: Callable[..., Editor], made: Callable[..., Template]
) -> None:
    template = made(loose())
    editor = editor_of("builder", template)
    page, hand = editor.page, editor.hand
    hand.click(page.get_by_role("button", name=re.compile("^Problems")))
    panel = page.get_by_role("region", name="Problems")
    errors = panel.locator('.problem[data-severity="error"]')
    expect(errors).to_have_count(1)
    hand.click(panel.get_by_role("button", name="Connect Ada → Bob"))
    expect(editor.edge("ada", "bob")).to_be_attached()
    expect(errors).to_have_count(0, timeout=WAIT_MS)
    expect(editor.node("bob")).not_to_have_class(re.compile("has-error"))
    editor.saved()
    assert template.draft()["document"]["edges"] == [["ada", "bob"]]


def test_changes_are_published_with_a_note_and_run(
    editor_of: Callable[..., Editor], made: Callable[..., Template]
) -> None:
    template = made(pair())
    editor = editor_of("builder", template)
    page, hand = editor.page, editor.hand
    dialog, button = page.get_by_role("dialog"), page.locator('[data-part="publish"]')
    expect(page.locator('[data-part="run"]')).to_have_attribute("aria-disabled", "true")
    page.route("**/publications/", lambda route: route.abort())
    hand.click(button)
    expect(page.get_by_text("The server could not show this.")).to_be_visible(timeout=WAIT_MS)
    expect(dialog).to_be_hidden()
    page.unroute("**/publications/")
    publish(editor, 1, "The first one")
    hand.click(dialog.get_by_role("button", name="Go on editing"))
    expect(button).to_have_text("Up to date")
    expect(button).to_have_attribute("aria-disabled", "true")
    hand.click(button)  # what does not work says why
    expect(page.get_by_text("Version 1 is what is here")).to_be_visible()

    hand.click(editor.title("bob"))
    editor.shows("bob")
    hand.write(editor.field("Prompt"), "Use {{ result }} sternly.")
    expect(button).to_have_text("Publish changes")
    hand.click(button)
    expect(dialog.get_by_role("heading", name="What changes against version 1")).to_be_visible(timeout=WAIT_MS)
    expect(dialog.locator(".difference__group")).to_have_count(1)
    expect(dialog.locator(".difference__group")).to_contain_text("Bob")
    expect(dialog.locator('[data-kind="added"]')).to_contain_text("Use {{ result }} sternly.")
    hand.press("Escape")
    publish(editor, 2, "Sterner")
    hand.click(dialog.get_by_role("link", name="Run now"))
    expect(page).to_have_url(re.compile(f"/{template.slug}/start/$"))
    expect(page.get_by_label("picture")).to_be_attached()
    assert template.exported(version=2)["nodes"][1]["prompt"] == "Use {{ result }} sternly."
    assert template.exported(version=1)["nodes"][1]["prompt"] == "Use {{ result }}."

    editor.open(template)
    hand.click(editor.button("Versions"))
    notes = page.get_by_role("region", name="Versions").locator(".versions__note")
    expect(notes).to_have_text(["Sterner", "The first one"], timeout=WAIT_MS)


def publish(editor: Editor, number: int, note: str) -> None:
    """Publish by the button, with a note."""
    dialog = editor.page.get_by_role("dialog")
    editor.hand.click(editor.page.locator('[data-part="publish"]'))
    expect(dialog.get_by_label("What is new?")).to_be_focused(timeout=WAIT_MS)
    editor.hand.type(note)
    editor.hand.click(dialog.get_by_role("button", name=f"Publish version {number}"))
    expect(dialog.get_by_role("heading", name=f"Version {number} is live")).to_be_visible(timeout=WAIT_MS)


def test_who_may_only_look_changes_nothing(editor_of: Callable[..., Editor], made: Callable[..., Template]) -> None:
    template = made(pair())
    before = template.draft()
    editor = editor_of("viewer", template)
    page, hand = editor.page, editor.hand
    expect(page.get_by_text("You may look at this template.")).to_be_visible()
    expect(page.locator("save-state")).to_have_attribute("data-state", "readonly")
    expect(editor.item()).to_have_count(0)
    for name in ("Undo", "Redo", "Tidy", "Publish"):
        expect(editor.button(name)).to_have_count(0)
    hand.click(editor.title("bob"))
    editor.shows("bob")
    expect(editor.field("Prompt")).to_have_value("Use {{ result }}.")
    expect(editor.field("Prompt")).to_be_disabled()
    place = editor.node("bob").bounding_box()
    assert place is not None
    hand.drag(editor.title("bob"), (place["x"] + 20, place["y"] + 200))
    hand.press("Delete", "Control+d", "Control+z")
    expect(editor.nodes()).to_have_count(3)
    expect(editor.edges()).to_have_count(1)
    hand.click(editor.button("Versions"))
    expect(page.get_by_text("Nothing is published yet.")).to_be_visible(timeout=WAIT_MS)
    editor.watched.look_closely("editor of a viewer")
    assert template.draft() == before

"""Every state of the editor as axe judges it, in light and dark; the main ones at the width of a phone too."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.editor.conftest import WAIT_MS, Editor, Template, asked
from tests.browser.editor.graphs import pair
from tests.browser.editor.saving import dialog_of, retitle, state
from tests.browser.watching import DESK, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.processes]

TABS = ("Settings", "Inputs", "Outputs", "Confirm & notify", "Last run")


def with_problems() -> dict[str, Any]:
    """Three steps, two of them connected; one without a prompt, and a reference without its connection."""
    document = pair()
    document["nodes"][2]["prompt"] = ""
    document["nodes"][2]["inputs"].append({"name": "verdict", "type": "text", "from": "bob.verdict"})
    return document


def publish_button(editor: Editor) -> Locator:
    return editor.page.locator('[data-part="publish"]')


def test_every_state_of_the_editor(editor_of: Callable[..., Editor], made: Callable[..., Template]) -> None:
    editor = editor_of("builder", made())
    editor.watched.judge("empty")
    editor.hand.press("n")
    editor.hand.type("agent")
    editor.watched.judge("palette with a search")
    template = made(with_problems())
    editor.open(template)
    editor.watched.judge("three steps")
    inspector(editor)
    adding(editor)
    problems(editor)
    versions(editor)
    lists(editor)
    troubles(editor, template)
    elsewhere(editor, template)


def inspector(editor: Editor) -> None:
    """The settings of a step, tab for tab, with what they open."""
    page, hand, judge = editor.page, editor.hand, editor.watched.judge
    hand.click(editor.title("bob"))
    editor.shows("bob")
    for name in TABS:
        hand.click(editor.tab(name))
        expect(editor.tab(name)).to_have_attribute("aria-selected", "true")
        judge(f"step, {name}")
    hand.click(editor.tab("Inputs"))
    hand.click(page.get_by_role("button", name=re.compile("^Choose an")).first)
    expect(page.locator("binding-picker").get_by_role("option").first).to_be_visible()
    judge("outputs to choose from")
    hand.press("Escape")
    hand.click(editor.tab("Settings"))
    hand.to(editor.field("Prompt"))
    hand.type(" {{")
    expect(page.locator(".prompt-field__offers")).to_be_visible()
    judge("names offered in a prompt")
    hand.press("Enter", "Escape")
    hand.click(editor.along("ada", "bob", 0.2))
    expect(page.get_by_role("heading", name="Connection")).to_be_visible()
    judge("connection")
    hand.press("Escape", "Control+a")
    expect(page.locator("node-inspector").get_by_role("button", name="Duplicate")).to_be_visible()
    judge("several steps")
    hand.press("Escape")


def adding(editor: Editor) -> None:
    """The list of steps at the place where one is wanted."""
    editor.hand.drag(editor.port("bob", "out"), editor.free(0.5, 0.92))
    expect(editor.page.locator("quick-add")).to_be_visible()
    editor.watched.judge("steps to add")
    editor.hand.press("Escape")


def problems(editor: Editor) -> None:
    """What keeps the draft from being published: the list, and the dialog that says so."""
    page, hand, judge = editor.page, editor.hand, editor.watched.judge
    dialog = page.get_by_role("dialog")
    hand.click(page.get_by_role("button", name=re.compile("^Problems")))
    expect(page.get_by_role("region", name="Problems")).to_be_visible()
    judge("problems")
    hand.click(publish_button(editor))
    expect(dialog.get_by_role("heading", name="Not ready to be published")).to_be_visible(timeout=WAIT_MS)
    judge("publish dialog with problems")
    hand.click(dialog.get_by_role("button", name="Close"))
    hand.click(page.get_by_role("button", name=re.compile("^Connect Bob")))
    hand.click(page.get_by_role("button", name=re.compile("^Problems")))
    hand.click(editor.title("eve"))
    editor.shows("eve")
    hand.write(editor.field("Prompt"), "See {{ picture }} and {{ verdict }}.")
    editor.saved()


def versions(editor: Editor) -> None:
    """The dialog without problems, published, with changes, and the versions."""
    page, hand, judge = editor.page, editor.hand, editor.watched.judge
    dialog = page.get_by_role("dialog")
    hand.click(publish_button(editor))
    act = dialog.get_by_role("button", name="Publish version 1")
    expect(act).to_be_visible(timeout=WAIT_MS)
    judge("publish dialog")
    hand.click(act)
    expect(dialog.get_by_role("heading", name="Version 1 is live")).to_be_visible(timeout=WAIT_MS)
    judge("published")
    hand.click(dialog.get_by_role("button", name="Go on editing"))
    retitle(editor, "eve", "Eva")
    hand.click(publish_button(editor))
    expect(dialog.get_by_role("heading", name="What changes against version 1")).to_be_visible(timeout=WAIT_MS)
    judge("publish dialog with changes")
    hand.press("Escape")
    hand.click(editor.button("Versions"))
    expect(page.get_by_role("region", name="Versions").get_by_role("link").first).to_be_visible(timeout=WAIT_MS)
    judge("versions")
    hand.click(editor.button("Versions"))


def lists(editor: Editor) -> None:
    """The outline and the keys; then what a phone shows."""
    page, hand, judge = editor.page, editor.hand, editor.watched.judge
    hand.click(editor.button("Outline"))
    expect(page.get_by_role("region", name="Outline")).to_be_visible()
    judge("outline")
    hand.click(editor.button("Close the outline"))
    hand.click(editor.button("Keys"))
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    judge("keys")
    hand.press("Escape")
    hand.click(editor.button("More acts"))
    expect(editor.button("Duplicate")).to_be_visible()
    judge("acts on the template")
    hand.press("Escape")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    judge("three steps")
    hand.click(editor.button("Add a step"))
    judge("palette")
    hand.press("Escape")
    hand.click(editor.button("Settings"))
    judge("settings")
    hand.click(editor.button("Close the settings"))
    hand.click(editor.button("Outline"))
    judge("outline")
    hand.click(editor.button("Close the outline"))
    hand.click(page.get_by_role("button", name=re.compile("^Problems")))
    judge("problems")
    hand.press("Escape")
    hand.click(publish_button(editor))
    expect(page.get_by_role("dialog").get_by_role("heading").first).to_be_visible(timeout=WAIT_MS)
    judge("publish dialog")
    hand.press("Escape")
    page.set_viewport_size(DESK)  # type: ignore[arg-type]


def troubles(editor: Editor, template: Template) -> None:
    """A draft that is not taken, and one that somebody else saved meanwhile."""
    page = editor.page
    refusal = json.dumps({"error": "No."})
    page.route("**/draft/", lambda route: route.fulfill(status=403, content_type="application/json", body=refusal))
    retitle(editor, "eve", "Evi")
    state(editor, "error")
    editor.watched.judge("draft that is not taken")
    page.unroute("**/draft/")
    draft = template.draft()
    with asked(template.site, "admin") as client:
        body = {"base_revision": draft["revision"], "document": draft["document"] | {"name": "Theirs"}}
        assert client.post(f"{template.path}draft/", json=body).status_code == 200
    editor.hand.click(page.get_by_role("button", name="Try again"))
    expect(dialog_of(editor)).to_be_visible(timeout=WAIT_MS)
    editor.watched.judge("two drafts")
    editor.hand.click(dialog_of(editor).get_by_role("button", name="Merge"))
    editor.saved()


def test_settings_that_wait_for_signing_in_come_by_themselves(
    editor_of: Callable[..., Editor], made: Callable[..., Template]
) -> None:
    editor = editor_of("builder", made(pair()))
    page, context = editor.page, editor.watched.context
    cookies = context.cookies()
    context.clear_cookies(name="sessionid")
    editor.hand.click(editor.title("ada"))
    expect(page.get_by_text("You are signed out")).to_be_visible(timeout=WAIT_MS)
    expect(page.get_by_role("link", name="Sign in in a new tab")).to_be_visible()
    editor.watched.judge("signed out")
    context.add_cookies([cookie for cookie in cookies if cookie["name"] == "sessionid"])  # type: ignore[misc]
    editor.shows("ada")


def elsewhere(editor: Editor, template: Template) -> None:
    """Pages that show a version on the canvas."""
    page = editor.page
    page.goto(f"{template.path}versions/1/")
    editor.ready()
    expect(page.get_by_text("Version 1, read only.")).to_be_visible()
    editor.watched.look_closely("version, read only")
    page.goto(f"{template.path}comparison/?before=1&after=draft")
    expect(page.locator('.canvas-node[data-key="eve"]')).to_be_visible()
    editor.watched.look_closely("comparison")

"""Two browsers at one draft: who comes second is asked, whatever stands against it, and nothing is lost on the way."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.editor.conftest import WAIT_MS, Editor, Template
from tests.browser.editor.graphs import output, task
from tests.browser.editor.saving import dialog_of, drafted, retitle, state, titles

pytestmark = [pytest.mark.browser, pytest.mark.processes]


@pytest.fixture
def template(made: Callable[..., Template]) -> Template:
    """Two steps of which the second takes a text of the first, and one apart."""
    nodes = [
        task("ada", 0, 0, outputs=[output("result")]),
        task("bob", 336, 0, inputs=[{"name": "result", "type": "text", "from": "ada.result"}]),
        task("eve", 336, 240, outputs=[output("answer")]),
    ]
    document = {"aime": 1, "name": "Shared", "nodes": nodes, "edges": [["ada", "bob"]]}
    created: Template = made(document)
    return created


@pytest.fixture
def two(editor_of: Callable[..., Editor], template: Template) -> tuple[Editor, Editor]:
    """Who saves first, and who comes second."""
    return editor_of("admin", template), editor_of("builder", template)


def asked(editor: Editor, who: str = "admin") -> Locator:
    """The question is there, says who saved, and nothing is sent meanwhile."""
    dialog = dialog_of(editor)
    expect(dialog).to_be_visible(timeout=WAIT_MS)
    expect(dialog).to_contain_text(f"{who} saved this template")
    state(editor, "conflict")
    expect(editor.page.locator("save-state")).to_have_text(f"Changed by {who}")
    return dialog


def test_written_moved_and_connected_on_two_sides_is_merged(two: tuple[Editor, Editor], template: Template) -> None:
    first, second = two
    base = drafted(template)
    retitle(first, "ada", "Theirs")
    first.hand.click(first.title("bob"))
    first.hand.press("ArrowDown", "ArrowDown")
    first.saved()
    theirs = drafted(template)
    second.page.bring_to_front()
    second.hand.drag(second.port("eve", "out"), second.port("bob", "in"))
    dialog = asked(second)
    assert drafted(template) == theirs
    second.hand.click(dialog.get_by_role("button", name="Merge"))
    second.saved()
    expect(second.title("ada")).to_have_text("Theirs")
    merged = drafted(template)
    assert titles(template) == {"ada": "Theirs", "bob": "Bob", "eve": "Eve"}
    assert merged["edges"] == [["ada", "bob"], ["eve", "bob"]]
    places = {node["key"]: node["position"] for node in merged["nodes"]}
    assert places == {node["key"]: node["position"] for node in theirs["nodes"]}
    assert places["bob"] == [base["nodes"][1]["position"][0], base["nodes"][1]["position"][1] + 16]

    first.page.bring_to_front()  # who was first is now behind, and takes part in the same way
    retitle(first, "ada", "Theirs again")
    dialog = asked(first, "builder")
    first.hand.click(dialog.get_by_role("button", name="Merge"))
    first.saved()
    assert titles(template) == {"ada": "Theirs again", "bob": "Bob", "eve": "Eve"}
    assert drafted(template)["edges"] == merged["edges"]


def test_what_both_changed_is_named_and_the_question_stays_until_it_is_answered(
    two: tuple[Editor, Editor], template: Template
) -> None:
    first, second = two
    retitle(first, "bob", "Theirs")
    first.saved()
    second.page.bring_to_front()
    retitle(second, "bob", "Mine")
    dialog = asked(second)
    merge = dialog.get_by_role("button", name="Merge")
    expect(merge).to_be_disabled()
    expect(merge).to_contain_text("Both of you changed: Mine. These cannot be merged.")
    expect(dialog.get_by_role("button", name="Mine as a copy")).to_be_focused()
    second.hand.press("Escape", "Escape", "Escape")
    expect(dialog).to_be_visible()
    assert titles(template)["bob"] == "Theirs"
    second.page.reload()  # the browser kept the draft and what it began with
    second.ready()
    dialog = asked(second)
    expect(second.title("bob")).to_have_text("Mine")
    expect(dialog.get_by_role("button", name="Merge")).to_contain_text("Both of you changed: Mine.")
    dialog.get_by_role("button", name="Mine as a copy").focus()
    second.hand.press("Enter")
    expect(second.page).not_to_have_url(f"{template.site.url}{template.path}", timeout=WAIT_MS)
    second.ready()
    copy = Template(template.site, second.page.url.rstrip("/").split("/")[-1])
    assert titles(copy)["bob"] == "Mine"
    assert drafted(copy)["name"] == "Shared (copy)"
    assert titles(template)["bob"] == "Theirs"
    second.open(template)  # and is not asked again
    expect(second.title("bob")).to_have_text("Theirs")
    expect(dialog_of(second)).to_be_hidden()
    state(second, "saved")


def test_what_one_took_away_and_the_other_wrote_in_is_named(two: tuple[Editor, Editor], template: Template) -> None:
    first, second = two
    first.hand.click(first.title("eve"))
    first.hand.press("Delete")
    first.saved()
    second.page.bring_to_front()
    retitle(second, "eve", "Mine")
    dialog = asked(second)
    merge = dialog.get_by_role("button", name="Merge")
    expect(merge).to_be_disabled()
    expect(merge).to_contain_text("Both of you changed: Mine.")
    with second.page.expect_download() as download:
        second.hand.click(dialog.get_by_role("button", name=re.compile("^Theirs")))
    assert '"title": "Mine"' in download.value.path().read_text()
    expect(dialog).to_be_hidden()
    second.saved()
    expect(second.node("eve")).to_have_count(0)
    assert titles(template) == {"ada": "Ada", "bob": "Bob"}
    retitle(second, "ada", "Going on")
    second.saved()
    assert titles(template) == {"ada": "Going on", "bob": "Bob"}

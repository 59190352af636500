"""A person imports a template, publishes it twice, compares, restores, undoes, and tidies up on the space home."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.watching import Watched

pytestmark = [pytest.mark.browser, pytest.mark.processes]
FILE = """aime: 1
name: Life of a template
nodes:
  - key: write
    type: task
    title: Write it
    prompt: Write a long text.
    outputs:
      - {name: text, type: text, description: The text}
"""
OTHER = (
    FILE.replace("a long text", "a short text")
    + """  - key: check
    type: task
    title: Check it
    prompt: 'Check this: {{ text }}'
    inputs:
      - {name: text, type: text, from: write.text}
    outputs:
      - {name: verdict, type: text, description: The verdict}
edges:
  - [write, check]
"""
)


def bring_in(page: Page, text: str) -> None:
    page.goto("/s/demo/")
    page.get_by_role("link", name="Import").click()
    page.get_by_label("File").set_input_files({"name": "life.yaml", "mimeType": "text/yaml", "buffer": text.encode()})
    page.get_by_role("button", name="Import", exact=True).click()


def in_editor(page: Page) -> None:
    page.wait_for_url("**/workflows/life-of-a-template/")
    page.wait_for_selector("body[data-ready]")
    expect(page.locator(".canvas-node").first).to_be_visible()


def publish(watched: Watched, note: str, number: int) -> None:
    page = watched.page
    page.get_by_role("button", name=re.compile("Publish")).first.click()
    expect(page.get_by_label("What is new?")).to_be_focused()
    watched.look_closely(f"publish dialog {number}")
    page.keyboard.type(note)
    page.get_by_role("button", name=f"Publish version {number}").click()
    expect(page.get_by_role("heading", name=f"Version {number} is live")).to_be_visible()
    expect(page.get_by_role("link", name="Run now")).to_have_attribute("href", re.compile("/start/$"))
    page.get_by_role("button", name="Go on editing").click()


def test_life_of_a_template(browser_of: Callable[..., Watched]) -> None:
    watched = browser_of("builder")
    page = watched.page
    bring_in(page, FILE.replace("type: task", "type: tusk"))
    expect(page.get_by_text("did you mean task?")).to_be_visible()
    watched.look_closely("import with problems")
    bring_in(page, FILE)
    in_editor(page)
    expect(page.get_by_text("was imported as a new template")).to_be_visible()
    publish(watched, "The first", 1)

    bring_in(page, OTHER)
    expect(page.get_by_role("heading", name="There is a workflow “Life of a template” already")).to_be_visible()
    watched.look_closely("import over a draft")
    page.get_by_role("button", name="Replace its draft").click()
    in_editor(page)
    page.get_by_role("button", name=re.compile("Publish")).first.click()
    expect(page.locator("mark").filter(has_text="short")).to_be_visible()
    page.keyboard.press("Escape")
    publish(watched, "With a check", 2)

    compare_and_restore(watched)
    tidy_up(watched)
    watched.assert_no_complaints()


def compare_and_restore(watched: Watched) -> None:
    """See what was new, make the first version the draft, and take that back."""
    page = watched.page
    page.get_by_role("button", name="Versions").first.click()
    page.get_by_role("link", name="What was new in version 2").click()
    expect(page.locator('.canvas-node[data-key="check"]')).to_contain_text("Added")
    watched.look_closely("comparison")
    page.go_back()
    in_editor(page)
    page.get_by_role("button", name="Versions").first.click()
    watched.look_closely("versions")
    page.get_by_role("link", name="Restore version 1").click()
    expect(page.get_by_role("heading", name="Make version 1 the draft?")).to_be_visible()
    watched.look_closely("restore")
    page.get_by_role("button", name="Restore", exact=True).click()
    expect(page.get_by_role("heading", name="Version 1 is the draft now")).to_be_visible()
    expect(page.locator(".canvas-node")).to_have_count(1)
    page.get_by_role("dialog").get_by_role("button", name="Undo").click()
    expect(page.get_by_text("The former draft is back")).to_be_visible()
    in_editor(page)
    expect(page.locator(".canvas-node")).to_have_count(2)


def tidy_up(watched: Watched) -> None:
    """Find it on the home, mark, export and copy it, and delete both, with the keyboard where there is a menu."""
    page = watched.page
    page.goto("/s/demo/")
    page.wait_for_selector("body[data-ready]")
    page.get_by_role("searchbox", name="Find a template").press_sequentially("life of")
    expect(page.get_by_role("row")).to_have_count(2)
    expect(page).to_have_url(re.compile(r"\?q=life\+of"))
    star = page.get_by_role("button", name="Life of a template is a favourite")
    star.click()
    expect(star).to_have_attribute("aria-pressed", "true")
    page.get_by_role("searchbox").fill("")
    expect(page.get_by_role("row").nth(1)).to_contain_text("Life of a template")
    watched.look_closely("home")

    page.get_by_role("button", name="More acts on Life of a template").press("Enter")
    watched.look_closely("menu of a template")
    with page.expect_download() as download:
        page.get_by_role("link", name="Export").locator("visible=true").click()
    assert download.value.suggested_filename == "life-of-a-template.yaml"
    assert "a short text" in Path(download.value.path()).read_text("utf-8")
    if not page.get_by_role("button", name="Duplicate").locator("visible=true").count():
        page.get_by_role("button", name="More acts on Life of a template").press("Enter")
    page.get_by_role("button", name="Duplicate").locator("visible=true").press("Enter")
    expect(page.get_by_text("This is a copy of “Life of a template”")).to_be_visible()

    page.goto("/s/demo/")
    for name in ("Life of a template (copy)", "Life of a template"):
        page.get_by_role("button", name=f"More acts on {name}", exact=True).press("Enter")
        page.get_by_role("button", name="Delete").locator("visible=true").press("Enter")
        page.get_by_role("dialog").get_by_role("button", name="Delete").click()
        expect(page.get_by_text(f"“{name}” is deleted")).to_be_visible()

"""A person writes a task template with a live preview, saves two versions of it, and loses nothing to a colleague."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.watching import Watched

pytestmark = [pytest.mark.browser, pytest.mark.processes]
LIST = "/s/demo/task-templates/"
PROMPT = "Review with a focus on {{ focus }}.\n\n{{ code }}"


def write(page: Page, label: str, words: str) -> None:
    """Write as a person does, over what stands there."""
    page.get_by_role("textbox", name=label).first.click()
    page.keyboard.press("Control+A")
    page.keyboard.type(words)


def declare_both(page: Page) -> None:
    """Write the prompt, and declare what the preview finds in it."""
    write(page, "Prompt", PROMPT)
    preview = page.get_by_label("Preview", exact=True)
    expect(preview.get_by_text("missing")).to_have_count(2)
    expect(preview.get_by_label("The first message")).to_have_text(PROMPT, use_inner_text=True)
    preview.get_by_role("button", name="Declare focus").click()
    first, second = (page.get_by_role("group", name=f"Input {number}") for number in (1, 2))
    expect(first.get_by_role("textbox", name="Name")).to_have_value("focus")
    expect(page.get_by_role("textbox", name="Prompt")).to_have_value(PROMPT)
    write(page, "Default or value", "faults")
    expect(preview.get_by_label("The first message")).to_contain_text("a focus on faults.")
    preview.get_by_role("button", name="Declare code").click()
    second.get_by_label("Comes from").select_option("bind")
    expect(second.get_by_role("textbox", name="Default or value")).to_have_count(0)
    expect(preview.get_by_text("missing")).to_have_count(0)


def test_task_template_is_written_with_a_live_preview(browser_of: Callable[..., Watched]) -> None:
    watched = browser_of("builder")
    page = watched.page
    page.goto(LIST)
    watched.look_closely("empty list")
    page.get_by_role("link", name="New task template").first.click()
    page.wait_for_selector("body[data-ready]")
    write(page, "Name", "Close review")
    declare_both(page)
    watched.look_closely("form")

    page.get_by_role("button", name="Add output").click()
    output = page.get_by_role("group", name="Output 1")
    output.get_by_role("textbox", name="Name").fill("no name")
    page.get_by_role("button", name="Save task template").click()
    expect(output.get_by_text("Must begin with a letter")).to_be_visible()
    expect(page.get_by_role("textbox", name="Prompt")).to_have_value(PROMPT)
    watched.look_closely("form with an error")
    output.get_by_role("textbox", name="Name").fill("findings")
    page.get_by_role("textbox", name="Name").first.press("Enter")  # saves; it does not remove the first row
    page.wait_for_url(re.compile(rf"{LIST}close-review/$"))
    expect(page.get_by_text("is saved as version 1.")).to_be_visible()
    watched.look_closely("task template")
    delete(page, "Close review")
    watched.assert_no_complaints()


def test_two_people_edit_one_task_template(browser_of: Callable[..., Watched]) -> None:
    watched = browser_of("builder")
    page = watched.page
    page.goto(f"{LIST}new/")
    page.wait_for_selector("body[data-ready]")
    write(page, "Name", "Shared review")
    write(page, "Prompt", "Review it.")
    page.get_by_role("button", name="Save task template").click()
    page.wait_for_url(re.compile(rf"{LIST}shared-review/$"))

    page.get_by_role("link", name="Edit").click()
    page.wait_for_url(re.compile(r"/edit/$"))
    colleague = browser_of("admin").page
    colleague.goto(page.url)
    write(page, "Prompt", "Review it. Be brief.")
    write(page, "What changed", "Shorter")
    page.get_by_role("button", name="Save as the next version").click()
    page.wait_for_url(re.compile(rf"{LIST}shared-review/$"))
    colleague.wait_for_selector("body[data-ready]")
    write(colleague, "Prompt", "Review it. Be thorough.")
    colleague.get_by_role("button", name="Save as the next version").click()
    expect(colleague.get_by_text("saved version 2 meanwhile")).to_be_visible()
    expect(colleague.get_by_role("textbox", name="Prompt")).to_have_value("Review it. Be thorough.")
    colleague.get_by_role("button", name="Save as the next version").click()
    expect(colleague.get_by_text("Saved as version 3.")).to_be_visible()

    page.goto(f"{LIST}shared-review/comparison/?before=1&after=2")
    expect(page.get_by_text("Be brief.").last).to_be_visible()
    watched.look_closely("comparison")
    page.goto(LIST)
    watched.look_closely("list")
    delete(page, "Shared review")
    watched.assert_no_complaints()


def delete(page: Page, name: str) -> None:
    """Delete a task template from the list."""
    page.goto(LIST)
    page.wait_for_selector("body[data-ready]")
    page.get_by_role("button", name=f"Acts on {name}").click()
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Deleted.")).to_be_visible()
    expect(page.get_by_role("link", name=name)).to_have_count(0)

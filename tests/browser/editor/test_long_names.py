"""Long names of spaces and templates are cut; they push nothing out of the window."""

import subprocess
import sys
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site
from tests.browser.editor.conftest import Editor
from tests.browser.watching import DESK, PHONE
from tests.processes.queue_harness import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.processes]

SPACE = "The international customer success and onboarding platform engineering department of Rotterdam"
NAME = "From-a-requirement-of-a-customer-to-a-reviewed-and-released-change-of-the-product-with-documents"
NARROW = {"width": 1000, "height": 800}
# What is cut off by the side it stands in.
SPILLS = """
(box) => {
  const { left, right } = box.getBoundingClientRect();
  const shown = [...box.querySelectorAll('a, h1, button')].filter((one) => one.checkVisibility());
  const spills = (one) => one.getBoundingClientRect().right > right + 1 || one.getBoundingClientRect().left < left - 1;
  return shown.filter(spills).map((one) => one.textContent.trim());
}
"""

IS_WHOLE = "(element) => element.scrollWidth <= element.clientWidth"


@pytest.fixture
def long_space(site: Site) -> str:
    """The slug of a space with a long name."""
    slug = "long-names"
    command = [sys.executable, "-m", "tests.browser.editor.spaces", slug, SPACE]
    subprocess.run(command, cwd=ROOT, env=site.aime.env(), check=True, timeout=300)
    return slug


def stays_inside(page: Page, *places: str) -> None:
    for place in places:
        spilled = page.locator(place).first.evaluate(SPILLS)
        assert not spilled, f"{place} at {page.url}: {spilled}"


def test_long_names_push_nothing_away(editor_of: Callable[..., Editor], long_space: str) -> None:
    editor = editor_of("builder")
    page = editor.page
    page.goto(f"/s/{long_space}/")
    page.wait_for_selector("body[data-ready]")
    stays_inside(page, ".side__group", ".page__header")
    expect(page.locator(f'.side__group [title="{SPACE}"]')).to_be_visible()
    page.get_by_role("button", name="New workflow").first.click()
    editor.ready()
    name = page.get_by_role("textbox", name="Name of the template")
    editor.hand.write(name, NAME)
    editor.saved()
    for size in (None, NARROW, PHONE):
        if size:
            page.set_viewport_size(size)  # type: ignore[arg-type]
        expect(page.locator('[data-part="publish"]')).to_be_in_viewport(ratio=1)
        expect(name).to_be_in_viewport(ratio=1)
        editor.watched.judge("editor with long names")
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    page.goto(f"{page.url}versions/")
    assert page.get_by_role("heading", name="Versions", level=1).evaluate(IS_WHOLE), "the page's own name is cut"
    stays_inside(page, ".page__header")
    editor.watched.look_closely("versions with long names")

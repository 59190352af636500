"""A person drops a template file on the import page: it is imported, or its problems are listed."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.watching import Watched
from tests.workflows.texts import EXAMPLE

pytestmark = [pytest.mark.browser, pytest.mark.processes]
GOOD = EXAMPLE.replace("name: Requirement to code", "name: Dropped")
WAIT_MS = 60_000


def drag(page: Page, paths: list[Path], target: str, *kinds: str) -> None:
    """Drag files of the desktop over a thing; the browser's own input events, which no mouse of a test can make."""
    box = page.locator(target).bounding_box()
    assert box is not None
    cdp = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    for kind in kinds:
        place = {"x": box["x"] + box["width"] / 2, "y": box["y"] + 20}
        cdp.send("Input.dispatchDragEvent", {"type": kind, "data": data, **place})


def drop(page: Page, paths: list[Path], target: str = ".file-drop__zone") -> None:
    drag(page, paths, target, "dragEnter", "dragOver", "drop")


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """A template file, one with two faults, one that is too large."""
    texts = {
        "good": GOOD,
        "bad": GOOD.replace("type: task", "type: tusk", 1).replace("analyse.analysis}", "analyse.analysys}"),
        "large": "#" * (2**20 + 1),
    }
    paths = {name: tmp_path / f"{name}.yaml" for name in texts}
    for name, text in texts.items():
        paths[name].write_text(text, encoding="utf-8")
    return paths


def test_dropped_file_is_imported_or_its_problems_are_listed(
    browser_of: Callable[..., Watched], files: dict[str, Path]
) -> None:
    watched = browser_of("builder")
    page = watched.page
    page.goto("/s/demo/imports/")
    page.wait_for_selector("body[data-ready]")
    watched.look_closely("import")
    drag(page, [files["bad"]], ".file-drop__zone", "dragEnter", "dragOver")
    expect(page.locator("file-drop.is-over")).to_be_attached()
    watched.judge("import, a file above it")
    drag(page, [files["bad"]], ".page__header", "dragOver")
    expect(page.locator("file-drop.is-over")).to_have_count(0)

    drop(page, [files["bad"], files["good"]])
    expect(page.get_by_role("alert")).to_contain_text("Drop one file.")
    drop(page, [files["large"]])
    expect(page.get_by_role("alert")).to_contain_text("larger than 1 MiB")
    watched.judge("import, a file that is refused")

    drop(page, [files["bad"]])
    problems = page.get_by_role("alert", name="This is not a template file")
    expect(problems.get_by_role("listitem")).to_have_count(2, timeout=WAIT_MS)
    expect(problems).to_contain_text("did you mean task?")
    watched.look_closely("import, problems of a dropped file")

    drop(page, [files["good"]], ".page__header")
    expect(problems).to_be_visible()  # beside the form nothing is imported, and the page stays
    drop(page, [files["good"]])
    page.wait_for_url("**/workflows/dropped/", timeout=WAIT_MS)
    expect(page.get_by_text("was imported as a new template")).to_be_visible()
    watched.assert_no_complaints()

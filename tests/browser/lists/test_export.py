"""The history as a file: what the browser keeps is a table that spreadsheets read as it was meant."""

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.watching import Watched

pytestmark = [pytest.mark.browser, pytest.mark.processes]

TITLES = [
    '发票, "加急"；第二行在下面\n第二行 𠮷 👩‍💻',
    "Plain",
    '=HYPERLINK("http://example.com","click")',
    "+1, -1",
    "-2+3",
    "@SUM(A1:A9)",
]


def test_csv_of_what_is_listed_is_downloaded(
    slug: str, run_of: Callable[[str], str], browser_of: Callable[..., Watched], tmp_path: Path
) -> None:
    runs = {run_of(title): title for title in TITLES}
    watched = browser_of("builder")
    page = watched.page
    page.goto("/s/demo/runs/")
    page.get_by_label("Template", exact=True).select_option(slug)
    page.get_by_label("Until").fill("2999-12-31")
    expect(page).to_have_url(re.compile(rf"\?template={slug}&until=2999-12-31$"))
    with page.expect_download() as started:
        page.get_by_role("link", name="CSV").click()
    download = started.value
    assert re.fullmatch(r"demo-\d{4}-\d\d-\d\d\.csv", download.suggested_filename)
    kept = tmp_path / "kept.csv"
    download.save_as(kept)
    content = kept.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf") and content.endswith(b"\r\n")
    head, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    assert {len(row) for row in rows} == {len(head)}
    titles = {row[0]: row[head.index("Task")] for row in rows}
    assert {run: titles[run].removeprefix("'") for run in runs} == runs
    assert {title for title in titles.values() if title.startswith("'")} == {f"'{title}" for title in TITLES[2:]}
    assert list(titles)[: len(runs)] == list(runs)[::-1]  # the newest first, as in the list
    assert {row[head.index("Template")] for row in rows} == {"One step to list"}
    watched.assert_no_complaints()

"""Tables and patches as a page shows them, bounded."""

import pytest

from runs.pages.artifacts.patches import patch_lines
from runs.pages.artifacts.tables import CELL_CHARS, COLUMNS_SHOWN, ROWS_SHOWN, read_table
from workflows.text_diff import LINES_SHOWN

PATCH = """diff --git a/x b/x
index 1..2 100644
--- a/x
+++ b/x
@@ -1,3 +1,3 @@ def f():
 same
--- a title, removed
+++ a title, added
 same
\\ No newline at end of file
@@ -9 +9 @@
-old
+new
--- a/y
+++ b/y
"""


def test_hunk_counts_decide_what_is_a_line_and_what_is_a_head() -> None:
    assert [(line.kind, line.text) for line in patch_lines(PATCH)] == [
        ("head", "diff --git a/x b/x"), ("head", "index 1..2 100644"), ("head", "--- a/x"), ("head", "+++ b/x"),
        ("head", "@@ -1,3 +1,3 @@ def f():"), ("same", "same"), ("removed", "-- a title, removed"),
        ("added", "++ a title, added"), ("same", "same"), ("head", "\\ No newline at end of file"),
        ("head", "@@ -9 +9 @@"), ("removed", "old"), ("added", "new"), ("head", "--- a/y"), ("head", "+++ b/y"),
    ]  # fmt: skip


def test_long_patch_is_cut_and_no_patch_is_all_heads() -> None:
    long = patch_lines("@@ -0,0 +1,9999 @@\n" + "+x\n" * 9999)
    assert (len(long), long[-1].kind, long[-1].count) == (LINES_SHOWN + 1, "gap", 10_000 - LINES_SHOWN)
    assert {line.kind for line in patch_lines("just\nwords")} == {"head"}


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separator_is_the_one_of_the_first_line(separator: str) -> None:
    table = read_table("x.csv", f'a{separator}b\n1{separator}"x{separator}y"\n', is_cut=False)
    assert table is not None
    assert (table.head, table.rows) == (("a", "b"), (("1", f"x{separator}y"),))
    assert not table.has_more_rows and not table.has_more_columns


def test_rows_are_as_wide_as_the_widest_and_empty_ones_are_left_out() -> None:
    table = read_table("x.csv", "\ufeffname,n\n\n张三,1,more\n李四\n", is_cut=False)
    assert table is not None
    assert (table.head, table.rows) == (("name", "n", ""), (("张三", "1", "more"), ("李四", "", "")))


def test_large_table_is_bounded_in_every_direction() -> None:
    row = ",".join(["x" * 1000] * 100)
    table = read_table("x.csv", "\n".join([row] * 3000), is_cut=False)
    assert table is not None
    assert (len(table.head), len(table.rows)) == (COLUMNS_SHOWN, ROWS_SHOWN)
    assert len(table.rows[0][0]) == CELL_CHARS + 1
    assert table.has_more_rows and table.has_more_columns


def test_row_that_is_cut_in_the_middle_is_not_shown() -> None:
    table = read_table("x.csv", 'a,b\n1,2\n3,"4', is_cut=True)
    assert table is not None
    assert (table.rows, table.has_more_rows) == ((("1", "2"),), True)


@pytest.mark.parametrize("text", ["", "\n\n", 'a,b\n"' + "x" * 200_000])
def test_what_is_no_table_stays_text(text: str) -> None:
    assert read_table("x.csv", text, is_cut=False) is None

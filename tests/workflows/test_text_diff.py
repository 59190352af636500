"""The difference of two texts, as lines."""

from itertools import pairwise
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.text_blocks import LINES_MATCHED, blocks
from workflows.text_diff import LINES_SHOWN, Line, diff, whole

TEXTS = st.lists(st.sampled_from(["a b", "a c", "x", "", "需求 分析", "one two three"]), max_size=12).map("\n".join)


def lines(found: tuple[Line, ...]) -> list[tuple[str, str]]:
    return [(line.kind, line.text if line.kind != "gap" else str(line.count)) for line in found]


def marks(line: Line) -> str:
    return "".join(f"[{text}]" if marked else text for text, marked in line.parts)


def test_words_that_differ_are_marked() -> None:
    found = diff("Analyse this requirement.\nBe short.", "Analyse that requirement.\nBe short.")
    assert [(line.kind, marks(line)) for line in found] == [
        ("removed", "Analyse [this] requirement."),
        ("added", "Analyse [that] requirement."),
        ("same", "Be short."),
    ]


def test_chinese_is_marked_by_the_character() -> None:
    removed, added = diff("分析这个需求", "分析那个需求")
    assert (marks(removed), marks(added)) == ("分析[这]个需求", "分析[那]个需求")


def test_lines_with_nothing_in_common_have_no_marks() -> None:
    removed, added = diff("completely", "different words here")
    assert (marks(removed), marks(added)) == ("completely", "different words here")


def test_what_stayed_is_shortened() -> None:
    before = "\n".join(str(number) for number in range(20))
    found = lines(diff(before, before.replace("10", "ten")))
    assert found == [
        ("gap", "8"), ("same", "8"), ("same", "9"), ("removed", "10"), ("added", "ten"),
        ("same", "11"), ("same", "12"), ("gap", "7"),
    ]  # fmt: skip


def test_one_side_only() -> None:
    assert lines(whole("a\nb", "added")) == [("added", "a"), ("added", "b")]
    assert lines(diff("", "a")) == [("added", "a")]


@given(TEXTS, TEXTS)
def test_every_line_of_both_texts_is_accounted_for(before: str, after: str) -> None:
    found = diff(before, after)
    gaps = sum(line.count for line in found if line.kind == "gap")
    count = {kind: sum(line.kind == kind for line in found) for kind in ("same", "removed", "added")}
    assert count["same"] + count["removed"] + gaps == len(before.splitlines())
    assert count["same"] + count["added"] + gaps == len(after.splitlines())


@pytest.mark.parametrize("after", [
    "\n".join(str(n) for n in reversed(range(50_000))),
    "\n".join(["x"] * 50_000),
    "y" * 200_000,
])  # fmt: skip
def test_large_texts_take_little_room(after: str) -> None:
    before = "\n".join(str(n) for n in range(50_000))
    found = diff(before, after)
    assert len(found) <= LINES_SHOWN + 1


def test_a_change_inside_a_long_text_is_found() -> None:
    before = [f"line {n}" for n in range(LINES_MATCHED * 3)]
    after = [*before[:1000], "new", *before[1000:]]
    found = lines(diff("\n".join(before), "\n".join(after)))
    assert [line for line in found if line[0] in ("added", "removed")] == [("added", "new")]


def test_changes_far_apart_in_a_long_text_are_found_each() -> None:
    before = [f"line {n}" if n % 3 else "the same again" for n in range(LINES_MATCHED * 6)]
    after = [*before]
    for place in (10, 1000, 2500, 4700):
        after[place] = f"changed {place}"
    found = lines(diff("\n".join(before), "\n".join(after)))
    assert sum(kind == "removed" for kind, _text in found) == 4
    assert [text for kind, text in found if kind == "added"] == [
        "changed 10", "changed 1000", "changed 2500", "changed 4700",
    ]  # fmt: skip


@given(TEXTS, TEXTS, st.integers(0, 3))
def test_blocks_of_long_texts_cover_both_and_alternate(before: str, after: str, limit: int) -> None:
    """As for short ones, whatever is left to match."""
    old, new = before.splitlines(), after.splitlines()
    with patch("workflows.text_blocks.LINES_MATCHED", limit):
        found = blocks(old, new)
    a = c = 0
    for tag, i, j, k, m in found:
        assert (i, k) == (a, c) and (j, m) != (i, k)
        assert (old[i:j] == new[k:m]) is (tag == "equal")
        a, c = j, m
    assert (a, c) == (len(old), len(new))
    assert all((one[0] == "equal") != (two[0] == "equal") for one, two in pairwise(found))

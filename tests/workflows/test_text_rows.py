"""A difference in two columns."""

from hypothesis import given
from hypothesis import strategies as st

from workflows.text_diff import diff, whole
from workflows.text_rows import Cell, side_by_side

TEXTS = st.lists(st.sampled_from(["a b", "a c", "x", "", "需求 分析", "one two three"]), max_size=14).map("\n".join)


def text(cell: Cell | None) -> str:
    return f"{cell.number}:{''.join(part for part, _ in cell.parts)}" if cell else ""


def columns(before: str, after: str) -> list[tuple[str, str, str]]:
    return [(row.kind, text(row.old), text(row.new)) for row in side_by_side(diff(before, after))]


def test_what_was_removed_stands_beside_what_was_added() -> None:
    assert columns("one two three\na\nb", "one two four\na\nb\nc") == [
        ("changed", "1:one two three", "1:one two four"),
        ("same", "2:a", "2:a"),
        ("same", "3:b", "3:b"),
        ("changed", "", "4:c"),
    ]


def test_lines_after_a_gap_have_their_numbers() -> None:
    before = "\n".join(str(number) for number in range(1, 31))
    rows = side_by_side(diff(before, before.replace("\n20\n", "\n20\nnew\n")))
    assert (rows[0].kind, rows[0].count) == ("gap", 18)
    assert [(text(row.old), text(row.new)) for row in rows[1:5]] == [
        ("19:19", "19:19"), ("20:20", "20:20"), ("", "21:new"), ("21:21", "22:21"),
    ]  # fmt: skip


def test_text_on_one_side_only() -> None:
    assert [(text(row.old), text(row.new)) for row in side_by_side(whole("a\nb", "removed"))] == [
        ("1:a", ""),
        ("2:b", ""),
    ]


@given(TEXTS, TEXTS)
def test_each_side_holds_its_own_lines_under_their_numbers(before: str, after: str) -> None:
    rows = side_by_side(diff(before, after))
    for side, source in (("old", before.splitlines()), ("new", after.splitlines())):
        cells = [cell for row in rows if (cell := getattr(row, side))]
        assert [source[cell.number - 1] for cell in cells] == [
            "".join(part for part, _ in cell.parts) for cell in cells
        ]
        assert [cell.number for cell in cells] == sorted({cell.number for cell in cells})
        assert len(cells) + sum(row.count for row in rows) == len(source)

"""Comma-separated text as a table, no larger than a page can bear. What is no table stays text."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

SUFFIXES = (".csv", ".tsv")
ROWS_SHOWN = 200
COLUMNS_SHOWN = 40
CELL_CHARS = 400
_SEPARATORS = ",;\t|"


@dataclass(frozen=True)
class Table:
    """The first row, taken for the names of the columns, and those below it. Every row has as many cells as `head`.

    `total`: how many rows there are below the first, None where that was not read to the end.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    has_more_rows: bool
    has_more_columns: bool
    total: int | None = None
    columns: int = 0

    @property
    def is_part(self) -> bool:
        """Say whether rows or columns are left out."""
        return self.has_more_columns or self.total != len(self.rows)


def read_table(name: str, text: str, *, is_cut: bool) -> Table | None:
    """Read the beginning of a table. `is_cut`: the text ends anywhere. None where it is no table.

    Costs what it shows: rows behind the last one shown are only counted.
    """
    text = text.removeprefix("\ufeff")
    first = text.partition("\n")[0]
    separator = "\t" if name.lower().endswith(".tsv") else max(_SEPARATORS, key=first.count)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        rows = list(islice(reader, ROWS_SHOWN + 2))
    except csv.Error:  # a quote that never ends, or a cell of more than 128 KiB
        return None
    if is_cut and len(rows) <= ROWS_SHOWN + 1:
        rows = rows[:-1]
    rows = [row for row in rows if row]
    more = None if is_cut else _count(reader)
    if not rows:
        return None
    width = max(len(row) for row in rows)
    shown = [_padded(row, min(width, COLUMNS_SHOWN)) for row in rows[: ROWS_SHOWN + 1]]
    return Table(
        head=shown[0],
        rows=tuple(shown[1:]),
        has_more_rows=is_cut or len(rows) > ROWS_SHOWN + 1,
        has_more_columns=width > COLUMNS_SHOWN,
        total=None if more is None else len(rows) - 1 + more,
        columns=width,
    )


def _count(rows: Iterable[list[str]]) -> int | None:
    try:
        return sum(1 for row in rows if row)
    except csv.Error:  # it stops being a table further down
        return None


def _padded(row: list[str], width: int) -> tuple[str, ...]:
    cells = [cell if len(cell) <= CELL_CHARS else f"{cell[:CELL_CHARS]}…" for cell in row[:width]]
    return tuple(cells + [""] * (width - len(cells)))

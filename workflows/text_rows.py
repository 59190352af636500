"""PURE. The lines of a difference beside each other, with their numbers in both texts."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from workflows.text_diff import Line, Part


@dataclass(frozen=True)
class Cell:
    """A line of one of the two texts. `number` counts from 1 in that text."""

    number: int
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Row:
    """What stands at one height: both sides of a line that stayed or was changed, or one side; of a gap its lines."""

    kind: Literal["same", "changed", "gap"]
    old: Cell | None = None
    new: Cell | None = None
    count: int = 0


def side_by_side(lines: Iterable[Line]) -> tuple[Row, ...]:
    """Put what was removed beside what was added in its place. Lines come as `text_diff.diff` orders them."""
    return tuple(_rows(lines))


def _rows(lines: Iterable[Line]) -> Iterator[Row]:
    old = new = 1
    removed: list[Cell] = []
    added: list[Cell] = []
    for line in lines:
        if line.kind == "removed":
            removed.append(Cell(old, line.parts))
            old += 1
        elif line.kind == "added":
            added.append(Cell(new, line.parts))
            new += 1
        else:
            yield from _changed(removed, added)
            removed, added = [], []
            if line.kind == "gap":
                yield Row("gap", count=line.count)
            else:
                yield Row("same", Cell(old, line.parts), Cell(new, line.parts))
            old, new = old + (line.count or 1), new + (line.count or 1)
    yield from _changed(removed, added)


def _changed(removed: list[Cell], added: list[Cell]) -> Iterator[Row]:
    for place in range(max(len(removed), len(added))):
        old = removed[place] if place < len(removed) else None
        new = added[place] if place < len(added) else None
        yield Row("changed", old, new)

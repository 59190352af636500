"""Two texts → lines that were removed, added or stayed, with the words marked that differ inside a line. Pure.

Bounded on purpose: lines are matched by `text_blocks`, past LINES_SHOWN lines a difference is cut, and long lines get
no marks inside.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Literal

from workflows.text_blocks import blocks

CONTEXT_LINES = 2
LINES_SHOWN = 400
MARKED_CHARS = 2000
ALIKE = 0.4  # below, two lines share no more than any two lines do; marks would be noise
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|\w+|\s+|.", re.DOTALL)

Kind = Literal["same", "added", "removed", "gap", "head"]
Part = tuple[str, bool]  # text, does it differ


@dataclass(frozen=True)
class Line:
    """One line. Of a gap `count` lines are left out. A head names a file or a place (only in patches)."""

    kind: Kind
    parts: tuple[Part, ...] = ()
    count: int = 0

    @property
    def text(self) -> str:
        return "".join(text for text, _ in self.parts)


def diff(before: str, after: str) -> tuple[Line, ...]:
    """Return the lines of a difference, what stayed shortened to a few lines around it."""
    old, new = before.splitlines(), after.splitlines()
    lines: list[Line] = []
    found = blocks(old, new)
    for place, (tag, a, b, c, d) in enumerate(found):
        if tag == "equal":
            lines += _context(old[a:b], is_first=place == 0, is_last=place == len(found) - 1)
        else:
            lines += _replaced(old[a:b], new[c:d])
    return _cut(lines)


def whole(text: str, kind: Literal["added", "removed"]) -> tuple[Line, ...]:
    """Return a text that is there on one side only."""
    return _cut([Line(kind, ((line, False),)) for line in text.splitlines()])


def _context(lines: list[str], *, is_first: bool, is_last: bool) -> Iterator[Line]:
    """Give the lines beside a change; what is further away becomes a gap."""
    before = 0 if is_first else CONTEXT_LINES
    after = 0 if is_last else CONTEXT_LINES
    left_out = len(lines) - before - after
    if left_out <= 1:
        yield from (Line("same", ((line, False),)) for line in lines)
        return
    yield from (Line("same", ((line, False),)) for line in lines[:before])
    yield Line("gap", count=left_out)
    yield from (Line("same", ((line, False),)) for line in lines[len(lines) - after :])


def _replaced(old: list[str], new: list[str]) -> Iterator[Line]:
    """Give what was removed, then what was added; lines at the same place are compared word by word."""
    marked = [_marked(a, b) for a, b in zip_longest(old, new)]
    yield from (Line("removed", parts) for parts, _ in marked[: len(old)])
    yield from (Line("added", parts) for _, parts in marked[: len(new)])


def _marked(old: str | None, new: str | None) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    plain = (((old or "", False),), ((new or "", False),))
    if old is None or new is None or max(len(old), len(new)) > MARKED_CHARS:
        return plain
    a, b = _WORD.findall(old), _WORD.findall(new)
    matcher = SequenceMatcher(None, a, b, autojunk=False)
    if matcher.ratio() < ALIKE:
        return plain
    left: list[Part] = []
    right: list[Part] = []
    for tag, i, j, k, m in matcher.get_opcodes():
        left += [("".join(a[i:j]), tag != "equal")] if i < j else []
        right += [("".join(b[k:m]), tag != "equal")] if k < m else []
    return tuple(left), tuple(right)


def _cut(lines: list[Line]) -> tuple[Line, ...]:
    if len(lines) <= LINES_SHOWN:
        return tuple(lines)
    return (*lines[:LINES_SHOWN], Line("gap", count=len(lines) - LINES_SHOWN))

"""A patch as people read it: unified diffs, with one or more files, as lines of a difference."""

import re
from collections.abc import Iterator

from workflows.text_diff import LINES_SHOWN, Kind, Line

_HUNK = re.compile(r"@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@")
_KINDS: dict[str, Kind] = {"+": "added", "-": "removed"}


def patch_lines(text: str) -> tuple[Line, ...]:
    """Read a patch. What stands outside its hunks is a head; past LINES_SHOWN lines it is cut.

    The counts of a hunk decide what is in it: a removed line "-- x" is no head of a file.
    """
    lines = list(_lines(text))
    if len(lines) > LINES_SHOWN:
        return (*lines[:LINES_SHOWN], Line("gap", count=len(lines) - LINES_SHOWN))
    return tuple(lines)


def _lines(text: str) -> Iterator[Line]:
    old = new = 0  # lines that the hunk still has
    for line in text.splitlines():
        hunk = _HUNK.match(line)
        if hunk:
            old, new = (int(count) if count else 1 for count in hunk.groups())
            yield Line("head", ((line, False),))
        elif (old <= 0 and new <= 0) or line.startswith("\\"):
            yield Line("head", ((line, False),))
        else:
            kind = _KINDS.get(line[:1], "same")
            old, new = old - (kind != "added"), new - (kind != "removed")
            yield Line(kind, ((line[1:], False),))

"""PURE. Which lines of two texts belong together, in time that grows with the texts and not with their square.

Short texts are matched by `difflib` as a whole. Long ones are first cut at lines that occur once in each (the idea of
"patience diff", Bram Cohen), then matched piece by piece; a piece that is still too long is one block.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher

LINES_MATCHED = 800
Block = tuple[str, int, int, int, int]  # as in SequenceMatcher.get_opcodes: tag, lines a:b of old, c:d of new


def blocks(old: Sequence[str], new: Sequence[str]) -> list[Block]:
    """Give the blocks of both texts in order; no two neighbours are both "equal"."""
    if max(len(old), len(new)) <= LINES_MATCHED:
        return list(SequenceMatcher(None, old, new, autojunk=False).get_opcodes())
    return _merged(_pieces(old, new))


def _pieces(old: Sequence[str], new: Sequence[str]) -> Iterator[Block]:
    a = c = 0
    for b, d in (*_anchors(old, new), (len(old), len(new))):
        yield from _piece(old[a:b], new[c:d], a, c)
        a, c = b, d


def _anchors(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Find lines that occur once in each text and stand in the same order: the longest such row, O(n log n)."""
    ours, theirs = Counter(old), Counter(new)
    there = {line: place for place, line in enumerate(new) if theirs[line] == 1}
    pairs = [(place, there[line]) for place, line in enumerate(old) if ours[line] == 1 and line in there]
    ends: list[int] = []  # the smallest end in `new` of a row of each length
    last: list[int] = []  # the pair it ends with
    before = [-1] * len(pairs)
    for number, (_here, place) in enumerate(pairs):
        length = bisect_left(ends, place)
        before[number] = last[length - 1] if length else -1
        ends[length : length + 1] = [place]  # in the place of a larger end, or behind all
        last[length : length + 1] = [number]
    row = []
    number = last[-1] if last else -1
    while number >= 0:
        row.append(pairs[number])
        number = before[number]
    return row[::-1]


def _piece(old: Sequence[str], new: Sequence[str], a: int, c: int) -> Iterator[Block]:
    """Match one piece that begins at line `a` of the one text and `c` of the other."""
    shortest = min(len(old), len(new))
    head = next((i for i in range(shortest) if old[i] != new[i]), shortest)
    tail = next((i for i in range(shortest - head) if old[-1 - i] != new[-1 - i]), shortest - head)
    b, d = len(old) - tail, len(new) - tail
    yield ("equal", a, a + head, c, c + head)
    if max(b, d) - head <= LINES_MATCHED:
        for tag, i, j, k, m in SequenceMatcher(None, old[head:b], new[head:d], autojunk=False).get_opcodes():
            yield (tag, a + head + i, a + head + j, c + head + k, c + head + m)
    else:
        yield ("replace", a + head, a + b, c + head, c + d)
    yield ("equal", a + b, a + len(old), c + d, c + len(new))


def _merged(pieces: Iterable[Block]) -> list[Block]:
    """Join neighbours that are both equal or both not, and leave out empty ones."""
    found: list[Block] = []
    for tag, a, b, c, d in pieces:
        if a == b and c == d:
            continue
        if found and (found[-1][0] == "equal") == (tag == "equal"):
            first = found.pop()
            found.append((tag if tag == "equal" else "replace", first[1], b, first[3], d))
        else:
            found.append((tag, a, b, c, d))
    return found

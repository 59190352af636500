"""PURE. A line of time for bars: busy stretches to scale, long idle ones shortened, so that a night's wait for a person
does not squeeze the work into a dot."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

IDLE_SHARE = 0.06  # of all busy time: as long is an idle stretch drawn at most
LEAST_S = 1.0  # a run in which nothing took any time still has a length


@dataclass(frozen=True)
class Gap:
    """An idle stretch that was shortened. `at`: percent of the line at its middle."""

    at: float
    seconds: float


class Axis:
    """Times in seconds → percent of the line, 0 to 100."""

    def __init__(self, start: float, end: float, busy: Iterable[tuple[float, float]]) -> None:
        """`busy`: spans that are drawn to scale, in any order, also overlapping; what is outside is cut off."""
        end = max(end, start + LEAST_S)
        spans = _merged([(max(a, start), min(b, end)) for a, b in busy if b > start and a < end])
        total = sum(b - a for a, b in spans)
        longest = max(total * IDLE_SHARE, LEAST_S) if spans else end - start
        self._times, self._places = [start], [0.0]
        self._shortened: list[tuple[float, float, float]] = []
        edges = [start, *(edge for span in spans for edge in span), end]
        for number, (a, b) in enumerate(pairwise(edges)):
            is_idle = number % 2 == 0
            length = min(b - a, longest) if is_idle else b - a
            if is_idle and length < b - a:
                self._shortened.append((self._places[-1], self._places[-1] + length, b - a))
            self._times.append(b)
            self._places.append(self._places[-1] + length)
        self._length = self._places[-1]

    def at(self, time: float) -> float:
        """Place a time; what lies outside the line is at its end."""
        time = min(max(time, self._times[0]), self._times[-1])
        number = min(bisect_right(self._times, time), len(self._times) - 1)
        (a, b), (from_, to) = self._times[number - 1 : number + 1], self._places[number - 1 : number + 1]
        share = (time - a) / (b - a) if b > a else 0.0
        return round(100 * (from_ + (to - from_) * share) / self._length, 3)

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """The idle stretches that were shortened, in order."""
        return tuple(Gap(round(50 * (a + b) / self._length, 3), seconds) for a, b, seconds in self._shortened)


def _merged(spans: list[tuple[float, float]]) -> list[tuple[float, float]]:
    found: list[tuple[float, float]] = []
    for a, b in sorted(spans):
        if found and a <= found[-1][1]:
            found[-1] = (found[-1][0], max(b, found[-1][1]))
        else:
            found.append((a, b))
    return found

"""A careful reader of one mapping: every wrong thing becomes a problem with its path. Pure.

Each method takes a key, returns a usable value whatever it finds (so that reading goes on and all problems
are collected), and marks the key as known; `close` then reports the keys nobody asked for.
"""

import re
from collections.abc import Sequence
from typing import Any

from workflows.template_file.problems import MAX_SUGGESTED, Phrase, Problem, gettext_noop, one_of, phrase

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
MAX_TEXT_CHARS = 200_000
MAX_ITEMS = 500
MAX_NODES = 1000
MAX_EDGES = 5000
MAX_COORDINATE = 1_000_000  # canvas units; also refuses NaN and infinity
MISSING = gettext_noop("%(key)s is missing")
KINDS: dict[type, str] = {
    str: gettext_noop("text"),
    bool: gettext_noop("true or false"),
    int: gettext_noop("a number"),
    float: gettext_noop("a number"),
    list: gettext_noop("a list"),
    dict: gettext_noop("a mapping"),
    type(None): gettext_noop("nothing"),
}


class Reader:
    """Reads the mapping `source` that stands at `path`; problems go to the shared list."""

    def __init__(self, source: Any, path: str, problems: list[Problem]) -> None:
        self.path = path
        self.problems = problems
        self._known: list[str] = []
        self._source: dict[str, Any] = source if isinstance(source, dict) else {}
        if not isinstance(source, dict):
            self._wrong_kind(path, source, dict)

    def has(self, key: str) -> bool:
        """Say whether the key is given."""
        return key in self._source

    def raw(self, key: str) -> Any:
        """Return the value as it stands; the caller checks it."""
        self._known.append(key)
        return self._source.get(key)

    def text(self, key: str, default: str | None = None, *, max_chars: int = MAX_TEXT_CHARS) -> str:
        """Read text; without a default the key must be there and not be empty."""
        value = self._get(key, str, required=default is None)
        if value is None:
            return default or ""
        if default is None and not value.strip():
            self.report(key, phrase(gettext_noop("This must not be empty")))
        if len(value) > max_chars or _UNSTORABLE.search(value):
            self._checked_text(self.at(key), value, max_chars)
        return str(value)

    def line(self, key: str, default: str | None = None, *, max_chars: int = 120) -> str:
        """Read text of one line."""
        value = self.text(key, default, max_chars=max_chars)
        if len(value.splitlines()) > 1:
            self.report(key, phrase(gettext_noop("This must be one line")))
        return value

    def text_or_none(self, key: str, *, max_chars: int = 120) -> str | None:
        """Read text that may be left out or null."""
        if self._source.get(key) is None:
            self._known.append(key)
            return None
        return self.line(key, max_chars=max_chars)

    def flag(self, key: str, default: bool) -> bool:
        """Read true or false."""
        value = self._get(key, bool)
        return default if value is None else bool(value)

    def integer(self, key: str, default: int, *, low: int, high: int) -> int:
        """Read a whole number between `low` and `high`, both included."""
        value = self._get(key, int)
        if value is None:
            return default
        if not low <= value <= high:
            said = phrase(
                gettext_noop("%(value)s is not between %(low)s and %(high)s"), value=value, low=low, high=high
            )
            self.report(key, said)
            return default
        return int(value)

    def choice(self, key: str, known: Sequence[str], default: str | None = None) -> str:
        """Read one of the known words."""
        value = self._get(key, str, required=default is None)
        if value is None:
            return default or known[0]
        if value not in known:
            self.unknown(self.at(key), value, known)
            return default or known[0]
        return str(value)

    def texts(self, key: str, default: tuple[str, ...] = (), *, known: Sequence[str] = ()) -> tuple[str, ...]:
        """Read a list of words without repetition, of the known ones when some are given."""
        values = self._get(key, list)
        if values is None:
            return default
        found: list[str] = []
        for index, value in enumerate(self._cut(key, values)):
            place = f"{self.at(key)}[{index}]"
            if not isinstance(value, str):
                self._wrong_kind(place, value, str)
            elif known and value not in known:
                self.unknown(place, value, known)
            elif value in found:
                self.problems.append(Problem(place, phrase(gettext_noop("%(word)s is given twice"), word=value[:80])))
            else:
                found.append(self._checked_text(place, value, 200))
        return tuple(found)

    def pairs(self, key: str) -> tuple[tuple[str, str], ...]:
        """Read a mapping of words to text."""
        values = self._get(key, dict)
        found: list[tuple[str, str]] = []
        for name, value in (values or {}).items():
            place = f"{self.at(key)}.{name[:60]}"
            if isinstance(value, str):
                found.append((self._checked_text(place, name, 120), self._checked_text(place, value, MAX_TEXT_CHARS)))
            else:
                self._wrong_kind(place, value, str)
        return tuple(found)

    def point(self, key: str) -> tuple[int, int] | None:
        """Read two numbers, rounded to canvas units."""
        values = self._get(key, list)
        if values is None:
            return None
        if len(values) == 2 and all(_is_coordinate(value) for value in values):
            return (round(values[0]), round(values[1]))
        self.report(key, phrase(gettext_noop("This must be two numbers: [x, y]")))
        return None

    def items(self, key: str, most: int = MAX_ITEMS) -> list[tuple[str, Any]]:
        """Read a list of at most `most` items; return each item with its path."""
        values = self._get(key, list) or []
        return [(f"{self.at(key)}[{index}]", value) for index, value in enumerate(self._cut(key, values, most))]

    def child(self, key: str) -> "Reader":
        """Read a mapping inside this one; an absent one is empty."""
        value = self._get(key, dict)
        return Reader({} if value is None else value, self.at(key), self.problems)

    def close(self, hints: dict[str, Phrase] | None = None) -> None:
        """Report the keys that nobody asked for; `hints` says something better about some of them."""
        for key in self._source:
            if key in self._known:
                continue
            said = (hints or {}).get(key)
            if said:
                self.report(key, said)
            else:
                known = [word for word in self._known if word not in self._source]
                self.report(
                    key, phrase(gettext_noop("This key is unknown")), self._suggested(key, known or self._known)
                )

    def at(self, key: str) -> str:
        """Return the path of a key."""
        place = key[:60]
        return f"{self.path}.{place}" if self.path else place

    def report(self, key: str, said: Phrase, hint: Phrase | None = None) -> None:
        """Add a problem at a key."""
        self.problems.append(Problem(self.at(key), said, hint=hint))

    def unknown(self, path: str, word: str, known: Sequence[str]) -> None:
        """Add the problem that a word is none of the known ones."""
        said = phrase(gettext_noop("%(word)s is not known here"), word=word[:80] or '""')
        self.problems.append(Problem(path, said, hint=self._suggested(word[:80], known)))

    def _suggested(self, word: str, known: Sequence[str]) -> Phrase | None:
        return one_of(word, known) if len(self.problems) < MAX_SUGGESTED else None

    def _get(self, key: str, kind: type, *, required: bool = False) -> Any:
        self._known.append(key)
        if key not in self._source:
            if required:
                self.report(key, phrase(MISSING, key=key))
            return None
        value = self._source[key]
        if isinstance(value, kind) and not (kind is int and isinstance(value, bool)):
            return value
        self._wrong_kind(self.at(key), value, kind)
        return None

    def _wrong_kind(self, path: str, value: Any, kind: type) -> None:
        found = KINDS.get(type(value), type(value).__name__)
        said = phrase(gettext_noop("This must be %(wanted)s, not %(found)s"), wanted=KINDS[kind], found=found)
        quotable = kind is str and isinstance(value, bool | int | float)
        hint = phrase(gettext_noop('write it in quotes: "%(value)s"'), value=str(value).lower()) if quotable else None
        self.problems.append(Problem(path, said, hint=hint))

    def _checked_text(self, path: str, value: str, max_chars: int) -> str:
        if len(value) > max_chars:
            said = phrase(gettext_noop("This is longer than %(count)s characters"), count=max_chars)
            self.problems.append(Problem(path, said))
        if _UNSTORABLE.search(value):
            self.problems.append(
                Problem(path, phrase(gettext_noop("This has a character that is not text (NUL or half a pair)")))
            )
        return value

    def _cut(self, key: str, values: list[Any], most: int = MAX_ITEMS) -> list[Any]:
        if len(values) > most:
            self.report(key, phrase(gettext_noop("This has more than %(count)s items"), count=most))
        return values[:most]


def _is_coordinate(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= MAX_COORDINATE

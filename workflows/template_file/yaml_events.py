"""YAML text → plain values, strictly. Pure.

Built on the parser's events, not on a loader: nothing here can construct an object, and what a template
file never needs is refused: anchors and aliases (bombs), tags, duplicate keys, deep nesting, a second
document. Plain words follow YAML 1.2: only `true` and `false` are booleans, so `on:` and `no` stay text.
"""

import re
from collections.abc import Iterator
from typing import Any

import yaml

from workflows.template_file.problems import DocumentError, Problem, gettext_noop, phrase

MAX_BYTES = 1_048_576  # 1 MiB: some hundred times a large template
MAX_DEPTH = 20  # a template needs 6

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INT = re.compile(r"[-+]?[0-9]{1,18}\Z")
_FLOAT = re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)([eE][-+]?[0-9]{1,3})?\Z")
_WORDS: dict[str, Any] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip


def read_yaml(text: str) -> tuple[Any, list[Problem]]:
    """Return the value of the one document in `text` and the problems found on the way.

    Raises DocumentError where nothing can be returned: too large, not YAML, aliases, nesting.
    """
    if len(text) > MAX_BYTES or len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise DocumentError([Problem("", phrase(gettext_noop("The file is larger than 1 MiB")))])
    builder = _Builder(_events(text.removeprefix("\ufeff")))
    return builder.document(), builder.problems


def resolve_plain(word: str) -> Any:
    """Return what a plain (unquoted) word means: null, a boolean, a number or text."""
    if word in _WORDS:
        return _WORDS[word]
    if _INT.match(word):
        return int(word)
    if _FLOAT.match(word):
        return float(word)
    return word


def _events(text: str) -> Iterator[Any]:
    try:
        yield from yaml.parse(text, Loader=_LOADER)
    except (yaml.YAMLError, UnicodeError) as exc:
        mark = getattr(exc, "problem_mark", None)
        place = f"line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        reason = getattr(exc, "problem", None) or getattr(exc, "reason", None) or "unreadable"
        said = phrase(gettext_noop("This is not YAML: %(reason)s"), reason=reason)
        raise DocumentError([Problem(place, said)]) from exc


class _Builder:
    """Builds values from events, keeping the path of the place for problems."""

    def __init__(self, events: Iterator[Any]) -> None:
        self._events = events
        self.problems: list[Problem] = []

    def document(self) -> Any:
        value: Any = None
        documents = 0
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._refuse("", gettext_noop("A template file holds one document, this has more"))
                value = self._value(next(self._events), "", 0)
        return value

    def _value(self, event: Any, path: str, depth: int) -> Any:
        if getattr(event, "anchor", None):  # an alias has one too
            self._refuse(path, gettext_noop("Anchors and aliases (& and *) are not allowed in a template file"))
        if depth > MAX_DEPTH:
            self._refuse(path[:80], gettext_noop("This is nested too deeply"))
        if event.tag not in (None, "!"):
            said = phrase(gettext_noop("The tag %(tag)s is not allowed in a template file"), tag=event.tag)
            self.problems.append(Problem(path, said))
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(path, depth)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path, depth)
        return resolve_plain(event.value) if event.implicit[0] else event.value

    def _sequence(self, path: str, depth: int) -> list[Any]:
        values: list[Any] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            values.append(self._value(event, f"{path}[{len(values)}]", depth + 1))
        return values

    def _mapping(self, path: str, depth: int) -> dict[str, Any]:
        values: dict[str, Any] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._key(event, path, depth)
            place = f"{path}.{key[:60]}" if path else key[:60]
            value = self._value(next(self._events), place, depth + 1)
            if key in values:
                self.problems.append(Problem(place, phrase(gettext_noop("This key is given twice"))))
            else:
                values[key] = value
        return values

    def _key(self, event: Any, path: str, depth: int) -> str:
        if isinstance(event, yaml.ScalarEvent):
            self._value(event, path, depth)  # refuses anchors and tags
            return str(event.value)
        value = self._value(event, path, depth + 1)
        self.problems.append(Problem(path, phrase(gettext_noop("A key must be a word"))))
        return str(value)

    def _refuse(self, path: str, msgid: str) -> None:
        raise DocumentError([*self.problems, Problem(path, phrase(msgid))])

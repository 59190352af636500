"""What is wrong with a template, said so that a person can mend it. Pure.

A `Problem` names the path of the place (`nodes[1].inputs[0].from`), says what is wrong and, where one is
known, what would be right. Texts are kept as message id and parameters, so that a page can translate them
while a command prints English. `gettext_noop` only marks texts for extraction. What is wrong is a sentence
without its full stop, for a hint, a clause, may follow in brackets.
"""

import difflib
import itertools
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]
MAX_SHOWN_CHARS = 400  # of what is quoted from a file
MAX_SUGGESTED = 20  # wrong words that get a suggestion: comparing words is slow, a file may hold thousands
MAX_COMPARED = 500
_HALF_PAIR = re.compile("[\ud800-\udfff]")  # escapes can spell it, no encoding can write it


def gettext_noop(message: str) -> str:
    """Mark `message` for translation and return it unchanged (found by name by makemessages)."""
    return message


@dataclass(frozen=True)
class Phrase:
    """A translatable sentence: message id with `%(name)s` places, and what goes into them."""

    msgid: str
    params: tuple[tuple[str, str], ...] = ()

    def render(self, translate: Callable[[str], str] = str) -> str:
        """Return the sentence; `translate` turns the message id into another language."""
        text = translate(self.msgid)
        return text % dict(self.params) if self.params else text


def phrase(msgid: str, **params: object) -> Phrase:
    """Build a phrase from a marked message id and its parameters."""
    return Phrase(msgid, tuple((name, _quotable(str(value))) for name, value in params.items()))


def _quotable(text: str) -> str:
    """Return text of a file so that it can be written anywhere and does not drown the sentence around it."""
    short = text if len(text) <= MAX_SHOWN_CHARS else f"{text[:MAX_SHOWN_CHARS]}…"
    return _HALF_PAIR.sub("\ufffd", short)


@dataclass(frozen=True)
class Problem:
    """One thing wrong at one place. An error blocks importing or publishing, a warning does not.

    `fix_edge`: adding this edge mends it (a reference whose source is not upstream yet).
    """

    path: str
    said: Phrase
    severity: Severity = "error"
    hint: Phrase | None = None
    fix_edge: tuple[str, str] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "path", _quotable(self.path))

    @property
    def message(self) -> str:
        return self.said.render()

    @property
    def suggestion(self) -> str | None:
        return self.hint.render() if self.hint else None

    def __str__(self) -> str:
        place = f"{self.path}: " if self.path else ""
        return f"{place}{self.message}" + (f" ({self.suggestion})" if self.hint else "")


def problem_to_json(problem: Problem, translate: Callable[[str], str] = str) -> dict[str, object]:
    """Return the problem as commands print it and the editor reads it."""
    return {
        "path": problem.path,
        "message": problem.said.render(translate),
        "severity": problem.severity,
        "suggestion": problem.hint.render(translate) if problem.hint else None,
        "fix_edge": list(problem.fix_edge) if problem.fix_edge else None,
    }


class DocumentError(Exception):
    """The text is not a template file; `problems` has every reason. Trying again does not help."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def did_you_mean(word: str, known: Iterable[str]) -> Phrase | None:
    """Suggest the known word nearest to `word`, or None when none is near."""
    near = difflib.get_close_matches(word[:80], list(itertools.islice(known, MAX_COMPARED)), n=1, cutoff=0.6)
    return phrase(gettext_noop("did you mean %(word)s?"), word=near[0]) if near else None


def one_of(word: str, known: Iterable[str]) -> Phrase | None:
    """Suggest the nearest known word, else list the known ones."""
    words = list(known)
    near = did_you_mean(word, words)
    if near or not words:
        return near
    return phrase(gettext_noop("known: %(words)s"), words=", ".join(words[:MAX_SUGGESTED]))


def errors(problems: Iterable[Problem]) -> list[Problem]:
    """Return those that block."""
    return [problem for problem in problems if problem.severity == "error"]

"""How much work formatting one text may be, in counted steps and not in seconds: the same text always fares alike.

A step is one look of the parser at a line (once for each quote or list that it stands in) or at a mark inside a line,
and one piece of what it makes. Texts made to be slow are slow because they take many steps: each took 1 to 6 µs, usual
documents of 60,000 characters 5,000 to 43,000 steps (one core, 2026-11-23).
"""

from dataclasses import dataclass
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline

MAX_STEPS = 60_000
MAX_NESTING = 40  # the parser drops what is nested deeper, so a text that comes near it is not formatted at all
CODE_CHARS = 30_000  # of all code blocks of a text, coloured
NAME = "budget"  # of the rules, and of the entry in the parser's environment
BELOW = ["paragraph", "reference", "blockquote", "list"]


class TooMuch(Exception):
    """Formatting this text is more work than it is worth, or would leave something out."""


@dataclass
class Budget:
    """What is left for one text. `code_s`: seconds of a core for the colours of all its code blocks."""

    steps: int = MAX_STEPS
    code_chars: int = CODE_CHARS
    code_s: float = 0.15

    def step(self) -> None:
        """Take one step. Raises TooMuch where none is left."""
        self.steps -= 1
        if self.steps < 0:
            raise TooMuch

    def takes_code(self, chars: int) -> bool:
        """Say whether a code block of so many characters is coloured, and count it."""
        if chars > self.code_chars or self.code_s <= 0:
            return False
        self.code_chars -= chars
        return True


class _Counted(list[Any]):
    """The tokens of a text; each that is made is a step."""

    def __init__(self, budget: Budget) -> None:
        super().__init__()
        self._budget = budget

    def append(self, token: Any) -> None:
        self._budget.step()
        super().append(token)


class _CountedInline(ParserInline):
    """Looks ahead through what may be a link or a picture are steps, also where it was looked before."""

    def skipToken(self, state: StateInline) -> None:  # noqa: N802
        """Take a step over one piece."""
        state.env[NAME].step()
        super().skipToken(state)


def budgeted(markdown: MarkdownIt) -> MarkdownIt:
    """Let a parser count its steps on the `Budget` of its environment."""
    markdown.options["maxNesting"] = MAX_NESTING
    inline = _CountedInline()
    inline.ruler, inline.ruler2 = markdown.inline.ruler, markdown.inline.ruler2
    markdown.inline = inline
    markdown.core.ruler.before("block", NAME, _count_tokens)
    markdown.block.ruler.before("table", NAME, _count_line, {"alt": BELOW})
    markdown.inline.ruler.before("text", NAME, _count_mark)
    return markdown


def _count_tokens(state: StateCore) -> None:
    state.tokens = _Counted(state.env[NAME])


def _count_line(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    """Count, and see nesting before the parser drops it; a list is two levels."""
    state.env[NAME].step()
    if state.level >= MAX_NESTING - 2:
        raise TooMuch
    return False


def _count_mark(state: StateInline, silent: bool) -> bool:
    state.env[NAME].step()
    return False

"""What was said in two versions of a node, beside each other: the same, said otherwise, or only on one side."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from django.db.models import Prefetch, QuerySet, Value
from django.db.models.functions import Left

from runs.models import Message, NodeRun, ToolCall
from runs.pages.chat.tool_rows import tool_row
from runs.pages.conversation import message_kind
from runs.pages.people import full_name
from workflows.text_diff import Line, diff, whole
from workflows.text_rows import Row, side_by_side

MESSAGES_READ = 60  # of each version, from its beginning; a comparison is not where long conversations are read
CHARS_READ = 20_000  # of each message
CALL_CHARS = 1000  # of what a tool was called with, to find its subject in


@dataclass(frozen=True)
class Said:
    """A message, or all that an agent said and called until a person speaks.

    `kind`: task, person, agent or summary; `author` is empty but for a person's.
    """

    kind: str
    author: str
    text: str


@dataclass(frozen=True)
class MessagePair:
    """Two messages at the same place, or one that has none beside it. `lines`: empty where both say the same."""

    kind: str
    author: str
    before: Said | None
    after: Said | None
    lines: tuple[Line, ...] = ()

    @property
    def is_same(self) -> bool:
        return self.before == self.after

    @property
    def text(self) -> str:
        """What both say, or the one that is there."""
        said = self.after or self.before
        return said.text if said else ""

    @property
    def rows(self) -> tuple[Row, ...]:
        return side_by_side(self.lines)


@dataclass(frozen=True)
class MessageComparison:
    """The messages of both. `counts`: how many each has; `is_cut`: one of them has more than were read."""

    pairs: tuple[MessagePair, ...]
    counts: tuple[int, int]
    is_cut: bool


def compare_messages(before: NodeRun, after: NodeRun) -> MessageComparison:
    """Compare what was said, on the branches that go on. Six queries."""
    rows = _branch(before), _branch(after)
    counts = rows[0].count(), rows[1].count()
    pairs = tuple(_pairs(_said(rows[0]), _said(rows[1])))
    return MessageComparison(pairs, counts, is_cut=max(counts) > MESSAGES_READ)


def _branch(node: NodeRun) -> QuerySet[Message]:
    return Message.objects.filter(node_run=node, superseded_by=None).order_by("ordinal")


def _said(rows: QuerySet[Message]) -> list[Said]:
    calls = ToolCall.objects.defer("arguments", "result").annotate(
        shown_arguments=Left("arguments", CALL_CHARS), shown_result=Value("")
    )
    found = rows.select_related("author").defer("parts", "text").annotate(beginning=Left("text", CHARS_READ))
    shown = found.prefetch_related(Prefetch("tool_calls", calls))[:MESSAGES_READ]
    turns: list[Said] = []
    for row in shown:
        kind, words = message_kind(row), _words(row)
        if turns and turns[-1].kind == kind == "agent":
            words = f"{turns.pop().text}\n{words}"
        turns.append(Said(kind, full_name(row.author), words))
    return turns


def _words(message: Any) -> str:
    """Give what a message says and, a line each, what it called."""
    calls = (tool_row(call) for call in message.tool_calls.all())
    return "\n".join(filter(None, [message.beginning, *(f"→ {call.name} {call.what}".rstrip() for call in calls)]))


def _pairs(old: Sequence[Said], new: Sequence[Said]) -> Iterator[MessagePair]:
    """Match what is the same; between that, put beside each other what the same kind of speaker said in turn."""
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield from (MessagePair(said.kind, said.author, said, said) for said in new[c:d])
        else:
            yield from _turns(old[a:b], new[c:d])


def _turns(old: Sequence[Said], new: Sequence[Said]) -> Iterator[MessagePair]:
    left, right = list(old), list(new)
    while left and right:
        if left[0].kind == right[0].kind:
            yield _pair(left.pop(0), right.pop(0))
        elif any(said.kind == right[0].kind for said in left):
            yield _pair(left.pop(0), None)
        else:
            yield _pair(None, right.pop(0))
    yield from (_pair(said, None) for said in left)
    yield from (_pair(None, said) for said in right)


def _pair(before: Said | None, after: Said | None) -> MessagePair:
    if before and after:
        lines = diff(before.text, after.text)
    elif after:
        lines = whole(after.text, "added")
    else:
        lines = whole(before.text if before else "", "removed")
    said = after or before
    return MessagePair(said.kind if said else "", said.author if said else "", before, after, lines)

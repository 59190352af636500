"""What of a conversation is sent to the model: its task, a summary where one stands for older turns, and the rest.

Pure. An entry is one message of a person or the agent with the results of its calls; `ordinal` is its place. A summary
stands for whole turns from the second entry on, never for the task itself nor for the question that is being answered
(ADR 0026).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from runs.agent.model import ChatMessage
from runs.agent.parts import Text
from runs.agent.tokens import estimate_messages

RESERVE = 1.1  # of an estimate: providers count more than we do as often as less
KEPT_SHARE = 4  # what stays word for word after a summary: a quarter of the window, so that the next one is far away
INTRODUCTION = "Summary of the earlier part of this conversation, {turns} turns, which I wrote when it grew too long:"


@dataclass(frozen=True, slots=True)
class Entry:
    """One message with what belongs to it. `asks`: it begins a turn."""

    ordinal: int
    messages: tuple[ChatMessage, ...]
    asks: bool


@dataclass(frozen=True, slots=True)
class Summary:
    """A text that stands for the entries `first` … `last` (ordinals); `turns` of them asked something."""

    text: str
    first: int
    last: int
    turns: int


@dataclass(frozen=True, slots=True)
class Context:
    """A conversation as it is sent. `entries`: oldest first, without those that the summary stands for."""

    entries: tuple[Entry, ...] = ()
    summary: Summary | None = None

    @property
    def messages(self) -> tuple[ChatMessage, ...]:
        """Give all messages in order; the summary is the agent's own word, right after what it does not cover."""
        if self.summary is None:
            return _flat(self.entries)
        head = [entry for entry in self.entries if entry.ordinal < self.summary.first]
        introduction = INTRODUCTION.format(turns=self.summary.turns)
        said = ChatMessage("assistant", (Text(f"{introduction}\n\n{self.summary.text}"),))
        return (*_flat(head), said, *_flat(self.entries[len(head) :]))

    def summarised(self, summary: Summary) -> Context:
        """Put a new summary in the place of what it stands for."""
        kept = [entry for entry in self.entries if not summary.first <= entry.ordinal <= summary.last]
        return Context(tuple(kept), summary)


def is_full(context: Context, *, fixed_tokens: int, window: int) -> bool:
    """Say whether the conversation and `fixed_tokens` (system prompt, tools, room for an answer) exceed the window."""
    return estimate_messages(context.messages) * RESERVE + fixed_tokens > window


def older_entries(context: Context, *, question: int, fixed_tokens: int, window: int) -> tuple[Entry, ...]:
    """Choose what a summary should stand for next: whole turns, oldest first, as few as leave the rest small enough.

    `question`: the ordinal of the message that is being answered; it and what follows stays. Empty where nothing can
    be summarised: the conversation is one turn.
    """
    last_question = next((place for place, entry in enumerate(context.entries) if entry.ordinal == question), 0)
    candidates = context.entries[1:last_question]
    ends = [
        place for place, entry in enumerate(candidates, start=1) if place == len(candidates) or _asks(context, place)
    ]
    room = max(0, min(window // KEPT_SHARE, window - fixed_tokens))
    for end in ends:
        rest = _flat(context.entries[:1]) + _flat(context.entries[end + 1 :])
        if estimate_messages(rest) * RESERVE <= room:
            return candidates[:end]
    return candidates


def turns_in(entries: Iterable[Entry], before: Summary | None) -> int:
    """Count the turns that a summary of these entries stands for, with those of the summary that it replaces.

    The turn of the task itself counts where only its answer is among them.
    """
    asked = sum(entry.asks for entry in entries)
    return asked + (before.turns if before else 1)


def _asks(context: Context, end: int) -> bool:
    """Say whether the entry after the first `end` candidates begins a turn."""
    return context.entries[end + 1].asks


def _flat(entries: Iterable[Entry]) -> tuple[ChatMessage, ...]:
    return tuple(message for entry in entries for message in entry.messages)

"""What one turn may use: rounds of tool calls, seconds, tokens. Pure arithmetic; the loop asks before it spends."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from runs.agent.model import Usage

LimitKind = Literal["tool_rounds", "seconds", "tokens"]


@dataclass(frozen=True, slots=True)
class Budget:
    """Limits of a turn; None is no limit. `tokens` counts input and output of every call of the turn."""

    tool_rounds: int | None = 20
    seconds: float | None = 1800
    tokens: int | None = 200_000


@dataclass(frozen=True, slots=True)
class Spent:
    """What a turn has used so far."""

    tool_rounds: int = 0
    usage: Usage = field(default_factory=Usage)

    def with_usage(self, usage: Usage) -> Spent:
        return replace(self, usage=self.usage + usage)

    def with_round(self) -> Spent:
        return replace(self, tool_rounds=self.tool_rounds + 1)

    @property
    def tokens(self) -> int:
        return self.usage.input_tokens + self.usage.output_tokens


@dataclass(frozen=True, slots=True)
class Limit:
    """The limit that was reached, with a sentence for people."""

    kind: LimitKind
    reason: str


def exceeded(budget: Budget, spent: Spent, elapsed_s: float) -> Limit | None:
    """Return the limit that leaves no room for more work, time first; None while there is room."""
    if budget.seconds is not None and elapsed_s >= budget.seconds:
        return Limit("seconds", f"The turn used its time limit of {budget.seconds:,.0f} seconds.")
    if budget.tokens is not None and spent.tokens >= budget.tokens:
        return Limit("tokens", f"The turn used {spent.tokens:,} tokens; its limit is {budget.tokens:,}.")
    if budget.tool_rounds is not None and spent.tool_rounds >= budget.tool_rounds:
        return Limit("tool_rounds", f"The agent used all {budget.tool_rounds} rounds of tool calls of this turn.")
    return None


def remaining_s(budget: Budget, elapsed_s: float) -> float | None:
    """Seconds left, None without a limit, never negative."""
    return None if budget.seconds is None else max(0.0, budget.seconds - elapsed_s)

"""The arithmetic of rounds, tokens and seconds."""

import pytest

from runs.agent.budget import Budget, Spent, exceeded, remaining_s
from runs.agent.model import Usage


@pytest.mark.parametrize(
    ("budget", "rounds", "tokens", "elapsed_s", "kind"),
    [
        (Budget(2, 10, 100), 1, 99, 9.9, None),
        (Budget(2, 10, 100), 2, 0, 0, "tool_rounds"),
        (Budget(2, 10, 100), 0, 100, 0, "tokens"),
        (Budget(2, 10, 100), 0, 0, 10, "seconds"),
        (Budget(2, 10, 100), 2, 100, 10, "seconds"),
        (Budget(None, None, None), 999, 10**9, 10**9, None),
    ],
)
def test_limit_is_named(budget: Budget, rounds: int, tokens: int, elapsed_s: float, kind: str | None) -> None:
    limit = exceeded(budget, Spent(rounds, Usage(tokens, 0)), elapsed_s)
    assert (limit and limit.kind) == kind
    assert limit is None or limit.reason.endswith(".")


def test_spending_adds_up() -> None:
    spent = Spent().with_round().with_usage(Usage(3, 4)).with_usage(Usage(1, 1, estimated=True))
    assert (spent.tool_rounds, spent.tokens, spent.usage.estimated) == (1, 9, True)


def test_remaining_seconds_are_never_negative() -> None:
    assert remaining_s(Budget(seconds=10), 4) == 6
    assert remaining_s(Budget(seconds=10), 14) == 0
    assert remaining_s(Budget(seconds=None), 14) is None

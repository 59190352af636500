"""Counting what a call used on its attempt: tokens and, where the model has a price, what they cost.

The cost of an attempt is known wholly or not at all: one call without a price makes it unknown for good.
"""

from typing import Any, Final, LiteralString

from runs.executors.base import Spent

# In an UPDATE of runs_attempt; `spent_values` gives its parameters.
COUNT_SPENT: Final[LiteralString] = """
input_tokens = input_tokens + %s, output_tokens = output_tokens + %s,
cost_nanos = CASE WHEN %s::bigint = 0 THEN cost_nanos
                  WHEN cost_nanos IS NULL AND input_tokens + output_tokens > 0 THEN NULL
                  ELSE COALESCE(cost_nanos, 0) + %s::bigint END
"""


def spent_values(spent: Spent) -> tuple[Any, ...]:
    """Give the parameters of COUNT_SPENT."""
    read, wrote = spent.input_tokens, spent.output_tokens
    return (read, wrote, read + wrote, spent.cost_nanos)

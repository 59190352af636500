"""What a call costs: tokens times price, in billionths of the currency's unit. Pure.

Prices are per million tokens, as providers write them. A billionth holds the price of one token exactly down to three
decimals of such a price, so that sums do not drift (ADR 0029).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from runs.agent.model import Usage

NANOS_PER_MILLIONTH = 1000


@dataclass(frozen=True, slots=True)
class Price:
    """The price of a million tokens read and written. `cached_input`: of those read from a provider's cache."""

    input: Decimal
    output: Decimal
    cached_input: Decimal | None = None


def cost_nanos(usage: Usage, price: Price) -> int:
    """Return what a call cost. Tokens from a cache cost like others where no price is known for them."""
    cached = min(usage.cached_tokens, usage.input_tokens)
    cached_price = price.input if price.cached_input is None else price.cached_input
    millionths = (
        (usage.input_tokens - cached) * price.input + cached * cached_price + usage.output_tokens * price.output
    )
    return int((millionths * NANOS_PER_MILLIONTH).to_integral_value(ROUND_HALF_UP))

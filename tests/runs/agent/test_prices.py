"""Tokens times price, exactly."""

from decimal import Decimal

import pytest

from runs.agent.model import Usage
from runs.agent.prices import Price, cost_nanos

PRICE = Price(Decimal("1.25"), Decimal(10))


@pytest.mark.parametrize(
    ("usage", "price", "nanos"),
    [
        (Usage(), PRICE, 0),
        (Usage(1, 0), PRICE, 1_250),
        (Usage(1_000_000, 1_000_000), PRICE, 11_250_000_000),
        (Usage(1_000, 0, cached_tokens=900), PRICE, 1_250_000),
        (Usage(1_000, 0, cached_tokens=900), Price(Decimal("1.25"), Decimal(10), Decimal("0.125")), 237_500),
        (Usage(10, 0, cached_tokens=99), Price(Decimal(1), Decimal(1), Decimal(0)), 0),
        (Usage(1, 0), Price(Decimal("0.0004"), Decimal(0)), 0),
        (Usage(1, 0), Price(Decimal("0.0005"), Decimal(0)), 1),
        (Usage(5, 0), Price(Decimal(0), Decimal(10)), 0),
    ],
)
def test_cost_is_tokens_times_price_in_billionths(usage: Usage, price: Price, nanos: int) -> None:
    assert cost_nanos(usage, price) == nanos


def test_sum_of_calls_is_what_their_tokens_cost_together() -> None:
    call = Usage(7, 3, cached_tokens=2)
    price = Price(Decimal("0.075"), Decimal("0.301"), Decimal("0.019"))
    total = Usage()
    for _ in range(1_000):
        total += call
    assert cost_nanos(total, price) == 1_000 * cost_nanos(call, price)

"""Amounts of money: what a model's tokens cost by the configured prices, and how an amount is said.

An attempt stores what it cost when its tokens were counted; nothing here computes a cost from stored tokens, so that
prices may change (ADR 0029). Where no price is known there is no amount, never a zero.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Count, Q, Sum
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from runs.agent.model import Usage
from runs.agent.prices import Price, cost_nanos

UNIT_NANOS = 10**9
SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "CNY": "CN¥", "INR": "₹", "KRW": "₩", "BRL": "R$"}
DIGITS = 2  # of a small amount that count: $0.0042
LEAST_DECIMALS, MOST_DECIMALS = 2, 9
USED_TOKENS = Q(input_tokens__gt=0) | Q(output_tokens__gt=0)
# For an aggregate or annotation over attempts; `summed` reads it.
SUMS = {"cost": Sum("cost_nanos"), "unpriced": Count("pk", filter=USED_TOKENS & Q(cost_nanos=None))}


@dataclass(frozen=True)
class Cost:
    """An amount. `is_partial`: some of what it sums used a model without a price, so it was more."""

    nanos: int
    is_partial: bool = False

    def __str__(self) -> str:
        return f"≥\u00a0{amount(self.nanos)}" if self.is_partial else amount(self.nanos)

    @property
    def title(self) -> str:
        """Say what a person has to know about it."""
        if self.is_partial:
            return _("At least: some calls went to a model without a configured price.")
        return _("By the prices that were configured when the model was called.")

    @property
    def plain(self) -> str:
        """The bare number, in units of the currency, for tables and programs."""
        return f"{Decimal(self.nanos) / UNIT_NANOS:f}"

    @property
    def document(self) -> dict[str, Any]:
        """As the commands and the run ticket write it."""
        return {"amount": self.plain, "currency": settings.AIME_CURRENCY, "complete": not self.is_partial}


def cost_of_call(model: str, usage: Usage) -> int | None:
    """Return what a call cost, in billionths of the currency's unit; None where the model has no price."""
    price = settings.AIME_MODEL_PRICES.get(model)
    return None if price is None else cost_nanos(usage, Price(*price))


def summed(row: Mapping[str, Any]) -> Cost | None:
    """Read the sum that a query made with SUMS; None where nothing has a price."""
    return None if row["cost"] is None else Cost(int(row["cost"]), bool(row["unpriced"]))


def cost_of(attempts: Iterable[Any]) -> Cost | None:
    """Sum what attempts cost; None where nothing has a price."""
    rows = [row for row in attempts if row.cost_nanos is not None or row.input_tokens or row.output_tokens]
    known = [row.cost_nanos for row in rows if row.cost_nanos is not None]
    return Cost(sum(known), len(known) < len(rows)) if known else None


def document_of(cost: Cost | None) -> dict[str, Any] | None:
    """Write an amount for a JSON document; null where it is not known."""
    return cost.document if cost else None


def of_document(written: Mapping[str, Any] | None) -> Cost | None:
    """Read an amount that `document_of` wrote."""
    return Cost(int(Decimal(written["amount"]) * UNIT_NANOS), not written["complete"]) if written else None


def shown_cost(attempt: Any) -> str:
    """Say the cost of one attempt, for a table of the admin site."""
    return str(cost_of([attempt]) or "")


shown_cost.short_description = gettext_lazy("cost")  # type: ignore[attr-defined]


def amount(nanos: int) -> str:
    """Say an amount with its currency: two digits that count, at least two decimals; in the reader's number format."""
    value = Decimal(nanos) / UNIT_NANOS
    shown = number_format(round(value, _decimals(value)), _decimals(value), force_grouping=True)
    code = settings.AIME_CURRENCY
    return f"{SYMBOLS[code]}{shown}" if code in SYMBOLS else f"{code}\u00a0{shown}"


def _decimals(value: Decimal) -> int:
    leading = -value.adjusted() if value else 0  # the place of the first digit that counts, behind the point
    return max(LEAST_DECIMALS, min(MOST_DECIMALS, leading + DIGITS - 1))

"""What a period that is not over will probably have used in the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from odoo.addons.subscription_billing.core.periods import BillingPeriod

from .aggregation import ADDITIVE, Aggregation, rounded
from .rating import Usage

HALF = Decimal("0.5")


def forecast(
    aggregation: Aggregation | str, quantity: Decimal, elapsed: Decimal, is_level: bool = False
) -> Decimal:
    """The quantity at the end of the period, going on as before.

    Quantities that add up grow with time; levels and highest values are expected to stay, and so
    does a sum that began with a level.

    :param elapsed: the part of the period that is over, above 0 and up to 1
    :param is_level: the period began with the level of the one before

    >>> forecast("sum", Decimal(10), Decimal("0.25"))
    Decimal('40.000000')
    >>> forecast("max", Decimal(10), Decimal("0.25"))
    Decimal('10')
    """
    if Aggregation(aggregation) not in ADDITIVE or is_level or not 0 < elapsed < 1:
        return quantity
    return rounded(quantity / elapsed)


def elapsed_part(period: BillingPeriod, today: date) -> Decimal:
    """The part of a period that is over in the middle of a day.

    >>> month = BillingPeriod(date(2026, 4, 1), date(2026, 5, 1))
    >>> elapsed_part(month, date(2026, 4, 15)), elapsed_part(month, date(2026, 6, 1))
    (Decimal('0.4833333333333333333333333333'), Decimal('1'))
    """
    over = (Decimal((today - period.start).days) + HALF) / Decimal(period.days)
    return min(max(over, Decimal(0)), Decimal(1))


def forecast_usage(
    usage: Mapping[BillingPeriod, Usage],
    period: BillingPeriod,
    today: date,
    aggregation: Aggregation | str,
    is_level: bool = False,
) -> dict[BillingPeriod, Usage]:
    """Measured usage with what will probably be added until the end of a period.

    Spans that end with the period grow; those before stay. What a longer window had before the
    period does not grow.

    :param usage: as measured for :func:`core.rating.spans_of`

    >>> month = BillingPeriod(date(2026, 4, 1), date(2026, 5, 1))
    >>> found = forecast_usage({month: Usage(Decimal(29), 29)}, month, date(2026, 4, 15), "sum")
    >>> found[month].quantity, found[month].count
    (Decimal('60.000000'), 60)
    """
    part = elapsed_part(period, today)
    found = dict(usage)
    for span, now in usage.items():
        if span.end != period.end:
            continue
        before = (
            usage.get(BillingPeriod(span.start, period.start))
            if (span.start < period.start)
            else None
        )
        found[span] = _grown(now, before or Usage(), part, aggregation, is_level)
    return found


def _grown(
    now: Usage, before: Usage, part: Decimal, aggregation: Aggregation | str, is_level: bool
) -> Usage:
    def grow(value: Decimal, earlier: Decimal) -> Decimal:
        return earlier + forecast(aggregation, value - earlier, part, is_level)

    def count(value: int, earlier: int) -> int:
        return int(grow(Decimal(value), Decimal(earlier)))

    return replace(
        now,
        quantity=grow(now.quantity, before.quantity),
        count=count(now.count, before.count),
        fees=count(now.fees, before.fees),
        charged=grow(now.charged, before.charged),
    )

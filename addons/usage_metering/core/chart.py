"""Usage in the course of a period, as a chart shows it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from odoo.addons.subscription_billing.core.periods import BillingPeriod

# So many bars can be told apart; what does not fit is shown by weeks, then by four of them.
MOST = 62
STEPS = (1, 7, 28)


def chart_spans(period: BillingPeriod) -> list[BillingPeriod]:
    """A period cut into the spans that have a bar each: days, weeks, or four weeks.

    >>> from datetime import date
    >>> spans = chart_spans(BillingPeriod(date(2026, 2, 1), date(2026, 3, 1)))
    >>> len(spans), spans[-1].days
    (28, 1)
    >>> spans = chart_spans(BillingPeriod(date(2026, 1, 1), date(2027, 1, 1)))
    >>> len(spans), spans[0].days, spans[-1].days
    (53, 7, 1)
    """
    step = next((days for days in STEPS if period.days <= days * MOST), STEPS[-1])
    spans = []
    start = period.start
    while start < period.end:
        end = min(start + timedelta(days=step), period.end)
        spans.append(BillingPeriod(start, end))
        start = end
    return spans


def heights(quantities: list[Decimal]) -> list[int]:
    """Heights of bars in percent of the highest; what is not nothing can be seen.

    >>> heights([Decimal(0), Decimal("0.001"), Decimal(5), Decimal(10), Decimal(-3)])
    [0, 2, 50, 100, 0]
    >>> heights([Decimal(0)])
    [0]
    """
    top = max(quantities, default=Decimal(0))
    return [max(int(quantity * 100 / top), 2) if quantity > 0 else 0 for quantity in quantities]

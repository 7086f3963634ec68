"""Minimum commitments: what fee and usage of a period fall short of is charged on top."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from odoo.addons.subscription_billing.core.periods import BillingPeriod
from odoo.addons.subscription_billing.core.pricing import Price, Step, StepKind, round_amount
from odoo.addons.subscription_billing.core.proration import Proration, prorate, share

ZERO = Decimal(0)
ONE = Decimal(1)


def committed(
    minimum: Decimal, period: BillingPeriod, full: BillingPeriod, method: Proration, digits: int
) -> Decimal:
    """The minimum of a period, in part where the period is; rounded, as it is part of a sum.

    >>> from datetime import date
    >>> committed(Decimal(10000), BillingPeriod(date(2024, 2, 28), date(2024, 3, 1)),
    ...     BillingPeriod(date(2024, 2, 1), date(2024, 3, 1)), Proration.ACTUAL_DAYS, 2)
    Decimal('689.66')
    """
    return round_amount(prorate(minimum, period, full, method), digits)


def part_in(
    amount: Decimal, billed: BillingPeriod, period: BillingPeriod, method: Proration, digits: int
) -> Decimal:
    """What of an amount billed for some time belongs to a period.

    >>> from datetime import date
    >>> year = BillingPeriod(date(2026, 1, 1), date(2027, 1, 1))
    >>> month = BillingPeriod(date(2026, 1, 1), date(2026, 2, 1))
    >>> part_in(Decimal(1200), year, month, Proration.FIXED_30, 2)
    Decimal('100.00')
    >>> part_in(Decimal(10), month, year, Proration.FIXED_30, 2)
    Decimal('10')
    """
    inside = billed.cut(period.start, period.end)
    if inside is None:
        return ZERO
    if inside == billed:
        return amount
    part, full = share(inside, billed, method)
    return round_amount(amount * part / full, digits)


def shortfall(minimum: Decimal, reached: Iterable[Decimal]) -> Price:
    """The difference to the minimum, never below zero, with its steps.

    >>> shortfall(Decimal("689.66"), [Decimal("6.90"), Decimal("30.00")]).amount
    Decimal('652.76')
    >>> shortfall(Decimal(10), [Decimal(12)]).amount
    Decimal('0')
    """
    total = sum(reached, ZERO)
    counted = min(max(total, ZERO), minimum)
    return Price((Step(ONE, minimum, StepKind.COMMITMENT), Step(ONE, -counted, StepKind.BILLED)))

"""The price of a part of a period."""

from __future__ import annotations

from decimal import Decimal
from enum import Enum

from .periods import BillingPeriod


class Proration(str, Enum):
    """How the days of a part are weighed against those of the full period."""

    ACTUAL_DAYS = "actual_days"
    FIXED_30 = "fixed_30"


def days_30(period: BillingPeriod) -> int:
    """Days of a period when every month has thirty.

    >>> from datetime import date
    >>> days_30(BillingPeriod(date(2025, 5, 23), date(2025, 6, 15)))
    22
    >>> days_30(BillingPeriod(date(2024, 2, 23), date(2024, 3, 15)))
    22
    """
    start, end = period.start, period.end
    return (end.year - start.year) * 360 + (end.month - start.month) * 30 + end.day - start.day


def share(
    part: BillingPeriod, full: BillingPeriod, method: Proration = Proration.ACTUAL_DAYS
) -> tuple[int, int]:
    """Days of the part and days of the full period, as a fraction that explains itself.

    >>> from datetime import date
    >>> full = BillingPeriod(date(2025, 1, 1), date(2025, 2, 1))
    >>> share(BillingPeriod(date(2025, 1, 22), date(2025, 2, 1)), full)
    (10, 31)
    """
    count = days_30 if method is Proration.FIXED_30 else (lambda period: period.days)
    return count(part), count(full)


def full_price(amount: Decimal, days: tuple[int, int]) -> Decimal:
    """The price of a full period of which ``amount`` is the part: the opposite of a share.

    :param days: days of the part and of the full period, as of :func:`share`

    >>> full_price(Decimal("10"), (10, 31))
    Decimal('31')
    """
    part, full = days
    return amount * full / part


def prorate(
    amount: Decimal,
    part: BillingPeriod,
    full: BillingPeriod,
    method: Proration = Proration.ACTUAL_DAYS,
) -> Decimal:
    """Unrounded price of ``part`` when ``amount`` is the price of ``full``.

    >>> from datetime import date
    >>> full = BillingPeriod(date(2025, 1, 1), date(2025, 2, 1))
    >>> prorate(Decimal("31"), BillingPeriod(date(2025, 1, 22), date(2025, 2, 1)), full)
    Decimal('10')
    """
    days, of_days = share(part, full, method)
    return amount if days == of_days else amount * days / of_days

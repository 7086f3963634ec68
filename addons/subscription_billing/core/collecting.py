"""Small amounts that wait until an invoice is worth sending."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal


@dataclass(frozen=True)
class CarryOver:
    """Until when amounts below a minimum wait.

    :ivar minimum: an invoice of less is not made, before taxes
    :ivar days: it is made at the latest so many days after the oldest service in it was rendered;
        an invoice is owed within six months (§ 14 (2) UStG)
    """

    minimum: Decimal
    days: int


def waits_until(
    policy: CarryOver, amounts: list[Decimal], oldest_end: date, next_day: date | None
) -> date | None:
    """The day on which to look again at amounts that are not invoiced yet, None to invoice now.

    Nothing waits when there is something to give back, when nothing more will come, or when the
    wait would last too long.

    :param amounts: amounts of the lines, before taxes
    :param oldest_end: end of the oldest period among them
    :param next_day: the day on which more is due, None when nothing will be

    >>> policy = CarryOver(Decimal(10), 150)
    >>> january_end, next_day = date(2026, 2, 1), date(2026, 3, 1)
    >>> waits_until(policy, [Decimal(3)], january_end, next_day)
    datetime.date(2026, 3, 1)
    >>> waits_until(policy, [Decimal(3), Decimal(7)], january_end, next_day) is None
    True
    >>> waits_until(policy, [Decimal(3)], january_end, None) is None
    True
    >>> waits_until(policy, [Decimal(3)], january_end, date(2026, 8, 1)) is None
    True
    """
    total = sum(amounts, start=Decimal(0))
    if not 0 < total < policy.minimum or min(amounts) < 0:
        return None
    if next_day is None or next_day > oldest_end + timedelta(days=policy.days):
        return None
    return next_day

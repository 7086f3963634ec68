"""When a bonus is earned: after so many paid periods, once or again and again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class BilledPeriod:
    """A row of the ledger as a bonus rule sees it.

    :ivar start: first day of the period of the grid it belongs to
    :ivar is_settled: whether its document is paid
    """

    start: date
    amount: Decimal
    is_settled: bool


def paid_periods(rows: Iterable[BilledPeriod]) -> int:
    """How many periods are paid: those that cost something and are paid altogether.

    >>> january, february = date(2026, 1, 1), date(2026, 2, 1)
    >>> paid_periods([BilledPeriod(january, Decimal(10), True),
    ...     BilledPeriod(january, Decimal(5), True), BilledPeriod(february, Decimal(10), False)])
    1
    >>> paid_periods([BilledPeriod(january, Decimal(0), True)])
    0
    """
    totals: dict[date, Decimal] = {}
    is_open: set[date] = set()
    for row in rows:
        totals[row.start] = totals.get(row.start, Decimal(0)) + row.amount
        if not row.is_settled:
            is_open.add(row.start)
    return sum(1 for start, total in totals.items() if total > 0 and start not in is_open)


def occasions(paid: int, after: int, is_repeated: bool) -> int:
    """How often a bonus is earned.

    :param paid: number of paid periods
    :param after: so many of them earn it
    :param is_repeated: whether the same number earns it again

    >>> [occasions(paid, 6, False) for paid in (5, 6, 12)]
    [0, 1, 1]
    >>> [occasions(paid, 6, True) for paid in (5, 6, 12)]
    [0, 1, 2]
    """
    times = paid // after
    return times if is_repeated else min(times, 1)

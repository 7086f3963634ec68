"""Billing periods, always counted from an immutable anchor.

A period is half-open, ``[start, end)``: the end of one is the start of the next, so periods of a
line tile its time by construction. Boundaries are never derived from the one before, which would
turn a contract of the 31st into one of the 28th for ever, but from the anchor: the n-th boundary
is the anchor plus n times the cadence, moved back to the last day of a month that is too short.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

from .errors import BillingRuleError

DAYS_PER_WEEK = 7
MONTHS_PER_YEAR = 12


class Unit(str, Enum):
    """Unit of a cadence."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True)
class Cadence:
    """Every ``count`` units.

    >>> Cadence(Unit.MONTH, 3).months, Cadence(Unit.YEAR).months, Cadence(Unit.WEEK, 2).days
    (3, 12, 14)
    >>> Cadence(Unit.MONTH, 0)
    Traceback (most recent call last):
    ...
    odoo...BillingRuleError: cadence_count {'count': 0}
    """

    unit: Unit
    count: int = 1

    def __post_init__(self) -> None:
        if self.count < 1:
            raise BillingRuleError("cadence_count", count=self.count)

    @property
    def months(self) -> int:
        """Length in months; 0 for cadences of days and weeks."""
        factor = {Unit.MONTH: 1, Unit.YEAR: MONTHS_PER_YEAR}.get(self.unit, 0)
        return factor * self.count

    @property
    def days(self) -> int:
        """Length in days; 0 for cadences of months and years."""
        factor = {Unit.DAY: 1, Unit.WEEK: DAYS_PER_WEEK}.get(self.unit, 0)
        return factor * self.count


@dataclass(frozen=True, order=True)
class BillingPeriod:
    """The half-open time ``[start, end)``.

    >>> period = BillingPeriod(date(2026, 1, 31), date(2026, 2, 28))
    >>> period.days, period.last_day
    (28, datetime.date(2026, 2, 27))
    """

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise BillingRuleError("period_empty", start=self.start, end=self.end)

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    @property
    def last_day(self) -> date:
        """The last day that belongs to the period, for people."""
        return self.end - timedelta(days=1)

    def cut(self, start: date | None = None, end: date | None = None) -> BillingPeriod | None:
        """The part inside ``[start, end)``, None where nothing is left.

        >>> BillingPeriod(date(2026, 1, 1), date(2026, 2, 1)).cut(end=date(2026, 1, 11)).days
        10
        >>> BillingPeriod(date(2026, 1, 1), date(2026, 2, 1)).cut(date(2026, 2, 1)) is None
        True
        """
        first = max(self.start, start) if start else self.start
        last = min(self.end, end) if end else self.end
        return BillingPeriod(first, last) if first < last else None


def add_months(day: date, months: int) -> date:
    """``day`` moved by whole months, on the last day of a month that is too short.

    >>> add_months(date(2024, 1, 31), 1), add_months(date(2024, 2, 29), 12)
    (datetime.date(2024, 2, 29), datetime.date(2025, 2, 28))
    >>> add_months(date(2024, 3, 31), -1)
    datetime.date(2024, 2, 29)
    """
    year, month0 = divmod(day.year * MONTHS_PER_YEAR + day.month - 1 + months, MONTHS_PER_YEAR)
    last = calendar.monthrange(year, month0 + 1)[1]
    return date(year, month0 + 1, min(day.day, last))


def boundary(anchor: date, cadence: Cadence, index: int) -> date:
    """The ``index``-th boundary of the grid through ``anchor``; the anchor has index 0.

    >>> [boundary(date(2025, 1, 31), Cadence(Unit.MONTH), n).isoformat() for n in range(4)]
    ['2025-01-31', '2025-02-28', '2025-03-31', '2025-04-30']
    >>> boundary(date(2024, 2, 29), Cadence(Unit.YEAR), 4)
    datetime.date(2028, 2, 29)
    """
    if cadence.months:
        return add_months(anchor, index * cadence.months)
    return anchor + timedelta(days=index * cadence.days)


def index_of(anchor: date, cadence: Cadence, day: date) -> int:
    """Index of the period of the grid that contains ``day``; negative before the anchor.

    >>> monthly = Cadence(Unit.MONTH)
    >>> index_of(date(2025, 1, 31), monthly, date(2025, 2, 28))
    1
    >>> index_of(date(2025, 1, 31), monthly, date(2025, 2, 27))
    0
    >>> index_of(date(2025, 1, 31), monthly, date(2025, 1, 30))
    -1
    """
    if cadence.days:
        return (day - anchor).days // cadence.days
    months = (day.year - anchor.year) * MONTHS_PER_YEAR + day.month - anchor.month
    index = months // cadence.months
    # A clamped or later day of the month may put the boundary behind the day.
    return index if boundary(anchor, cadence, index) <= day else index - 1


def full_period(anchor: date, cadence: Cadence, day: date) -> BillingPeriod:
    """The period of the grid that contains ``day``.

    >>> full_period(date(2025, 1, 31), Cadence(Unit.MONTH), date(2025, 3, 1))
    BillingPeriod(start=datetime.date(2025, 2, 28), end=datetime.date(2025, 3, 31))
    """
    index = index_of(anchor, cadence, day)
    return BillingPeriod(boundary(anchor, cadence, index), boundary(anchor, cadence, index + 1))


def tile(
    anchor: date, cadence: Cadence, start: date, end: date | None = None
) -> Iterator[BillingPeriod]:
    """The time from ``start`` to ``end`` (open when None) cut at the boundaries of the grid.

    Without ``end`` the iterator is endless: the caller stops it.

    >>> parts = tile(date(2025, 1, 15), Cadence(Unit.MONTH), date(2025, 1, 20), date(2025, 3, 1))
    >>> [(part.start.isoformat(), part.end.isoformat()) for part in parts]
    [('2025-01-20', '2025-02-15'), ('2025-02-15', '2025-03-01')]
    """
    index = index_of(anchor, cadence, start)
    while end is None or start < end:
        index += 1
        stop = boundary(anchor, cadence, index)
        yield BillingPeriod(start, stop if end is None else min(stop, end))
        start = stop

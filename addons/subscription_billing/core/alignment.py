"""Where the grid of billing periods lies: each alignment is nothing but an anchor.

Whatever the alignment, the periods are those of :func:`periods.tile` through the anchor that
:func:`grid_anchor` finds. The anchor of a day of the month is put into a month that has the day,
so that a grid of the 31st passes through short months without losing its day.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

from .errors import BillingRuleError
from .periods import (
    DAYS_PER_WEEK,
    MONTHS_PER_YEAR,
    Cadence,
    Unit,
    add_months,
    full_period,
)

LONGEST_MONTH = 31


class AlignmentType(str, Enum):
    """What the boundaries of the periods follow."""

    ANNIVERSARY = "anniversary"
    CALENDAR = "calendar"
    DAY = "day"
    DATE = "date"
    WEEKDAY = "weekday"


@dataclass(frozen=True)
class Alignment:
    """An alignment and the one value that it needs.

    :ivar day: day of the month, for ``DAY``
    :ivar date: a boundary of the grid, for ``DATE``
    :ivar weekday: 1 for Monday to 7 for Sunday, for ``WEEKDAY``

    :raises BillingRuleError: ``alignment_day``, ``alignment_date``, ``alignment_weekday`` where
        the value is missing or impossible

    >>> Alignment(AlignmentType.DAY, day=32)
    Traceback (most recent call last):
    ...
    odoo...BillingRuleError: alignment_day {'day': 32}
    """

    type: AlignmentType = AlignmentType.ANNIVERSARY
    day: int | None = None
    date: date | None = None
    weekday: int | None = None

    def __post_init__(self) -> None:
        if self.type is AlignmentType.DAY and not _between(self.day, LONGEST_MONTH):
            raise BillingRuleError("alignment_day", day=self.day)
        if self.type is AlignmentType.WEEKDAY and not _between(self.weekday, DAYS_PER_WEEK):
            raise BillingRuleError("alignment_weekday", weekday=self.weekday)
        if self.type is AlignmentType.DATE and self.date is None:
            raise BillingRuleError("alignment_date")


def alignment_from_params(params: Mapping[str, object]) -> Alignment:
    """An alignment from JSON: ``type`` and ``day``, ``date`` or ``weekday``.

    :raises BillingRuleError: where the value of the type is missing or impossible
    :raises ValueError: for a type or a value that cannot be read at all

    >>> alignment_from_params({"type": "date", "date": "2026-04-01"}).date
    datetime.date(2026, 4, 1)
    """
    day, text, weekday = (params.get(key) for key in ("day", "date", "weekday"))
    return Alignment(
        AlignmentType(params["type"]),
        day=int(str(day)) if day is not None else None,
        date=date.fromisoformat(str(text)) if text is not None else None,
        weekday=int(str(weekday)) if weekday is not None else None,
    )


def grid_anchor(alignment: Alignment, start: date, cadence: Cadence) -> date:
    """The anchor of the grid of a contract that starts on ``start``.

    - anniversary: the start itself
    - calendar: weeks from the Monday of the week of the start, single months from the 1st,
      several months and years from 1 January of the year of the start, days from the start
    - day: that day of the month, the last day of shorter ones; for single months only
    - date: that date, wherever it lies
    - weekday: that day of the week, on or before the start; for weeks only

    :raises BillingRuleError: ``alignment_cadence``

    >>> quarterly, weekly = Cadence(Unit.MONTH, 3), Cadence(Unit.WEEK)
    >>> grid_anchor(Alignment(AlignmentType.CALENDAR), date(2024, 3, 12), quarterly)
    datetime.date(2024, 1, 1)
    >>> grid_anchor(Alignment(AlignmentType.WEEKDAY, weekday=3), date(2024, 3, 4), weekly)
    datetime.date(2024, 2, 28)
    >>> grid_anchor(Alignment(AlignmentType.DAY, day=31), date(2024, 4, 30), quarterly)
    Traceback (most recent call last):
    ...
    odoo...BillingRuleError: alignment_cadence {'type': 'day', 'unit': 'month', 'count': 3}
    """
    return ANCHORS[alignment.type](alignment, start, cadence)


def _between(value: int | None, last: int) -> bool:
    return value is not None and 1 <= value <= last


def _require(fits: bool, alignment: Alignment, cadence: Cadence) -> None:
    if not fits:
        raise BillingRuleError(
            "alignment_cadence",
            type=alignment.type.value,
            unit=cadence.unit.value,
            count=cadence.count,
        )


def _anniversary(_alignment: Alignment, start: date, _cadence: Cadence) -> date:
    return start


def _calendar(_alignment: Alignment, start: date, cadence: Cadence) -> date:
    if cadence.unit is Unit.DAY:
        return start
    if cadence.unit is Unit.WEEK:
        return _weekday_before(start, 1)
    # For single months any first of a month is the same grid.
    return date(start.year, 1, 1)


def _day(alignment: Alignment, start: date, cadence: Cadence) -> date:
    _require(cadence.months == 1, alignment, cadence)
    # January has every day of a month.
    return date(start.year, 1, alignment.day or 1)


def _date(alignment: Alignment, start: date, _cadence: Cadence) -> date:
    return alignment.date or start


def _weekday(alignment: Alignment, start: date, cadence: Cadence) -> date:
    _require(cadence.unit is Unit.WEEK, alignment, cadence)
    return _weekday_before(start, alignment.weekday or 1)


def _weekday_before(day: date, weekday: int) -> date:
    """The last such day of the week on or before ``day``."""
    return day - timedelta(days=(day.isoweekday() - weekday) % DAYS_PER_WEEK)


ANCHORS: dict[AlignmentType, Callable[[Alignment, date, Cadence], date]] = {
    AlignmentType.ANNIVERSARY: _anniversary,
    AlignmentType.CALENDAR: _calendar,
    AlignmentType.DAY: _day,
    AlignmentType.DATE: _date,
    AlignmentType.WEEKDAY: _weekday,
}


def billing_day_anchor(day: int, start: date, cadence: Cadence) -> date:
    """The anchor of a contract whose billing day was set, whatever its cadence.

    Single months follow the day of the month. Longer cadences begin a period on the first such
    day that is not before ``start``; cadences of days and weeks have no day of the month and
    begin on that day, too.

    :raises BillingRuleError: ``alignment_day``

    >>> billing_day_anchor(15, date(2026, 5, 20), Cadence(Unit.YEAR))
    datetime.date(2026, 6, 15)
    """
    monthly = Cadence(Unit.MONTH)
    anchor = grid_anchor(Alignment(AlignmentType.DAY, day=day), start, monthly)
    if cadence == monthly:
        return anchor
    period = full_period(anchor, monthly, start)
    first = period.start if period.start == start else period.end
    return _unclamped(first, day, cadence)


def _unclamped(first: date, day: int, cadence: Cadence) -> date:
    """An anchor of the same grid in a month that has the day, or the short month would keep it.

    >>> _unclamped(date(2025, 4, 30), 31, Cadence(Unit.MONTH, 3))
    datetime.date(2025, 1, 31)
    """
    for step in range(MONTHS_PER_YEAR):
        if not cadence.months:
            break
        month = add_months(first.replace(day=1), -step * cadence.months)
        if calendar.monthrange(month.year, month.month)[1] >= day:
            return month.replace(day=day)
    return first

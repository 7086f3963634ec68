"""When claims lapse.

Source: German Civil Code. § 195: three years. § 199 (1): from the end of the year in which the
claim fell due. § 197, § 201: thirty years for what a court has awarded, from that day. § 203: what
is negotiated does not lapse before three months after it failed. § 204 (2): proceedings suspend
until six months after they ended. § 209: the time of suspension is not counted. § 212: the time
begins anew with an acknowledgement or a payment on account.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

YEARS, TITLE_YEARS = 3, 30
MONTHS_AFTER_NEGOTIATION, MONTHS_AFTER_PROCEEDINGS = 3, 6


class Cause(str, Enum):
    """What changes the date of limitation."""

    ACKNOWLEDGED = "acknowledged"
    NEGOTIATED = "negotiated"
    PROCEEDINGS = "proceedings"
    TITLE = "title"


@dataclass(frozen=True)
class Change:
    """A cause, its day, and for what lasts its last day."""

    cause: Cause
    start: date
    last_day: date | None = None


def limitation_date(due: date, years: int = YEARS) -> date:
    """Return the last day on which a claim can be enforced.

    >>> limitation_date(date(2026, 1, 1)), limitation_date(date(2026, 12, 31))
    (datetime.date(2029, 12, 31), datetime.date(2029, 12, 31))
    """
    return date(due.year + years, 12, 31)


def changed(begins: date, current: date, change: Change) -> date:
    """Return the limitation date after a change; what has lapsed stays lapsed.

    :param begins: the day after which the regular time runs, 31 December of the year it fell due
    :param current: the date so far

    >>> begins, end = date(2026, 12, 31), date(2029, 12, 31)
    >>> changed(begins, end, Change(Cause.ACKNOWLEDGED, date(2028, 5, 10)))
    datetime.date(2031, 5, 10)
    >>> changed(begins, end, Change(Cause.NEGOTIATED, date(2029, 12, 1), date(2029, 12, 10)))
    datetime.date(2030, 3, 10)
    >>> changed(begins, end, Change(Cause.TITLE, date(2028, 5, 10)))
    datetime.date(2058, 5, 10)
    """
    if change.start > current:
        return current
    if change.cause is Cause.TITLE:
        return max(current, add_years(change.start, TITLE_YEARS))
    if change.cause is Cause.ACKNOWLEDGED:
        return max(current, add_years(change.start, YEARS))
    last_day = change.last_day or change.start
    if change.cause is Cause.PROCEEDINGS:
        last_day = add_months(last_day, MONTHS_AFTER_PROCEEDINGS)
    counted_from = max(change.start, begins + timedelta(days=1))
    days = max((last_day - counted_from).days + 1, 0)
    extended = current + timedelta(days=days)
    if change.cause is Cause.NEGOTIATED:
        extended = max(extended, add_months(last_day, MONTHS_AFTER_NEGOTIATION))
    return extended


def add_years(day: date, years: int) -> date:
    """Return the same day ``years`` later, the last of February for the 29th.

    >>> add_years(date(2028, 2, 29), 3)
    datetime.date(2031, 2, 28)
    """
    return add_months(day, years * 12)


def add_months(day: date, months: int) -> date:
    """Return the same day ``months`` later, the last one in a shorter month.

    >>> add_months(date(2026, 11, 30), 3)
    datetime.date(2027, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    last = (following - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))

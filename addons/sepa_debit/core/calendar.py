"""Days on which debits can be collected: the TARGET calendar, lead times and cut-offs."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

# A collection reaches the debtor's bank at the earliest this many calendar days ahead.
EARLIEST_DAYS = 14
DAY = timedelta(days=1)
SATURDAY = 5


def easter(year: int) -> date:
    """Return Easter Sunday of the Gregorian calendar (Meeus, Jones, Butcher).

    >>> easter(2026), easter(2027), easter(2038)
    (datetime.date(2026, 4, 5), datetime.date(2027, 3, 28), datetime.date(2038, 4, 25))
    """
    a, (b, c) = year % 19, divmod(year, 100)
    (d, e), g = divmod(b, 4), (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    weekday = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * weekday) // 451
    month, day = divmod(h + weekday - 7 * m + 114, 31)
    return date(year, month, day + 1)


@lru_cache(maxsize=64)
def closing_days(year: int) -> frozenset[date]:
    """Return the days besides weekends on which TARGET is closed.

    >>> [day.isoformat() for day in sorted(closing_days(2027))]
    ['2027-01-01', '2027-03-26', '2027-03-29', '2027-05-01', '2027-12-25', '2027-12-26']
    """
    sunday = easter(year)
    fixed = ((1, 1), (5, 1), (12, 25), (12, 26))
    moving = (sunday - 2 * DAY, sunday + DAY)
    return frozenset((*moving, *(date(year, month, day) for month, day in fixed)))


def is_target_day(day: date) -> bool:
    """Whether euro payments are settled on a day.

    >>> is_target_day(date(2026, 4, 3)), is_target_day(date(2026, 12, 31))
    (False, True)
    """
    return day.weekday() < SATURDAY and day not in closing_days(day.year)


def next_target_day(day: date) -> date:
    """Return ``day`` if it is a TARGET day, else the next one. Banks shift the same way.

    >>> next_target_day(date(2026, 4, 3)), next_target_day(date(2026, 12, 25))
    (datetime.date(2026, 4, 7), datetime.date(2026, 12, 28))
    """
    while not is_target_day(day):
        day += DAY
    return day


def add_target_days(day: date, count: int) -> date:
    """Return the TARGET day ``count`` TARGET days after (before, if negative) a day.

    A day that is none itself counts as the moment before the next one (after the last one, going
    back).

    >>> add_target_days(date(2026, 4, 2), 1), add_target_days(date(2026, 4, 7), -1)
    (datetime.date(2026, 4, 7), datetime.date(2026, 4, 2))
    >>> add_target_days(date(2026, 4, 4), 1)
    datetime.date(2026, 4, 7)
    """
    step = DAY if count > 0 else -DAY
    for _i in range(abs(count)):
        day += step
        while not is_target_day(day):
            day += step
    return day


@dataclass(frozen=True)
class Lead:
    """What a bank needs before the day of collection.

    :ivar days: TARGET days between submission and collection, at least 1
    :ivar cut_off: submission counts for the day until this time, exclusive; local to the bank
    """

    days: int = 1
    cut_off: time = time(12, 0)

    def __post_init__(self) -> None:
        if not 1 <= self.days <= EARLIEST_DAYS:
            raise ValueError("lead_days")


def earliest_collection(now: datetime, lead: Lead) -> date:
    """Return the first day that a file submitted ``now`` (bank's local time) can collect on.

    After the cut-off, or on a day without business, submission counts for the next TARGET day.

    >>> lead = Lead(1, time(11))
    >>> earliest_collection(datetime(2026, 4, 2, 10, 59), lead)
    datetime.date(2026, 4, 7)
    >>> earliest_collection(datetime(2026, 4, 2, 11), lead)
    datetime.date(2026, 4, 8)
    >>> earliest_collection(datetime(2026, 4, 3, 8), lead)
    datetime.date(2026, 4, 8)
    """
    day = now.date()
    if not is_target_day(day) or now.time() >= lead.cut_off:
        day = next_target_day(day + DAY)
    return add_target_days(day, lead.days)


@dataclass(frozen=True)
class Window:
    """When a collection may be submitted, both ends included.

    :ivar opens: the bank takes nothing earlier
    :ivar closes: last day; until the bank's cut-off
    """

    opens: date
    closes: date


def submission_window(collection: date, lead: Lead) -> Window:
    """Return when debits of a day of collection may be submitted.

    >>> submission_window(date(2027, 3, 30), Lead(1))
    Window(opens=datetime.date(2027, 3, 16), closes=datetime.date(2027, 3, 25))
    """
    return Window(collection - EARLIEST_DAYS * DAY, add_target_days(collection, -lead.days))


def collection_date(wanted: date, not_before: date) -> date:
    """Return the TARGET day on which to collect what is due on ``wanted``.

    >>> collection_date(date(2026, 5, 1), date(2026, 4, 20))
    datetime.date(2026, 5, 4)
    >>> collection_date(date(2026, 5, 1), date(2026, 5, 8))
    datetime.date(2026, 5, 8)
    """
    return next_target_day(max(wanted, not_before))


def target_days(start: date, end: date) -> Iterator[date]:
    """Yield the TARGET days of ``[start, end)``."""
    while start < end:
        if is_target_day(start):
            yield start
        start += DAY

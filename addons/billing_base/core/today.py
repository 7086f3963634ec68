"""Which calendar day it is for a company, and the days between two dates.

Pure functions: the instant and the time zones are passed in.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta, timezone, tzinfo


def billing_date(now: datetime, own_zone: tzinfo | None, country_zones: Sequence[tzinfo]) -> date:
    """Return the calendar day at the instant ``now`` (aware or naive UTC).

    The company's own time zone decides. Without one the zones of its country decide as long
    as the whole country keeps one clock at that instant. Otherwise it is the day in UTC.

    >>> now = datetime(2026, 1, 31, 23, 30)
    >>> plus = [timezone(timedelta(hours=hours)) for hours in range(3)]
    >>> billing_date(now, plus[1], [])
    datetime.date(2026, 2, 1)
    >>> billing_date(now, None, [plus[1], plus[1]])
    datetime.date(2026, 2, 1)
    >>> billing_date(now, None, [plus[1], plus[2]])
    datetime.date(2026, 1, 31)
    >>> billing_date(now, None, [])
    datetime.date(2026, 1, 31)
    """
    instant = now if now.tzinfo else now.replace(tzinfo=timezone.utc)
    return instant.astimezone(own_zone or _only_clock(instant, country_zones)).date()


def _only_clock(instant: datetime, zones: Sequence[tzinfo]) -> tzinfo:
    offsets = {instant.astimezone(zone).utcoffset() for zone in zones}
    return zones[0] if len(offsets) == 1 else timezone.utc


def days_after(start: date, end: date) -> Iterator[date]:
    """Yield each day after ``start`` up to and including ``end``.

    >>> [day.isoformat() for day in days_after(date(2026, 2, 27), date(2026, 3, 1))]
    ['2026-02-28', '2026-03-01']
    >>> list(days_after(date(2026, 3, 1), date(2026, 3, 1)))
    []
    """
    for offset in range(1, (end - start).days + 1):
        yield start + timedelta(days=offset)

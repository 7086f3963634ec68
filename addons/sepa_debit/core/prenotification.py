"""Telling debtors ahead: when, and whether what they were told still holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from .calendar import next_target_day

USUAL_DAYS = 14


@dataclass(frozen=True)
class Announcement:
    """What a debtor is told of a collection.

    :ivar creditor_id: and ``mandate`` have to be named with it
    """

    cents: int
    collect_on: date
    creditor_id: str
    mandate: str


def latest_notice(collect_on: date, days: int) -> date:
    """Return the last day on which a notice of a collection is in time.

    >>> latest_notice(date(2026, 12, 28), 14)
    datetime.date(2026, 12, 14)
    """
    return collect_on - timedelta(days=days)


def earliest_after_notice(notified_on: date, days: int) -> date:
    """Return the first day on which a collection that was announced may take place.

    >>> earliest_after_notice(date(2026, 3, 20), 14)
    datetime.date(2026, 4, 7)
    """
    return next_target_day(notified_on + timedelta(days=days))


def needs_notice(told: Announcement | None, planned: Announcement) -> bool:
    """Whether a debtor has to be told (again): never told, or anything differs.

    >>> first = Announcement(1190, date(2026, 4, 7), "DE98ZZZ09999999999", "M1")
    >>> needs_notice(None, first), needs_notice(first, first)
    (True, False)
    >>> needs_notice(first, Announcement(1290, date(2026, 4, 7), "DE98ZZZ09999999999", "M1"))
    True
    """
    return told != planned


def may_submit(
    told: Announcement | None, delivered_on: date | None, planned: Announcement, days: int
) -> bool:
    """Whether a collection may go to the bank: told as planned, delivered, and early enough.

    >>> planned = Announcement(1190, date(2026, 4, 7), "DE98ZZZ09999999999", "M1")
    >>> may_submit(planned, date(2026, 3, 24), planned, 14)
    True
    >>> may_submit(planned, date(2026, 3, 25), planned, 14)
    False
    >>> may_submit(planned, None, planned, 14)
    False
    """
    if needs_notice(told, planned) or delivered_on is None:
        return False
    return delivered_on <= latest_notice(planned.collect_on, days)

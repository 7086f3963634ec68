"""When a debtor is in default.

Source: § 286 BGB. Default begins with a reminder after the due date (1), at a date that was agreed
(2) no. 1, or 30 days after due date and receipt of the invoice (3), against consumers only if the
invoice says so. A due day on a weekend moves to the next working day (§ 193 BGB).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

PERIOD = timedelta(days=30)


class DefaultReason(Enum):
    """Why default began."""

    REMINDER = "reminder"
    AGREED = "agreed"
    PERIOD = "period"


@dataclass(frozen=True)
class DefaultFacts:
    """What is known of a claim.

    ``received_on`` is the day the invoice was delivered, ``reminded_on`` the day the first notice
    after the due date was, ``None`` without. ``is_period_told``: the debtor is no consumer, or the
    invoice points out the 30 days.
    """

    due: date
    is_date_agreed: bool = False
    is_period_told: bool = False
    received_on: date | None = None
    reminded_on: date | None = None


@dataclass(frozen=True)
class Default:
    """The day default begins; interest runs from the day after."""

    on: date
    reason: DefaultReason


def default_of(facts: DefaultFacts) -> Default | None:
    """Return the earliest default, whether it has come yet or not; ``None`` without any.

    >>> default_of(DefaultFacts(date(2026, 3, 2), is_date_agreed=True)).on
    datetime.date(2026, 3, 2)
    >>> default_of(DefaultFacts(date(2026, 3, 2), is_period_told=True,
    ...     received_on=date(2026, 3, 10), reminded_on=date(2026, 3, 20)))
    Default(on=datetime.date(2026, 3, 20), reason=<DefaultReason.REMINDER: 'reminder'>)
    >>> default_of(DefaultFacts(date(2026, 3, 2), is_period_told=True)) is None
    True
    """
    due = working_day(facts.due)
    found = []
    if facts.is_date_agreed:
        found.append(Default(due, DefaultReason.AGREED))
    if facts.reminded_on and facts.reminded_on > due:
        found.append(Default(facts.reminded_on, DefaultReason.REMINDER))
    if facts.is_period_told and facts.received_on:
        found.append(Default(max(due, facts.received_on) + PERIOD, DefaultReason.PERIOD))
    return min(found, key=lambda default: default.on, default=None)


def working_day(day: date) -> date:
    """Return ``day``, or the Monday after it when it is on a weekend.

    >>> working_day(date(2026, 2, 28)), working_day(date(2026, 3, 3))
    (datetime.date(2026, 3, 2), datetime.date(2026, 3, 3))
    """
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)

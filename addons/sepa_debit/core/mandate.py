"""Life of a mandate: states, lapse after 36 months, amendments."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import Enum

from dateutil.relativedelta import relativedelta

LAPSE_MONTHS = 36
LAPSE_NOTICE_DAYS = 30


class State(str, Enum):
    """Where a mandate stands."""

    DRAFT = "draft"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    ENDED = "ended"
    REVOKED = "revoked"
    LAPSED = "lapsed"


# Nothing leads back from what ended a mandate: the debtor signs a new one.
TRANSITIONS: dict[State, frozenset[State]] = {
    State.DRAFT: frozenset({State.ACTIVE, State.REVOKED}),
    State.ACTIVE: frozenset({State.SUSPENDED, State.ENDED, State.REVOKED, State.LAPSED}),
    State.SUSPENDED: frozenset({State.ACTIVE, State.ENDED, State.REVOKED, State.LAPSED}),
    State.ENDED: frozenset(),
    State.REVOKED: frozenset(),
    State.LAPSED: frozenset(),
}


def can_become(state: str, target: str) -> bool:
    """Whether a mandate may go from one state to another.

    >>> can_become("active", "suspended"), can_become("revoked", "active")
    (True, False)
    """
    return State(target) in TRANSITIONS[State(state)]


def lapse_date(signed_on: date, last_presented: date | None) -> date:
    """Return the first day on which the mandate may not be used any more.

    36 months after the last collection that was presented, even if it was rejected, returned or
    refunded; without any, after the signature.

    >>> lapse_date(date(2024, 2, 29), None)
    datetime.date(2027, 2, 28)
    >>> lapse_date(date(2024, 2, 29), date(2025, 1, 15))
    datetime.date(2028, 1, 15)
    """
    return (last_presented or signed_on) + relativedelta(months=LAPSE_MONTHS)


def lapse_notice_date(lapses_on: date) -> date:
    """Return the day on which somebody is told that the mandate is about to lapse.

    >>> lapse_notice_date(date(2027, 3, 31))
    datetime.date(2027, 3, 1)
    """
    return lapses_on - relativedelta(days=LAPSE_NOTICE_DAYS)


@dataclass(frozen=True)
class Amendment:
    """What changed since the last settled collection: the old values, empty where unchanged.

    :ivar reference: old mandate reference
    :ivar creditor_id: old creditor identifier
    :ivar creditor_name: old name of the creditor
    :ivar iban: old account of the debtor
    :ivar same_mandate_new_account: announce the new account without naming the old one (SMNDA)
    """

    reference: str = ""
    creditor_id: str = ""
    creditor_name: str = ""
    iban: str = ""
    same_mandate_new_account: bool = False

    def __bool__(self) -> bool:
        return self != NOTHING

    def with_old(self, **old: str) -> Amendment:
        """Return this amendment with further old values; the first old value stays.

        The bank knows the value of the last settled collection, not what was changed in between.

        >>> Amendment().with_old(iban="DE1").with_old(iban="DE2").iban
        'DE1'
        """
        fresh = {name: value for name, value in old.items() if not getattr(self, name)}
        return replace(self, **fresh)  # type: ignore[arg-type]

    def without(self, **current: str) -> Amendment:
        """Return what is left when values are again what the bank knows.

        >>> bool(Amendment(iban="DE1").without(iban="DE1"))
        False
        >>> Amendment(iban="DE1").without(iban="DE2").iban
        'DE1'
        """
        gone = {name: "" for name, value in current.items() if getattr(self, name) == value}
        return replace(self, **gone)  # type: ignore[arg-type]


NOTHING = Amendment()


def is_amendment_announced(outcome: str) -> bool:
    """Whether a collection with this outcome has told the debtor's bank what changed.

    Only one that was settled has; after a reject the amendment travels again.

    >>> is_amendment_announced("settled"), is_amendment_announced("failed")
    (True, False)
    """
    return outcome == "settled"

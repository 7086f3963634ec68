"""Billed minus due: what was charged for time that is not served, and is owed back.

The ledger of billed time only grows. A charge is followed by the credits that take back parts
of it, and credited time that is served after all by a charge again (a correction). From these
entries follow the time that counts as billed and the credits that are due. A credit never takes
back more than its charge has debited.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum

from .periods import BillingPeriod
from .pricing import round_amount
from .proration import Proration, prorate, share
from .spans import Span, outside, subtract

ZERO = Decimal(0)


class Kind(str, Enum):
    """What an entry of the ledger does to the time it names.

    An adjustment changes what charged time costs, not which time is charged.
    """

    CHARGE = "charge"
    CREDIT = "credit"
    CORRECTION = "correction"
    ADJUSTMENT = "adjustment"


@dataclass(frozen=True)
class LedgerEntry:
    """A row of the ledger that counts (was not voided).

    :ivar amount: what was billed, negative for credits
    :ivar full: period of the grid whose price the amount is a part of
    :ivar full_amount: unrounded price of that period
    :ivar corrects: id of the entry that this one takes back or charges again
    """

    id: int
    kind: Kind
    period: BillingPeriod
    amount: Decimal
    full: BillingPeriod
    full_amount: Decimal
    corrects: int | None = None


@dataclass(frozen=True)
class DraftCredit:
    """A part of a charge to give back; ``amount`` is negative."""

    entry: LedgerEntry
    period: BillingPeriod
    days: tuple[int, int]
    amount: Decimal


def credits_of(entry: LedgerEntry, entries: Sequence[LedgerEntry]) -> list[LedgerEntry]:
    """The credits that take back parts of a charge."""
    return [other for other in entries if other.kind is Kind.CREDIT and other.corrects == entry.id]


def charges(entries: Sequence[LedgerEntry]) -> list[LedgerEntry]:
    """The entries that charge time."""
    return [entry for entry in entries if entry.kind in (Kind.CHARGE, Kind.CORRECTION)]


def billed_time(entries: Sequence[LedgerEntry]) -> list[BillingPeriod]:
    """The time that is charged and not taken back.

    >>> month = BillingPeriod(date(2026, 1, 1), date(2026, 2, 1))
    >>> rest = BillingPeriod(date(2026, 1, 20), date(2026, 2, 1))
    >>> paid = LedgerEntry(1, Kind.CHARGE, month, Decimal(31), month, Decimal(31))
    >>> back = LedgerEntry(2, Kind.CREDIT, rest, Decimal(-12), month, Decimal(31), corrects=1)
    >>> [(part.start.day, part.end.day) for part in billed_time([paid, back])]
    [(1, 20)]
    """
    return [
        part
        for entry in charges(entries)
        for part in subtract(entry.period, [back.period for back in credits_of(entry, entries)])
    ]


def unserved(
    entries: Sequence[LedgerEntry], served: Sequence[Span], settled: date | None = None
) -> list[tuple[LedgerEntry, BillingPeriod]]:
    """Parts of charges that were not taken back and are not served.

    :param served: the time that may stay billed
    :param settled: what lies before is not looked at again
    """
    found = []
    for entry in charges(entries):
        taken = [back.period for back in credits_of(entry, entries)]
        for part in subtract(entry.period, taken):
            for gap in outside(part, served):
                cut = gap.cut(settled)
                if cut:
                    found.append((entry, cut))
    return found


def due_credits(
    entries: Sequence[LedgerEntry],
    served: Sequence[Span],
    today: date,
    proration: Proration,
    digits: int,
    settled: date | None = None,
) -> list[DraftCredit]:
    """Credits for time that has become unserved by ``today``, each priced as it was billed.

    Time counts as unserved from the day on which the service ends: until then a change that is
    planned can still be undone.

    >>> month = BillingPeriod(date(2026, 1, 1), date(2026, 2, 1))
    >>> paid = LedgerEntry(1, Kind.CHARGE, month, Decimal("31.00"), month, Decimal(31))
    >>> served = [Span(date(2026, 1, 1), date(2026, 1, 20))]
    >>> [credit.amount for credit in due_credits([paid], served, date(2026, 1, 20),
    ...     Proration.ACTUAL_DAYS, 2)]
    [Decimal('-12.00')]
    >>> due_credits([paid], served, date(2026, 1, 19), Proration.ACTUAL_DAYS, 2)
    []
    """
    found: list[DraftCredit] = []
    for entry, part in unserved(entries, served, settled):
        if part.start <= today:
            left = _left_of(entry, entries, found)
            amount = prorate(entry.full_amount, part, entry.full, proration)
            found.append(
                DraftCredit(
                    entry=entry,
                    period=part,
                    days=share(part, entry.full, proration),
                    amount=-_capped(round_amount(amount, digits), left),
                )
            )
    return found


def next_credit_day(
    entries: Sequence[LedgerEntry], served: Sequence[Span], settled: date | None = None
) -> date | None:
    """The day on which the next credit is due, None without any."""
    return min((part.start for _entry, part in unserved(entries, served, settled)), default=None)


def recharged(
    period: BillingPeriod, entries: Sequence[LedgerEntry]
) -> list[tuple[BillingPeriod, LedgerEntry | None]]:
    """A period to charge, cut where it was billed before, each part with the credit it undoes.

    >>> month = BillingPeriod(date(2026, 1, 1), date(2026, 2, 1))
    >>> paid = LedgerEntry(1, Kind.CHARGE, month, Decimal(31), month, Decimal(31))
    >>> back = LedgerEntry(2, Kind.CREDIT, month, Decimal(-31), month, Decimal(31), corrects=1)
    >>> [(part.days, entry and entry.id) for part, entry in recharged(month, [paid, back])]
    [(31, 2)]
    """
    backs = [entry for entry in entries if entry.kind is Kind.CREDIT]
    parts: list[tuple[BillingPeriod, LedgerEntry | None]] = []
    rest = [period]
    # The latest credit of some time is the one that a new charge undoes.
    for back in sorted(backs, key=lambda entry: entry.id, reverse=True):
        for piece in rest:
            overlap = piece.cut(back.period.start, back.period.end)
            if overlap:
                parts.append((overlap, back))
        rest = [left for piece in rest for left in subtract(piece, [back.period])]
    parts += [(piece, None) for piece in rest]
    return sorted(parts, key=lambda part: part[0])


def _left_of(
    entry: LedgerEntry, entries: Sequence[LedgerEntry], new: Sequence[DraftCredit]
) -> Decimal:
    """What of a charge was not taken back yet."""
    back = sum((other.amount for other in credits_of(entry, entries)), ZERO)
    back += sum((credit.amount for credit in new if credit.entry is entry), ZERO)
    return entry.amount + back


def _capped(amount: Decimal, left: Decimal) -> Decimal:
    """``amount`` but not beyond what is left; charges may be negative, too."""
    if left >= 0:
        return min(max(amount, ZERO), left)
    return max(min(amount, ZERO), left)

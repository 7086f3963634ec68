"""Deposits: money that secures a contract, given back in full when the contract ends.

A deposit belongs to no time that is served. It stands in the ledger on its first day, which keeps
it unique there, and its return on the day of the end. What is given back is exactly what was
charged, never a part by days.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from .invoicing import DraftCharge
from .periods import BillingPeriod
from .pricing import Terms, round_amount
from .repair import DraftCredit, Kind, LedgerEntry, charges, credits_of


@dataclass(frozen=True)
class Deposit:
    """What must be known of a deposit.

    :ivar day: the day on which it is charged
    :ivar end: the day from which on nothing is secured any more, None while open
    """

    day: date
    end: date | None
    terms: Terms
    quantity: Decimal

    @property
    def period(self) -> BillingPeriod:
        """The one day under which it stands in the ledger."""
        return one_day(self.day)

    def is_due_on(self, day: date) -> bool:
        """Whether the deposit must be held on a day."""
        return self.day <= day and (self.end is None or day < self.end)


def one_day(day: date) -> BillingPeriod:
    """The period of a single day."""
    return BillingPeriod(day, day + timedelta(days=1))


def held(entries: Sequence[LedgerEntry]) -> LedgerEntry | None:
    """The charge that was not given back yet.

    >>> day = BillingPeriod(date(2026, 1, 1), date(2026, 1, 2))
    >>> paid = LedgerEntry(1, Kind.CHARGE, day, Decimal(500), day, Decimal(500))
    >>> back = LedgerEntry(2, Kind.CREDIT, day, Decimal(-500), day, Decimal(500), corrects=1)
    >>> held([paid]) is paid, held([paid, back])
    (True, None)
    """
    kept = [entry for entry in charges(entries) if not credits_of(entry, entries)]
    return kept[-1] if kept else None


def due_deposit(
    deposit: Deposit, entries: Sequence[LedgerEntry], today: date, digits: int
) -> tuple[DraftCharge, LedgerEntry | None] | None:
    """What to charge on a day, with the return that it undoes; None when nothing is due.

    >>> from .pricing import Flat
    >>> deposit = Deposit(date(2026, 1, 1), None, Flat(Decimal(500)), Decimal(1))
    >>> draft, undone = due_deposit(deposit, [], date(2026, 1, 1), 2)
    >>> draft.amount, undone
    (Decimal('500.00'), None)
    >>> due_deposit(deposit, [], date(2025, 12, 31), 2) is None
    True
    """
    if held(entries) or not deposit.is_due_on(today):
        return None
    price = deposit.terms.price(deposit.quantity)
    period = deposit.period
    returns = [entry for entry in entries if entry.kind is Kind.CREDIT]
    draft = DraftCharge(
        period=period,
        quantity=deposit.quantity,
        price=price,
        days=(1, 1),
        amount=round_amount(price.amount, digits),
        full=period,
    )
    return draft, returns[-1] if returns else None


def due_return(
    deposit: Deposit, entries: Sequence[LedgerEntry], today: date
) -> DraftCredit | None:
    """What to give back on a day: all of it once the end is reached, before that nothing.

    >>> from .pricing import Flat
    >>> deposit = Deposit(date(2026, 1, 1), date(2026, 7, 1), Flat(Decimal(600)), Decimal(1))
    >>> paid = LedgerEntry(1, Kind.CHARGE, deposit.period, Decimal(500), deposit.period,
    ...     Decimal(500))
    >>> due_return(deposit, [paid], date(2026, 7, 1)).amount
    Decimal('-500')
    >>> due_return(deposit, [paid], date(2026, 6, 30)) is None
    True
    """
    paid = held(entries)
    if not paid or deposit.end is None or today < deposit.end:
        return None
    return DraftCredit(entry=paid, period=one_day(deposit.end), days=(1, 1), amount=-paid.amount)


def next_deposit_day(deposit: Deposit, entries: Sequence[LedgerEntry]) -> date | None:
    """The day on which something is to charge or to give back, None when all is done.

    >>> from .pricing import Flat
    >>> deposit = Deposit(date(2026, 1, 1), date(2026, 7, 1), Flat(Decimal(500)), Decimal(1))
    >>> next_deposit_day(deposit, [])
    datetime.date(2026, 1, 1)
    """
    if held(entries):
        return deposit.end
    returned = max((entry.period.start for entry in entries), default=deposit.day)
    return deposit.day if deposit.end is None or returned < deposit.end else None

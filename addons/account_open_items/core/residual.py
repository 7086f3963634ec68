"""What was open on a past day.

Source: an item is cleared by reconciliations, each of which counts from the later date of its two
sides on. So what was open on a day is the amount of the item minus what had been reconciled by
then, or what is open now plus what was reconciled since: both give the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(frozen=True)
class Clearing:
    """One reconciliation of an item: what it took away, in both currencies, and since when.

    Amounts carry the sign of the item: positive for what is owed to us. What an exchange
    difference takes away has no amount in the currency of the item.
    """

    day: date
    amount: Decimal
    amount_currency: Decimal


@dataclass(frozen=True)
class Residual:
    """What is open: in the company's currency and in that of the item."""

    amount: Decimal
    amount_currency: Decimal

    @property
    def is_open(self) -> bool:
        """Whether anything is left, in either currency."""
        return bool(self.amount or self.amount_currency)


def open_on(
    booked_on: date, original: Residual, clearings: Iterable[Clearing], day: date
) -> Residual:
    """Return what was open of an item at the end of ``day``.

    >>> item = Residual(Decimal(100), Decimal(100))
    >>> paid = [Clearing(date(2026, 2, 1), Decimal(60), Decimal(60))]
    >>> open_on(date(2026, 1, 1), item, paid, date(2026, 1, 31)).amount
    Decimal('100')
    >>> open_on(date(2026, 1, 1), item, paid, date(2026, 2, 1)).amount
    Decimal('40')
    >>> open_on(date(2026, 1, 1), item, paid, date(2025, 12, 31)).is_open
    False
    """
    if booked_on > day:
        return Residual(ZERO, ZERO)
    past = [clearing for clearing in clearings if clearing.day <= day]
    return Residual(
        original.amount - sum((c.amount for c in past), ZERO),
        original.amount_currency - sum((c.amount_currency for c in past), ZERO),
    )


def wound_back(
    booked_on: date, current: Residual, clearings: Iterable[Clearing], day: date
) -> Residual:
    """Return the same as ``open_on``, from what is open now.

    >>> paid = [Clearing(date(2026, 2, 1), Decimal(60), Decimal(60))]
    >>> now = Residual(Decimal(40), Decimal(40))
    >>> wound_back(date(2026, 1, 1), now, paid, date(2026, 1, 31)).amount
    Decimal('100')
    """
    if booked_on > day:
        return Residual(ZERO, ZERO)
    later = [clearing for clearing in clearings if clearing.day > day]
    return Residual(
        current.amount + sum((c.amount for c in later), ZERO),
        current.amount_currency + sum((c.amount_currency for c in later), ZERO),
    )

"""What a write-off takes from each part of an invoice."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal


def shares(amount: Decimal, gross: Sequence[Decimal], unit: Decimal) -> list[Decimal]:
    """Return the share of each part in ``amount``, in proportion to its gross amount.

    Rounded to ``unit`` once; the largest part takes what is left, so the shares sum up.

    >>> shares(Decimal("50.00"), [Decimal("119"), Decimal("107")], Decimal("0.01"))
    [Decimal('26.33'), Decimal('23.67')]
    >>> shares(Decimal("10.00"), [], Decimal("0.01"))
    []
    """
    total = sum(gross, Decimal(0))
    if not gross:
        return []
    if not total:
        return [amount, *[Decimal(0)] * (len(gross) - 1)]
    found = [rounded(amount * part / total, unit) for part in gross]
    largest = max(range(len(gross)), key=lambda i: abs(gross[i]))
    found[largest] += amount - sum(found, Decimal(0))
    return found


def net_of(gross: Decimal, ratio: Decimal, unit: Decimal) -> Decimal:
    """Return the net part of ``gross``, with ``ratio`` = gross / net of the original.

    >>> net_of(Decimal("119.00"), Decimal("1.19"), Decimal("0.01"))
    Decimal('100.00')
    """
    return rounded(gross / ratio, unit) if ratio else gross


def rounded(amount: Decimal, unit: Decimal) -> Decimal:
    """Return ``amount`` in whole units, halves away from zero.

    >>> rounded(Decimal("0.125"), Decimal("0.01"))
    Decimal('0.13')
    """
    return (amount / unit).quantize(Decimal(1), rounding=ROUND_HALF_UP) * unit

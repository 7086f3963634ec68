"""The one rounding of money."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal


def round_amount(amount: Decimal, digits: int) -> Decimal:
    """Round half up (away from zero) to the digits of a currency.

    >>> round_amount(Decimal("2.675"), 2), round_amount(Decimal("-2.675"), 2)
    (Decimal('2.68'), Decimal('-2.68'))
    >>> round_amount(Decimal("1234.5"), 0)
    Decimal('1235')
    """
    return amount.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)

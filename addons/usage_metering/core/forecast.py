"""What a period that is not over will probably have used in the end."""

from __future__ import annotations

from decimal import Decimal

from .aggregation import ADDITIVE, Aggregation, rounded


def forecast(
    aggregation: Aggregation | str, quantity: Decimal, elapsed: Decimal, is_level: bool = False
) -> Decimal:
    """The quantity at the end of the period, going on as before.

    Quantities that add up grow with time; levels and highest values are expected to stay, and so
    does a sum that began with a level.

    :param elapsed: the part of the period that is over, above 0 and up to 1
    :param is_level: the period began with the level of the one before

    >>> forecast("sum", Decimal(10), Decimal("0.25"))
    Decimal('40.000000')
    >>> forecast("max", Decimal(10), Decimal("0.25"))
    Decimal('10')
    """
    if Aggregation(aggregation) not in ADDITIVE or is_level or not 0 < elapsed < 1:
        return quantity
    return rounded(quantity / elapsed)

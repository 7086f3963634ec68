"""How much of an open item may still be collected."""

from decimal import Decimal


def collectable(residual: Decimal, in_collection: Decimal) -> Decimal:
    """Return what is left of ``residual`` once everything under way has arrived.

    Never negative: a credit has nothing to collect, and more under way than open (the customer
    also paid by transfer) leaves nothing.

    >>> collectable(Decimal("119.00"), Decimal("19.00"))
    Decimal('100.00')
    >>> collectable(Decimal("119.00"), Decimal("150.00"))
    Decimal('0')
    >>> collectable(Decimal("-50.00"), Decimal("0"))
    Decimal('0')
    """
    return max(residual - max(in_collection, Decimal(0)), Decimal(0))

"""Whether a customer may owe more: the credit limit against what is open and to come."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class CreditStanding:
    """Amounts in the currency of the company, taxes included.

    :ivar limit: what the customer may owe; None where no limit is kept
    :ivar open: what it owes now; negative where it has paid more
    :ivar coming: what it is going to owe by what is asked for
    """

    limit: Decimal | None
    open: Decimal
    coming: Decimal

    @property
    def excess(self) -> Decimal:
        """By how much the limit would be passed, zero if it is not.

        >>> CreditStanding(Decimal(100), Decimal(80), Decimal(50)).excess
        Decimal('30')
        >>> CreditStanding(None, Decimal(80), Decimal(50)).excess
        Decimal('0')
        """
        if self.limit is None:
            return Decimal(0)
        return max(self.open + self.coming - self.limit, Decimal(0))

    @property
    def is_exceeded(self) -> bool:
        """Whether what is asked for is too much; who asks for nothing never does.

        >>> CreditStanding(Decimal(100), Decimal(120), Decimal(0)).is_exceeded
        False
        """
        return self.coming > 0 and self.excess > 0

"""Charge models: from a quantity to an amount that explains itself.

One function per model. Amounts are unrounded; the one rounding happens in
:func:`round_amount`, called once per invoice line.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum

from .errors import BillingRuleError


class ChargeModel(str, Enum):
    """How a quantity becomes an amount."""

    FLAT = "flat"
    PER_UNIT = "per_unit"


@dataclass(frozen=True)
class Step:
    """One line of an explanation: ``quantity`` at ``unit_price`` gives ``amount``."""

    quantity: Decimal
    unit_price: Decimal

    @property
    def amount(self) -> Decimal:
        return self.quantity * self.unit_price


@dataclass(frozen=True)
class Price:
    """An unrounded amount and the steps that lead to it."""

    steps: tuple[Step, ...]

    @property
    def amount(self) -> Decimal:
        return sum((step.amount for step in self.steps), Decimal(0))


def flat(quantity: Decimal, unit_price: Decimal) -> Price:
    """The same amount whatever the quantity.

    >>> flat(Decimal(7), Decimal("49.00")).amount
    Decimal('49.00')
    """
    return Price((Step(Decimal(1), unit_price),))


def per_unit(quantity: Decimal, unit_price: Decimal) -> Price:
    """Quantity times unit price.

    >>> per_unit(Decimal(3), Decimal("9.90")).amount
    Decimal('29.70')
    """
    return Price((Step(quantity, unit_price),))


MODELS: dict[ChargeModel, Callable[[Decimal, Decimal], Price]] = {
    ChargeModel.FLAT: flat,
    ChargeModel.PER_UNIT: per_unit,
}


def price(model: ChargeModel, quantity: Decimal, unit_price: Decimal) -> Price:
    """Price a quantity by a charge model.

    :raises BillingRuleError: ``quantity_negative``

    >>> price(ChargeModel.PER_UNIT, Decimal(-1), Decimal(5))
    Traceback (most recent call last):
    ...
    odoo...BillingRuleError: quantity_negative {'quantity': Decimal('-1')}
    """
    if quantity < 0:
        raise BillingRuleError("quantity_negative", quantity=quantity)
    return MODELS[model](quantity, unit_price)


def round_amount(amount: Decimal, digits: int) -> Decimal:
    """Round half up (away from zero) to the digits of a currency.

    >>> round_amount(Decimal("2.675"), 2), round_amount(Decimal("-2.675"), 2)
    (Decimal('2.68'), Decimal('-2.68'))
    >>> round_amount(Decimal("1234.5"), 0)
    Decimal('1235')
    """
    return amount.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)

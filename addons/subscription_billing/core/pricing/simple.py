"""Models of one price: a flat fee, and a price for each unit."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from ..errors import BillingRuleError
from .base import ONE, ChargeModel, Price, Step, StepKind, Terms
from .reader import ParamReader, ParamValue, to_text


@dataclass(frozen=True)
class Flat(Terms):
    """The same amount whatever the quantity.

    >>> Flat(Decimal("49.00")).price(Decimal(7)).amount
    Decimal('49.00')
    """

    model: ClassVar[ChargeModel] = ChargeModel.FLAT

    amount: Decimal

    def _steps(self, quantity: Decimal) -> Iterable[Step]:
        return [Step(ONE, self.amount, StepKind.FLAT)]

    @classmethod
    def _read(cls, params: ParamReader) -> Flat:
        return cls(params.number("amount"))

    def _params(self) -> dict[str, ParamValue]:
        return {"amount": to_text(self.amount)}


@dataclass(frozen=True)
class PerUnit(Terms):
    """Quantity times unit price.

    >>> PerUnit(Decimal("9.90")).price(Decimal(3)).amount
    Decimal('29.70')
    >>> PerUnit(Decimal(10), maximum=Decimal(50)).price(Decimal(6)).amount
    Decimal('50')
    """

    model: ClassVar[ChargeModel] = ChargeModel.PER_UNIT

    unit_price: Decimal

    def _steps(self, quantity: Decimal) -> Iterable[Step]:
        return [Step(quantity, self.unit_price)]

    @classmethod
    def _read(cls, params: ParamReader) -> PerUnit:
        return cls(params.number("unit_price"))

    def _params(self) -> dict[str, ParamValue]:
        return {"unit_price": to_text(self.unit_price)}


def flat(quantity: Decimal, unit_price: Decimal) -> Price:
    """The same amount whatever the quantity.

    >>> flat(Decimal(7), Decimal("49.00")).amount
    Decimal('49.00')
    """
    return Flat(unit_price).price(quantity)


def per_unit(quantity: Decimal, unit_price: Decimal) -> Price:
    """Quantity times unit price.

    >>> per_unit(Decimal(3), Decimal("9.90")).amount
    Decimal('29.70')
    """
    return PerUnit(unit_price).price(quantity)


# The models that one price describes.
MODELS: dict[ChargeModel, Callable[[Decimal, Decimal], Price]] = {
    ChargeModel.FLAT: flat,
    ChargeModel.PER_UNIT: per_unit,
}


def price(model: ChargeModel, quantity: Decimal, unit_price: Decimal) -> Price:
    """Price a quantity by a charge model that one price describes.

    :raises BillingRuleError: ``quantity_negative``, ``model_needs_terms``

    >>> price(ChargeModel.PER_UNIT, Decimal(-1), Decimal(5))
    Traceback (most recent call last):
    ...
    odoo...BillingRuleError: quantity_negative {'quantity': Decimal('-1')}
    """
    if model not in MODELS:
        raise BillingRuleError("model_needs_terms", model=model.value)
    return MODELS[model](quantity, unit_price)

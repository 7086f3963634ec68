"""Package prices: whole packages, of which each started one is charged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from ..errors import BillingRuleError
from .base import ZERO, ChargeModel, Step, StepKind, Terms, not_negative
from .reader import ParamReader, ParamValue, to_text


@dataclass(frozen=True)
class Package(Terms):
    """Started packages of ``package_size`` units after the free units.

    :raises BillingRuleError: ``package_size``, ``free_units_negative``

    >>> terms = Package(Decimal(10), Decimal(100), free_units=Decimal(5))
    >>> [int(terms.price(Decimal(used)).amount) for used in (5, 6, 15, 16)]
    [0, 100, 100, 200]
    """

    model: ClassVar[ChargeModel] = ChargeModel.PACKAGE

    package_size: Decimal
    package_price: Decimal
    free_units: Decimal = ZERO

    def _check(self) -> None:
        not_negative("free_units_negative", free_units=self.free_units)
        if self.package_size <= 0:
            raise BillingRuleError("package_size", package_size=self.package_size)

    def _steps(self, quantity: Decimal) -> Iterable[Step]:
        free = min(quantity, self.free_units)
        if free:
            yield Step(free, ZERO, StepKind.FREE_UNITS)
        packages = self._started(quantity - free)
        yield Step(packages, self.package_price, StepKind.PACKAGES, size=self.package_size)

    def _started(self, units: Decimal) -> Decimal:
        # Whole division first: a quotient cut to the precision could hide a started package.
        whole, rest = divmod(units, self.package_size)
        return whole + (1 if rest else 0)

    @classmethod
    def _read(cls, params: ParamReader) -> Package:
        return cls(
            params.number("package_size"),
            params.number("package_price"),
            params.number("free_units", ZERO),
        )

    def _params(self) -> dict[str, ParamValue]:
        return {
            "package_size": to_text(self.package_size),
            "package_price": to_text(self.package_price),
            "free_units": to_text(self.free_units),
        }

"""Graduated prices: each part of the quantity at the price of its own tier."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from .base import ChargeModel, Step, Terms, not_negative
from .reader import ParamReader, ParamValue
from .tiers import (
    RateTier,
    Tier,
    check_tiers,
    parts,
    read_rate_tier,
    read_tier,
    read_tiers,
    tier_rows,
)


@dataclass(frozen=True)
class Graduated(Terms):
    """Each part of the quantity at its tier, and the flat amount of every tier reached.

    >>> terms = Graduated((Tier(Decimal(5), Decimal(10), Decimal(100)), Tier(None, Decimal(5))))
    >>> [int(step.amount) for step in terms.price(Decimal(7)).steps]
    [50, 100, 10]
    >>> terms.price(Decimal(0)).amount
    Decimal('100')
    """

    model: ClassVar[ChargeModel] = ChargeModel.GRADUATED

    tiers: tuple[Tier, ...]

    def _check(self) -> None:
        check_tiers(self.tiers)

    def _steps(self, quantity: Decimal) -> Iterable[Step]:
        return (step for part in parts(self.tiers, quantity) for step in part.steps())

    @classmethod
    def _read(cls, params: ParamReader) -> Graduated:
        return cls(read_tiers(params, read_tier))

    def _params(self) -> dict[str, ParamValue]:
        return {"tiers": tier_rows(self.tiers)}


@dataclass(frozen=True)
class GraduatedPercentage(Terms):
    """As graduated, with a rate in percent of the value instead of a unit price.

    >>> terms = GraduatedPercentage((RateTier(Decimal(100), Decimal(5)),
    ...     RateTier(None, Decimal(2), Decimal(10))))
    >>> terms.price(Decimal(150)).amount
    Decimal('16.00')
    """

    model: ClassVar[ChargeModel] = ChargeModel.GRADUATED_PERCENTAGE

    tiers: tuple[RateTier, ...]

    def _check(self) -> None:
        check_tiers(self.tiers)
        for tier in self.tiers:
            not_negative("rate_negative", rate=tier.rate)

    def _steps(self, quantity: Decimal) -> Iterable[Step]:
        return (step for part in parts(self.tiers, quantity) for step in part.steps())

    @classmethod
    def _read(cls, params: ParamReader) -> GraduatedPercentage:
        return cls(read_tiers(params, read_rate_tier))

    def _params(self) -> dict[str, ParamValue]:
        return {"tiers": tier_rows(self.tiers)}

"""Volume prices: the whole quantity at the price of the tier in which it ends."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from .base import ChargeModel, Step, Terms
from .reader import ParamReader, ParamValue
from .tiers import Tier, check_tiers, parts, read_tier, read_tiers, tier_rows


@dataclass(frozen=True)
class Volume(Terms):
    """The whole quantity, and one flat amount, at the tier in which the quantity ends.

    >>> terms = Volume((Tier(Decimal(10), Decimal(5)), Tier(None, Decimal(2), Decimal(50))))
    >>> terms.price(Decimal(10)).amount, terms.price(Decimal(15)).amount
    (Decimal('50'), Decimal('80'))
    """

    model: ClassVar[ChargeModel] = ChargeModel.VOLUME

    tiers: tuple[Tier, ...]

    def _check(self) -> None:
        check_tiers(self.tiers)

    def _steps(self, quantity: Decimal) -> Iterable[Step]:
        last = deque(parts(self.tiers, quantity), maxlen=1).pop()
        return last.steps(quantity)

    @classmethod
    def _read(cls, params: ParamReader) -> Volume:
        return cls(read_tiers(params, read_tier))

    def _params(self) -> dict[str, ParamValue]:
        return {"tiers": tier_rows(self.tiers)}

"""Tiers, half-open: each covers quantities above the previous border up to and including its own.

That leaves no gap for fractions and no quantity in two tiers. The first tier also counts as
reached by a quantity of zero, which lies above no border.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol, TypeVar

from ..errors import BillingRuleError
from .base import ONE, ZERO, Step, StepKind, Terms, percent
from .reader import ParamReader, ParamValue, to_text


class AnyTier(Protocol):
    """What the models ask of a tier."""

    @property
    def up_to(self) -> Decimal | None: ...
    @property
    def unit_price(self) -> Decimal: ...
    @property
    def flat_amount(self) -> Decimal: ...


@dataclass(frozen=True)
class Tier:
    """A tier with a price for each unit.

    :ivar up_to: the last quantity of the tier, None above all borders
    :ivar flat_amount: charged once when the tier is reached
    """

    up_to: Decimal | None
    unit_price: Decimal
    flat_amount: Decimal = ZERO


@dataclass(frozen=True)
class RateTier:
    """A tier with a rate in percent of the value."""

    up_to: Decimal | None
    rate: Decimal
    flat_amount: Decimal = ZERO

    @property
    def unit_price(self) -> Decimal:
        return percent(self.rate)


T = TypeVar("T", bound=AnyTier)


@dataclass(frozen=True)
class Part:
    """The quantity that lies in one tier."""

    above: Decimal
    tier: AnyTier
    quantity: Decimal

    def steps(self, quantity: Decimal | None = None) -> Iterator[Step]:
        """What the part costs, or what ``quantity`` costs at the prices of its tier."""
        units = self.quantity if quantity is None else quantity
        border = (self.above, self.tier.up_to)
        yield Step(units, self.tier.unit_price, StepKind.TIER_UNITS, *border)
        if self.tier.flat_amount:
            yield Step(ONE, self.tier.flat_amount, StepKind.TIER_FLAT, *border)


def check_tiers(tiers: Sequence[AnyTier]) -> None:
    """Accept borders that grow from above zero, at most the last of them open.

    :raises BillingRuleError: ``tiers_empty``, ``tiers_order``

    >>> check_tiers([Tier(Decimal(5), ZERO), Tier(None, ZERO)])
    >>> check_tiers([Tier(Decimal(5), ZERO), Tier(Decimal(5), ZERO)])
    Traceback (most recent call last):
    ...
    odoo...BillingRuleError: tiers_order {'index': 1, 'up_to': Decimal('5')}
    """
    if not tiers:
        raise BillingRuleError("tiers_empty")
    above: Decimal | None = ZERO
    for index, tier in enumerate(tiers):
        if above is None or (tier.up_to is not None and tier.up_to <= above):
            raise BillingRuleError("tiers_order", index=index, up_to=tier.up_to)
        above = tier.up_to


def check_open_end(terms: Terms) -> None:
    """Refuse tiers that leave large quantities without a price; for plans, not for prices.

    Closed tiers can be priced within their borders, but a plan that is sold must not fail on
    the first large customer.

    :raises BillingRuleError: ``tiers_closed``
    """
    tiers: Sequence[AnyTier] = getattr(terms, "tiers", ())
    if tiers and tiers[-1].up_to is not None:
        raise BillingRuleError("tiers_closed", up_to=tiers[-1].up_to)


def parts(tiers: Sequence[AnyTier], quantity: Decimal) -> Iterator[Part]:
    """The quantity cut at the borders of the tiers that it reaches.

    :raises BillingRuleError: ``quantity_above_tiers``

    >>> two = [Tier(Decimal(5), ZERO), Tier(None, ZERO)]
    >>> [int(part.quantity) for part in parts(two, Decimal(7))]
    [5, 2]
    >>> [int(part.quantity) for part in parts(two, Decimal(5))]
    [5]
    >>> [int(part.quantity) for part in parts(two, Decimal(0))]
    [0]
    """
    last = tiers[-1].up_to
    if last is not None and quantity > last:
        raise BillingRuleError("quantity_above_tiers", quantity=quantity, up_to=last)
    above = ZERO
    for tier in tiers:
        end = quantity if tier.up_to is None else min(quantity, tier.up_to)
        yield Part(above, tier, end - above)
        if end == quantity:
            return
        above = end


def read_tiers(params: ParamReader, make: Callable[[ParamReader], T]) -> tuple[T, ...]:
    """The rows of ``tiers``."""
    found = []
    for row in params.rows("tiers"):
        found.append(make(row))
        row.finish()
    return tuple(found)


def read_tier(row: ParamReader) -> Tier:
    """A tier from its row; a price that is not set is zero."""
    return Tier(row.optional("up_to"), row.number("unit_price", ZERO), _flat_amount(row))


def read_rate_tier(row: ParamReader) -> RateTier:
    """A tier with a rate from its row."""
    return RateTier(row.optional("up_to"), row.number("rate", ZERO), _flat_amount(row))


def _flat_amount(row: ParamReader) -> Decimal:
    return row.number("flat_amount", ZERO)


def tier_rows(tiers: Iterable[Tier | RateTier]) -> list[dict[str, ParamValue]]:
    """Rows from which the tiers can be read again."""
    return [
        {
            "up_to": None if tier.up_to is None else to_text(tier.up_to),
            **_price_param(tier),
            "flat_amount": to_text(tier.flat_amount),
        }
        for tier in tiers
    ]


def _price_param(tier: Tier | RateTier) -> dict[str, ParamValue]:
    if isinstance(tier, RateTier):
        return {"rate": to_text(tier.rate)}
    return {"unit_price": to_text(tier.unit_price)}

"""What all charge models share: the price that explains itself, the terms, the limits."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from typing import ClassVar

from ..errors import BillingRuleError
from .reader import ParamReader, ParamValue, to_text

ZERO = Decimal(0)
ONE = Decimal(1)


class ChargeModel(str, Enum):
    """How a quantity becomes an amount."""

    FLAT = "flat"
    PER_UNIT = "per_unit"
    GRADUATED = "graduated"
    VOLUME = "volume"
    PACKAGE = "package"
    PERCENTAGE = "percentage"
    GRADUATED_PERCENTAGE = "graduated_percentage"


class StepKind(str, Enum):
    """What a step of a price stands for."""

    FLAT = "flat"
    UNITS = "units"
    TIER_UNITS = "tier_units"
    TIER_FLAT = "tier_flat"
    PACKAGES = "packages"
    FREE_UNITS = "free_units"
    FREE_EVENTS = "free_events"
    SHARE = "share"
    EVENT_FEES = "event_fees"
    MINIMUM = "minimum"
    MAXIMUM = "maximum"
    PREPAID = "prepaid"
    EARLIER = "earlier"
    COMMITMENT = "commitment"
    BILLED = "billed"
    ROUNDING = "rounding"


@dataclass(frozen=True)
class Step:
    """One line of an explanation: ``quantity`` at ``unit_price`` gives ``amount``.

    :ivar above: lower border of the tier, which does not belong to it; None without tiers
    :ivar up_to: upper border of the tier, which does; None without tiers or above all borders
    :ivar size: how many units one of the ``quantity`` stands for, more than one for packages

    >>> Step(Decimal(3), Decimal("9.90")).amount
    Decimal('29.70')
    """

    quantity: Decimal
    unit_price: Decimal
    kind: StepKind = StepKind.UNITS
    above: Decimal | None = None
    up_to: Decimal | None = None
    size: Decimal = ONE

    @property
    def amount(self) -> Decimal:
        return self.quantity * self.unit_price


@dataclass(frozen=True)
class Price:
    """An unrounded amount and the steps that lead to it."""

    steps: tuple[Step, ...]

    @property
    def amount(self) -> Decimal:
        return sum((step.amount for step in self.steps), ZERO)

    def within(self, minimum: Decimal | None, maximum: Decimal | None) -> Price:
        """The price brought to its limits, the difference as a step of its own.

        >>> five = Price((Step(Decimal(5), Decimal(1)),))
        >>> five.within(None, Decimal(3)).amount, five.within(Decimal(3), None) == five
        (Decimal('3'), True)
        >>> five.within(Decimal(8), None).steps[-1].amount
        Decimal('3')
        """
        amount = self.amount
        if minimum is not None and amount < minimum:
            return self._plus(minimum - amount, StepKind.MINIMUM)
        if maximum is not None and amount > maximum:
            return self._plus(maximum - amount, StepKind.MAXIMUM)
        return self

    def _plus(self, difference: Decimal, kind: StepKind) -> Price:
        return Price((*self.steps, Step(ONE, difference, kind)))


@dataclass(frozen=True)
class Terms(ABC):
    """What a charge costs: the parameters of one charge model.

    Prices may be negative (a rebate is a charge); quantities, sizes and limits may not.

    :ivar minimum: least amount of a period, reached even without any quantity
    :ivar maximum: most that a period costs

    :raises BillingRuleError: ``limit_negative``, ``minimum_above_maximum`` and those of the model
    """

    model: ClassVar[ChargeModel]

    minimum: Decimal | None = field(default=None, kw_only=True)
    maximum: Decimal | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        not_negative("limit_negative", minimum=self.minimum, maximum=self.maximum)
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise BillingRuleError(
                "minimum_above_maximum", minimum=self.minimum, maximum=self.maximum
            )
        self._check()

    def price(self, quantity: Decimal) -> Price:
        """What a quantity costs.

        A quantity is what was used in the end. Where corrections of usage may bring it below
        zero, the caller decides what that means; here it is refused.

        :raises BillingRuleError: ``quantity_negative``, ``quantity_above_tiers``
        """
        not_negative("quantity_negative", quantity=quantity)
        return Price(tuple(self._steps(quantity))).within(self.minimum, self.maximum)

    def price_events(self, events: Iterable[Decimal]) -> Price:
        """What events cost; most models only ask for the sum of their quantities."""
        return self.price(sum(events, ZERO))

    def _check(self) -> None:  # noqa: B027 - most models have something to check, not all
        """Refuse parameters that the model cannot be priced with."""

    @abstractmethod
    def _steps(self, quantity: Decimal) -> Iterable[Step]:
        """The price before the limits; at least one step, also for nothing."""

    @classmethod
    @abstractmethod
    def _read(cls, params: ParamReader) -> Terms:
        """The terms from their parameters, limits left out."""

    @abstractmethod
    def _params(self) -> dict[str, ParamValue]:
        """The parameters of the terms, limits left out."""

    def _limit_params(self) -> dict[str, ParamValue]:
        limits = {"minimum": self.minimum, "maximum": self.maximum}
        return {key: to_text(value) for key, value in limits.items() if value is not None}


def not_negative(code: str, **values: Decimal | int | None) -> None:
    """Refuse the first value below zero, with its name.

    >>> not_negative("limit_negative", minimum=None, maximum=Decimal(0))
    >>> not_negative("limit_negative", maximum=Decimal(-1))
    Traceback (most recent call last):
    ...
    odoo...BillingRuleError: limit_negative {'maximum': Decimal('-1')}
    """
    for key, value in values.items():
        if value is not None and value < 0:
            raise BillingRuleError(code, **{key: value})


def percent(rate: Decimal) -> Decimal:
    """The part of one that a rate in percent is, exactly.

    >>> percent(Decimal("2.5"))
    Decimal('0.025')
    """
    return rate.scaleb(-2)

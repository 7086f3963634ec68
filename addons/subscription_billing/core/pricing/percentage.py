"""Percentage prices: a share of the value of each event, and a fee for each event."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from .base import ZERO, ChargeModel, Price, Step, StepKind, Terms, not_negative, percent
from .reader import ParamReader, ParamValue, to_text


@dataclass(frozen=True)
class Percentage(Terms):
    """``rate`` percent of the value of each event and ``fixed_per_event``.

    The first ``free_events`` events cost nothing at all. The first ``free_units`` of the value
    of all events, those among them, cost nothing either; an event that lies wholly inside has no
    fee, one that reaches beyond pays its fee and the share of what lies beyond.

    :raises BillingRuleError: ``rate_negative``, ``free_units_negative``, ``free_events_negative``

    >>> ten = [Decimal(10)] * 4
    >>> Percentage(Decimal(1), Decimal(5), free_events=3).price_events(ten).amount
    Decimal('5.10')
    >>> Percentage(Decimal(1), Decimal(5), free_units=Decimal(25)).price_events(ten).amount
    Decimal('10.15')
    """

    model: ClassVar[ChargeModel] = ChargeModel.PERCENTAGE

    rate: Decimal
    fixed_per_event: Decimal = ZERO
    free_events: int = 0
    free_units: Decimal = ZERO

    def _check(self) -> None:
        not_negative("rate_negative", rate=self.rate)
        not_negative("free_units_negative", free_units=self.free_units)
        not_negative("free_events_negative", free_events=self.free_events)

    def price_events(self, events: Iterable[Decimal]) -> Price:
        """What events cost, in the order in which they happened.

        :raises BillingRuleError: ``quantity_negative``: which events a negative value takes
            back, and whether with their fees, is for the caller to say
        """
        return self.price_counted(*self._charged(events))

    def price_counted(self, count: int, total: Decimal, fees: int, charged: Decimal) -> Price:
        """What events cost that somebody else has counted, e.g. the database.

        :param count: number of all events
        :param total: their value
        :param fees: number of events that pay the fee
        :param charged: value of which the share is charged

        >>> terms = Percentage(Decimal(1), Decimal(5), free_events=3)
        >>> terms.price_counted(4, Decimal(40), 1, Decimal(10)).amount
        Decimal('5.10')
        """
        steps = self._event_steps(count - fees, total - charged, fees, charged)
        return Price(tuple(steps)).within(self.minimum, self.maximum)

    def _charged(self, events: Iterable[Decimal]) -> tuple[int, Decimal, int, Decimal]:
        """Number and value of all events, and of those that are charged."""
        count, total, fees, charged = 0, ZERO, 0, ZERO
        for value in events:
            not_negative("quantity_negative", quantity=value)
            before, total, count = total, total + value, count + 1
            inside = before < self.free_units and total <= self.free_units
            if inside or count <= self.free_events:
                continue
            fees += 1
            charged += total - max(before, self.free_units)
        return count, total, fees, charged

    def _event_steps(
        self, free_events: int, free_units: Decimal, fees: int, charged: Decimal
    ) -> Iterator[Step]:
        if free_events:
            yield Step(Decimal(free_events), ZERO, StepKind.FREE_EVENTS)
        if free_units:
            yield Step(free_units, ZERO, StepKind.FREE_UNITS)
        yield Step(charged, percent(self.rate), StepKind.SHARE)
        if self.fixed_per_event and fees:
            yield Step(Decimal(fees), self.fixed_per_event, StepKind.EVENT_FEES)

    def price(self, quantity: Decimal) -> Price:
        """What one event of this value costs; zero stands for no event."""
        return self.price_events([quantity] if quantity else [])

    def _steps(self, quantity: Decimal) -> Iterable[Step]:
        return self.price(quantity).steps

    @classmethod
    def _read(cls, params: ParamReader) -> Percentage:
        return cls(
            params.number("rate"),
            params.number("fixed_per_event", ZERO),
            params.count("free_events"),
            params.number("free_units", ZERO),
        )

    def _params(self) -> dict[str, ParamValue]:
        return {
            "rate": to_text(self.rate),
            "fixed_per_event": to_text(self.fixed_per_event),
            "free_events": self.free_events,
            "free_units": to_text(self.free_units),
        }

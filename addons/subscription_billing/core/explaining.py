"""How a billed amount came about, from what was written down when it was billed.

The facts are JSON with decimals as strings, because they must stay readable as long as invoices
are kept. From them the amount can be computed again, to the cent, without knowing today's prices.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from .pricing import Step, round_amount
from .pricing.base import StepKind
from .spans import Span

ONE = Decimal(1)


@dataclass(frozen=True)
class ExplainedDiscount:
    """A discount as it was applied to the full period; ``amount`` is what it took off."""

    name: str
    amount: Decimal
    rate: Decimal | None = None


@dataclass(frozen=True)
class Explanation:
    """A billed amount, from the price of the full period to the amount of the part.

    :ivar steps: the price of the full period; none for what is given back
    :ivar discounts: what was taken off it
    :ivar full: the period of the grid
    :ivar full_amount: its price, unrounded, discounts taken off
    :ivar days: days of the part and of the full period
    :ivar limit: most that could be given back, where that is less than the part costs
    :ivar computed: what was computed, where people have changed it on a draft
    """

    steps: tuple[Step, ...]
    discounts: tuple[ExplainedDiscount, ...]
    full: Span | None
    full_amount: Decimal
    days: tuple[int, int]
    limit: Decimal | None = None
    computed: Decimal | None = None

    @property
    def list_amount(self) -> Decimal:
        """The price of the full period before discounts."""
        return sum((step.amount for step in self.steps), start=Decimal(0))

    @property
    def is_partial(self) -> bool:
        return self.days[0] != self.days[1]

    def amount(self, digits: int, is_credit: bool) -> Decimal:
        """The amount again, from the explanation alone.

        >>> found = Explanation((), (), None, Decimal(31), (12, 31))
        >>> found.amount(2, False), found.amount(2, True)
        (Decimal('12.00'), Decimal('-12.00'))
        """
        part, full = self.days
        share = self.full_amount if part == full else self.full_amount * part / full
        rounded = round_amount(share, digits)
        if not is_credit:
            return rounded
        return -(rounded if self.limit is None else self.limit)


def explain(facts: Mapping[str, Any]) -> Explanation:
    """Read the facts of a row of the ledger.

    :param facts: as of :func:`step_facts` and the model that writes them

    >>> facts = {"steps": [step_facts(Step(Decimal(3), Decimal("9.90")))], "days": [31, 31],
    ...     "full_amount": "29.70", "full": ["2026-01-01", "2026-02-01"]}
    >>> found = explain(facts)
    >>> found.list_amount, found.amount(2, False)
    (Decimal('29.70'), Decimal('29.70'))
    """
    part, full = facts.get("days") or (1, 1)
    span = facts.get("full")
    return Explanation(
        steps=tuple(map(_read_step, facts.get("steps") or ())),
        discounts=tuple(map(_read_discount, facts.get("discounts") or ())),
        full=Span(*map(date.fromisoformat, span)) if span else None,
        full_amount=Decimal(facts.get("full_amount") or 0),
        days=(part, full),
        limit=_number(facts, "limit"),
        computed=_number(facts, "computed_amount"),
    )


def step_facts(step: Step) -> dict[str, str | None]:
    """A step of a price as JSON.

    >>> step_facts(Step(Decimal(3), Decimal("9.90")))["amount"]
    '29.70'
    """
    return {
        "kind": step.kind.value,
        "quantity": str(step.quantity),
        "unit_price": str(step.unit_price),
        "amount": str(step.amount),
        "above": None if step.above is None else str(step.above),
        "up_to": None if step.up_to is None else str(step.up_to),
        "size": str(step.size),
    }


def differences(explanation: Explanation) -> Sequence[str]:
    """What does not add up within an explanation; empty when it does.

    A credit has no steps of its own, and an amount that people have changed does not follow from
    the price any more.

    >>> differences(Explanation((Step(ONE, Decimal(5)),), (), None, Decimal(4), (1, 1)))
    ['full_amount']
    """
    if not explanation.steps or explanation.computed is not None:
        return []
    off = sum((discount.amount for discount in explanation.discounts), start=Decimal(0))
    return [] if explanation.list_amount - off == explanation.full_amount else ["full_amount"]


def _read_step(facts: Mapping[str, Any]) -> Step:
    return Step(
        quantity=Decimal(facts["quantity"]),
        unit_price=Decimal(facts["unit_price"]),
        kind=StepKind(facts.get("kind") or StepKind.UNITS.value),
        above=_number(facts, "above"),
        up_to=_number(facts, "up_to"),
        size=_number(facts, "size") or ONE,
    )


def _read_discount(facts: Mapping[str, Any]) -> ExplainedDiscount:
    return ExplainedDiscount(facts["name"], Decimal(facts["amount"]), _number(facts, "rate"))


def _number(facts: Mapping[str, Any], key: str) -> Decimal | None:
    value = facts.get(key)
    return None if value is None else Decimal(value)

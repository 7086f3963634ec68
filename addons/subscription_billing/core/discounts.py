"""Discounts: what is taken off the price of a full period before it is prorated.

A discount counts for the periods that begin in its span. Because it is part of the price of the
full period, a part of the period gets its part of the discount, and a credit gives back what was
really charged. A discount never brings a price below zero and leaves negative prices alone.

Percentages reduce each line by itself. A fixed amount is one amount for all lines of a contract
together: lines take it in their order, each as much as its price, until it is used up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from .errors import BillingRuleError
from .periods import Cadence, boundary
from .pricing import Price, Terms
from .pricing.base import percent
from .spans import Span

if TYPE_CHECKING:
    from .invoicing import LineFacts

ZERO = Decimal(0)
HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Discount:
    """One discount; exactly one of ``rate``, ``amount`` and ``units`` is given.

    :ivar key: identifies it, e.g. the id of its record
    :ivar span: periods that begin in it are reduced
    :ivar rate: percent of what is left after the discounts before
    :ivar amount: off the lines of a contract together, per period
    :ivar units: so many units of the quantity cost nothing

    :raises BillingRuleError: ``discount_kind``, ``discount_rate``, ``discount_negative``

    >>> Discount(1, Span(date(2026, 1, 1)), rate=Decimal(101))
    Traceback (most recent call last):
    ...
    odoo...BillingRuleError: discount_rate {'rate': Decimal('101')}
    """

    key: int
    span: Span
    rate: Decimal | None = None
    amount: Decimal | None = None
    units: Decimal | None = None

    def __post_init__(self) -> None:
        given = [value for value in (self.rate, self.amount, self.units) if value is not None]
        if len(given) != 1:
            raise BillingRuleError("discount_kind")
        if given[0] < 0:
            raise BillingRuleError("discount_negative", value=given[0])
        if self.rate is not None and self.rate > HUNDRED:
            raise BillingRuleError("discount_rate", rate=self.rate)


@dataclass(frozen=True)
class LineDiscount:
    """A discount as one line has it.

    :ivar ahead: lines of the contract that take from a fixed amount before this one
    """

    discount: Discount
    ahead: Sequence[LineFacts] = ()


@dataclass(frozen=True)
class Reduction:
    """What a discount takes off the price of a full period, unrounded."""

    discount: Discount
    amount: Decimal


def span_of(start: date, cadence: Cadence, periods: int | None, end: date | None) -> Span:
    """The time in which periods have to begin to be reduced.

    A number of periods is counted as time from the start of the discount. So a shortened first
    period comes on top: three months from 20 January are the rest of January, February, March
    and April where periods begin on the first.

    :param periods: so many periods, None without that limit
    :param end: the first day without the discount, None without that limit

    >>> from .periods import Unit
    >>> span_of(date(2026, 1, 20), Cadence(Unit.MONTH), 3, None)
    Span(start=datetime.date(2026, 1, 20), end=datetime.date(2026, 4, 20))
    >>> span_of(date(2026, 1, 1), Cadence(Unit.MONTH), 3, date(2026, 2, 1)).end
    datetime.date(2026, 2, 1)
    """
    ends = [] if end is None else [end]
    if periods is not None:
        ends.append(boundary(start, cadence, periods))
    return Span(start, min(ends, default=None))


def reductions(
    discounts: Sequence[LineDiscount], began: date, terms: Terms, quantity: Decimal, price: Price
) -> tuple[Reduction, ...]:
    """What discounts take off a price, one after the other in their order.

    :param began: first day of the period, or of the line if it begins later
    :param price: what ``terms`` cost for ``quantity``

    >>> from .pricing import Flat
    >>> always = Span(date(2026, 1, 1))
    >>> half = LineDiscount(Discount(1, always, rate=Decimal(50)))
    >>> ten = LineDiscount(Discount(2, always, amount=Decimal(10)))
    >>> terms = Flat(Decimal(15))
    >>> price = terms.price(Decimal(1))
    >>> found = reductions([half, ten], date(2026, 1, 1), terms, Decimal(1), price)
    >>> [str(reduction.amount) for reduction in found]
    ['7.50', '7.50']
    """
    left = price.amount
    found = []
    for item in discounts:
        if left <= 0 or not item.discount.span.contains(began):
            continue
        off = min(_wanted(item, began, terms, quantity, left), left)
        if off > 0:
            found.append(Reduction(item.discount, off))
            left -= off
    return tuple(found)


def _wanted(
    item: LineDiscount, began: date, terms: Terms, quantity: Decimal, left: Decimal
) -> Decimal:
    discount = item.discount
    if discount.rate is not None:
        return left * percent(discount.rate)
    if discount.units is not None:
        paid = max(quantity - discount.units, ZERO)
        return terms.price(quantity).amount - terms.price(paid).amount
    assert discount.amount is not None
    return discount.amount - sum(
        (_taken(other, discount, began) for other in item.ahead), start=ZERO
    )


def _taken(line: LineFacts, discount: Discount, day: date) -> Decimal:
    """What another line takes of a fixed amount in the period that contains a day."""
    if not any(span.contains(day) for span in line.served):
        return ZERO
    found = line.reductions_on(line.began(day))
    return sum((cut.amount for cut in found if cut.discount.key == discount.key), start=ZERO)

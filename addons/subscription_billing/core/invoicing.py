"""From the facts of contract lines to what an invoice must contain.

The phases *due* and *price* of a run: which time of a line is due and not yet billed, and what
it costs. Nothing here knows about invoices as records; the models translate.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import NamedTuple

from .discounts import LineDiscount, Reduction, reductions
from .periods import BillingPeriod, Cadence, boundary, full_period, index_of, tile
from .pricing import Price, Terms, round_amount
from .pricing.base import percent
from .proration import Proration, prorate, share
from .spans import Span, subtract, without

# Odoo keeps the percentage of an invoice line with so many decimal places.
RATE_DIGITS = 2


class Timing(str, Enum):
    """When a period is due: when it begins or when it has ended."""

    IN_ADVANCE = "in_advance"
    IN_ARREARS = "in_arrears"


@dataclass(frozen=True)
class LineFacts:
    """What billing must know of one contract line.

    :ivar anchor: origin of the grid of periods; never changes
    :ivar start: first billable day
    :ivar end: first day that is not billable any more, None while open
    :ivar billed: time that is charged and not credited, in any order; what ends before
        ``settled`` may be missing
    :ivar terms: what a full period costs
    :ivar settled: everything before this day is settled and not looked at again
    :ivar pauses: time inside the line that is not served
    :ivar price_changes: other terms for periods that start on or after a day
    :ivar periods_per_invoice: so many periods of the grid are due together
    :ivar continues: first day of what the line goes on with, when only the quantity has changed
    :ivar discounts: what is taken off, in the order in which they are applied
    """

    anchor: date
    cadence: Cadence
    timing: Timing
    start: date
    end: date | None
    billed: Sequence[BillingPeriod]
    terms: Terms
    quantity: Decimal
    proration: Proration = Proration.ACTUAL_DAYS
    settled: date | None = None
    pauses: Sequence[Span] = ()
    price_changes: Sequence[tuple[date, Terms]] = ()
    periods_per_invoice: int = 1
    continues: date | None = None
    discounts: Sequence[LineDiscount] = ()

    @property
    def served(self) -> list[Span]:
        """The time in which the service is rendered: the line without its pauses."""
        return without(Span(self.start, self.end), self.pauses)

    def terms_on(self, day: date) -> Terms:
        """The terms of a period that starts on ``day``."""
        changed = [change for change in self.price_changes if change[0] <= day]
        return max(changed, key=lambda change: change[0])[1] if changed else self.terms

    def began(self, day: date) -> date:
        """The first day of the period of the grid that contains ``day``, or of the line in it.

        Part of a period that began before, e.g. after a pause, costs what the period does.
        """
        full = full_period(self.anchor, self.cadence, day)
        return max(full.start, self.continues or self.start)

    def reductions_on(self, began: date) -> tuple[Reduction, ...]:
        """What discounts take off a full period that began on a day."""
        terms = self.terms_on(began)
        price = terms.price(self.quantity)
        return reductions(self.discounts, began, terms, self.quantity, price)


@dataclass(frozen=True)
class DraftCharge:
    """A period to bill and its price.

    :ivar price: of a full period, before discounts
    :ivar full: the period of the grid that contains it
    :ivar days: days of the period and of the full one
    :ivar amount: rounded to the currency, in the price mode of the price list
    :ivar reductions: what discounts take off the price
    """

    period: BillingPeriod
    quantity: Decimal
    price: Price
    days: tuple[int, int]
    amount: Decimal
    full: BillingPeriod | None = None
    reductions: tuple[Reduction, ...] = ()

    @property
    def full_amount(self) -> Decimal:
        """What the full period costs, unrounded, discounts taken off."""
        off = sum((reduction.amount for reduction in self.reductions), start=Decimal(0))
        return self.price.amount - off

    @property
    def is_partial(self) -> bool:
        return self.days[0] != self.days[1]


def due_day(timing: Timing, period: BillingPeriod) -> date:
    """The first day on which a period may be billed.

    >>> january = BillingPeriod(date(2026, 1, 1), date(2026, 2, 1))
    >>> due_day(Timing.IN_ADVANCE, january), due_day(Timing.IN_ARREARS, january)
    (datetime.date(2026, 1, 1), datetime.date(2026, 2, 1))
    """
    return period.start if timing is Timing.IN_ADVANCE else period.end


def due_day_of(line: LineFacts, period: BillingPeriod) -> date:
    """The first day on which a period of a line may be billed.

    Periods that are invoiced together are due with the first of them, or in arrears with the
    last; a line that begins or ends among them does not wait for the others.

    >>> from .periods import Unit
    >>> from .pricing import Flat
    >>> facts = LineFacts(date(2026, 1, 1), Cadence(Unit.MONTH), Timing.IN_ADVANCE,
    ...     date(2026, 1, 1), None, [], Flat(Decimal(10)), Decimal(1), periods_per_invoice=3)
    >>> due_day_of(facts, BillingPeriod(date(2026, 6, 1), date(2026, 7, 1)))
    datetime.date(2026, 4, 1)
    """
    if line.periods_per_invoice == 1:
        return due_day(line.timing, period)
    size = line.periods_per_invoice
    first = index_of(line.anchor, line.cadence, period.start) // size * size
    if line.timing is Timing.IN_ADVANCE:
        return min(period.start, max(line.start, boundary(line.anchor, line.cadence, first)))
    last = boundary(line.anchor, line.cadence, first + size)
    return max(period.end, min(last, line.end) if line.end else last)


def unbilled(line: LineFacts) -> Iterator[BillingPeriod]:
    """The served time of a line that is not billed, in order, cut at the grid.

    Endless for an open line. Gaps (a voided period) come before what follows them.
    """
    for span in line.served:
        start = max(span.start, line.settled) if line.settled else span.start
        for part in tile(line.anchor, line.cadence, start, span.end):
            yield from subtract(part, line.billed)


def due_periods(line: LineFacts, today: date) -> list[BillingPeriod]:
    """Every period that is due on ``today`` and not billed; missed ones with their own dates.

    >>> from .periods import Unit
    >>> from .pricing import Flat
    >>> facts = LineFacts(date(2026, 1, 31), Cadence(Unit.MONTH), Timing.IN_ADVANCE,
    ...     date(2026, 1, 31), None, [], Flat(Decimal(10)), Decimal(1))
    >>> [period.start.isoformat() for period in due_periods(facts, date(2026, 3, 31))]
    ['2026-01-31', '2026-02-28', '2026-03-31']
    """
    found = []
    for period in unbilled(line):
        # Later periods are due later: boundaries of a line only grow.
        if due_day_of(line, period) > today:
            break
        found.append(period)
    return found


def next_due_day(line: LineFacts) -> date | None:
    """The day on which the line has something to charge next, None when it never will."""
    period = next(unbilled(line), None)
    return due_day_of(line, period) if period else None


def with_billed(line: LineFacts, periods: Sequence[BillingPeriod]) -> LineFacts:
    """The facts as they are once further periods are billed."""
    return replace(line, billed=[*line.billed, *periods])


def covered_until(line: LineFacts) -> date | None:
    """The first day of the line that is not billed; None when all of it is.

    >>> from .periods import Unit
    >>> from .pricing import Flat
    >>> facts = LineFacts(date(2026, 1, 1), Cadence(Unit.MONTH), Timing.IN_ADVANCE,
    ...     date(2026, 1, 1), None, [BillingPeriod(date(2026, 1, 1), date(2026, 2, 1))],
    ...     Flat(Decimal(31)), Decimal(1))
    >>> covered_until(facts)
    datetime.date(2026, 2, 1)
    """
    period = next(unbilled(line), None)
    return period.start if period else None


def charge(line: LineFacts, period: BillingPeriod, digits: int) -> DraftCharge:
    """Price one period of a line; a part of a full period is prorated.

    :param digits: decimal places of the currency

    >>> from .periods import Unit
    >>> from .pricing import Flat
    >>> facts = LineFacts(date(2026, 1, 1), Cadence(Unit.MONTH), Timing.IN_ADVANCE,
    ...     date(2026, 1, 1), date(2026, 1, 11), [], Flat(Decimal(31)), Decimal(1))
    >>> charge(facts, BillingPeriod(date(2026, 1, 1), date(2026, 1, 11)), 2).amount
    Decimal('10.00')
    """
    full = full_period(line.anchor, line.cadence, period.start)
    began = line.began(period.start)
    draft = DraftCharge(
        period=period,
        quantity=line.quantity,
        price=line.terms_on(began).price(line.quantity),
        days=share(period, full, line.proration),
        amount=Decimal(0),
        full=full,
        reductions=line.reductions_on(began),
    )
    amount = prorate(draft.full_amount, period, full, line.proration)
    return replace(draft, amount=round_amount(amount, digits))


def due_charges(line: LineFacts, today: date, digits: int) -> list[DraftCharge]:
    """Everything to bill for a line on ``today``, priced."""
    return [charge(line, period, digits) for period in due_periods(line, today)]


class LineShape(NamedTuple):
    """Quantity, unit price and discount in percent, as an invoice line shows them."""

    quantity: Decimal
    unit_price: Decimal
    discount: Decimal = Decimal(0)


def line_shape(draft: DraftCharge, quantity_digits: int, price_digits: int) -> LineShape:
    """Quantity, unit price and discount whose product is exactly the amount.

    An invoice shows quantity times unit price where this is the amount, with the decimal places
    the database stores; otherwise quantity one at the amount. A product that has to be rounded
    first is not enough: with taxes rounded per rate Odoo adds up the unrounded products, and the
    document would differ from its lines.

    >>> from .pricing import per_unit
    >>> month = BillingPeriod(date(2026, 1, 1), date(2026, 2, 1))
    >>> full = DraftCharge(month, Decimal(3), per_unit(Decimal(3), Decimal("9.90")), (31, 31),
    ...     Decimal("29.70"))
    >>> line_shape(full, 2, 2)
    LineShape(quantity=Decimal('3'), unit_price=Decimal('9.90'), discount=Decimal('0'))
    >>> odd = DraftCharge(month, Decimal("1.234"), per_unit(Decimal("1.234"), Decimal(10)),
    ...     (31, 31), Decimal("12.34"))
    >>> line_shape(odd, 2, 2)
    LineShape(quantity=Decimal('1'), unit_price=Decimal('12.34'), discount=Decimal('0'))
    """
    discount = _shown_discount(draft)
    if len(draft.price.steps) == 1 and not draft.is_partial and discount is not None:
        step = draft.price.steps[0]
        quantity = round_amount(step.quantity, quantity_digits)
        unit_price = round_amount(step.unit_price, price_digits)
        if quantity * unit_price * (1 - percent(discount)) == draft.amount:
            return LineShape(step.quantity, step.unit_price, discount)
    return LineShape(Decimal(1), draft.amount)


def _shown_discount(draft: DraftCharge) -> Decimal | None:
    """The percentage to show on the invoice line; None where one percentage does not say it."""
    if not draft.reductions:
        return Decimal(0)
    rate = draft.reductions[0].discount.rate
    if len(draft.reductions) > 1 or rate is None or rate != round_amount(rate, RATE_DIGITS):
        return None
    return rate

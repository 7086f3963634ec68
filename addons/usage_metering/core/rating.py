"""From the usage of a period to its price.

Usage comes from the database, measured for spans of days; :func:`spans_of` says for which. Tiers,
free units and limits count for each billing period by itself, or for a longer window: then a
period costs what the window costs up to its end, less what it cost up to its beginning.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from odoo.addons.subscription_billing.core.periods import BillingPeriod, Cadence, full_period
from odoo.addons.subscription_billing.core.pricing import Percentage, Price, Step, StepKind, Terms

from .quota import Draw, Quota, cut_at_quotas, take

ZERO = Decimal(0)
ONE = Decimal(1)


@dataclass(frozen=True)
class Usage:
    """What was measured in a span.

    :ivar quantity: in billed units; the value of all events for percentage prices
    :ivar count: number of events
    :ivar fees: number of events beyond the free ones, for percentage prices
    :ivar charged: their value beyond what is free
    """

    quantity: Decimal = ZERO
    count: int = 0
    fees: int = 0
    charged: Decimal = ZERO


@dataclass(frozen=True)
class Window:
    """A longer time over which tiers and limits count.

    :ivar anchor: the day from which windows are counted
    :ivar since: the first day of the charge; what was used before does not count
    """

    anchor: date
    cadence: Cadence
    since: date


@dataclass(frozen=True)
class Task:
    """A period to rate.

    :ivar line: identifies the contract line
    :ivar period: what is billed
    :ivar span: the part of it in which usage counts; None when the line was over before
    :ivar is_interim: billed before the period is over
    """

    line: int
    period: BillingPeriod
    span: BillingPeriod | None
    terms: Terms
    window: Window | None = None
    is_interim: bool = False


@dataclass(frozen=True)
class Rated:
    """The price of a period and how it came about.

    :ivar draws: what was taken from prepaid quotas
    """

    quantity: Decimal
    count: int
    price: Price
    draws: tuple[Draw, ...] = ()


NOTHING = Rated(ZERO, 0, Price((Step(ZERO, ZERO),)))


@dataclass(frozen=True)
class _Piece:
    """A part of a period inside one window; ``window`` is the window up to its end."""

    window: BillingPeriod
    part: BillingPeriod

    @property
    def before(self) -> BillingPeriod | None:
        """The window up to the part."""
        return self.window.cut(end=self.part.start)


def spans_of(task: Task, quotas: Sequence[Quota] = ()) -> list[BillingPeriod]:
    """The spans whose usage must be known to rate a period.

    >>> from odoo.addons.subscription_billing.core.periods import Unit
    >>> from odoo.addons.subscription_billing.core.pricing import PerUnit
    >>> month = BillingPeriod(date(2026, 2, 1), date(2026, 3, 1))
    >>> quarter = Window(date(2026, 1, 1), Cadence(Unit.MONTH, 3), date(2026, 1, 1))
    >>> task = Task(1, month, month, PerUnit(Decimal(1)), quarter)
    >>> [str(span.start) + " " + str(span.end) for span in spans_of(task)]
    ['2026-01-01 2026-03-01', '2026-01-01 2026-02-01']
    """
    if task.span is None:
        return []
    if task.window is None:
        parts = cut_at_quotas(task.span, quotas) if quotas else []
        return [task.span, *(part for part in parts if part != task.span)]
    pieces = _pieces(task.span, task.window)
    return [span for piece in pieces for span in (piece.window, piece.before) if span]


def rate(
    task: Task,
    usage: Mapping[BillingPeriod, Usage],
    quotas: Sequence[Quota] = (),
    left: Mapping[str, Decimal] | None = None,
) -> Rated:
    """The price of a period.

    Usage below zero, where corrections outweigh what they correct, costs what none does.

    :param usage: of all spans of :func:`spans_of`; a missing one means none
    :param quotas: what may be taken from, for quantities that add up and count by the period
    :param left: what is left of each quota
    """
    if task.span is None:
        return NOTHING
    if task.window is not None:
        return _rate_window(task, task.window, usage)
    measured = usage.get(task.span, Usage())
    draws = _take(task, usage, quotas, left or {}) if quotas else []
    if not draws:
        return Rated(measured.quantity, measured.count, price_of(task.terms, measured))
    taken = sum((draw.quantity for draw in draws), ZERO)
    price = task.terms.price(max(measured.quantity - taken, ZERO))
    steps = (Step(taken, ZERO, StepKind.PREPAID), *price.steps)
    return Rated(measured.quantity, measured.count, Price(steps), tuple(draws))


def price_of(terms: Terms, usage: Usage) -> Price:
    """What usage costs that is not divided any further.

    >>> terms = Percentage(Decimal(1), Decimal(5), free_events=3)
    >>> price_of(terms, Usage(Decimal(40), 4, 1, Decimal(10))).amount
    Decimal('5.10')
    """
    if isinstance(terms, Percentage):
        return terms.price_counted(usage.count, usage.quantity, usage.fees, usage.charged)
    return terms.price(max(usage.quantity, ZERO))


def _take(
    task: Task,
    usage: Mapping[BillingPeriod, Usage],
    quotas: Sequence[Quota],
    left: Mapping[str, Decimal],
) -> list[Draw]:
    assert task.span is not None
    parts = [
        (part, usage.get(part, Usage()).quantity) for part in cut_at_quotas(task.span, quotas)
    ]
    return take(quotas, left, parts)


def _rate_window(task: Task, window: Window, usage: Mapping[BillingPeriod, Usage]) -> Rated:
    assert task.span is not None
    quantity, count = ZERO, 0
    steps: list[Step] = []
    for piece in _pieces(task.span, window):
        until = usage.get(piece.window, Usage())
        steps += price_of(task.terms, until).steps
        quantity, count = quantity + until.quantity, count + until.count
        if piece.before:
            # Only where the window did not begin with the part: nothing yet costs nothing, even
            # where a minimum or a fee for the first tier is owed from the first moment on.
            earlier = usage.get(piece.before, Usage())
            steps.append(Step(ONE, -price_of(task.terms, earlier).amount, StepKind.EARLIER))
            quantity, count = quantity - earlier.quantity, count - earlier.count
    return Rated(quantity, count, Price(tuple(steps)))


def _pieces(span: BillingPeriod, window: Window) -> list[_Piece]:
    """A span cut at the borders of windows."""
    pieces = []
    start = span.start
    while start < span.end:
        around = full_period(window.anchor, window.cadence, start)
        end = min(around.end, span.end)
        first = min(max(around.start, window.since), start)
        pieces.append(_Piece(BillingPeriod(first, end), BillingPeriod(start, end)))
        start = end
    return pieces

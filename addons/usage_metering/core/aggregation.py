"""How events become the quantity of a period.

This is the specification: the database computes the same for many contracts at once, and tests
compare the two on random events.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from enum import Enum

ZERO = Decimal(0)
ONE = Decimal(1)
# Averages and quotients are rounded to so many places.
PLACES = Decimal("0.000001")


class Aggregation(str, Enum):
    """What the quantity of a period is."""

    SUM = "sum"
    COUNT = "count"
    MAX = "max"
    LAST = "last"
    UNIQUE = "unique"
    WEIGHTED_SUM = "weighted_sum"


# Quantities of two spans of these add up to that of both.
ADDITIVE = frozenset({Aggregation.SUM, Aggregation.COUNT})


@dataclass(frozen=True)
class Event:
    """Something that was used.

    :ivar at: when, without time zone: what the caller takes as the time of the period
    :ivar quantity: negative to correct an earlier event
    :ivar value: what counts once, for the number of different values
    """

    at: datetime
    quantity: Decimal = ONE
    value: str | None = None


@dataclass(frozen=True)
class Measure:
    """What one event counts for.

    :ivar least: at least this quantity
    :ivar increment: rounded up to a multiple of it
    :ivar divisor: so many units of events are one billed unit

    >>> calls = Measure(least=Decimal(30), increment=Decimal(60), divisor=Decimal(60))
    >>> [str(calls.of(Decimal(seconds))) for seconds in (5, 60, 61, -61, 0)]
    ['60', '60', '120', '-120', '60']
    >>> calls.billed(Decimal(90))
    Decimal('1.500000')
    """

    least: Decimal = ZERO
    increment: Decimal = ZERO
    divisor: Decimal = ONE

    def of(self, quantity: Decimal) -> Decimal:
        """The quantity that counts; a correction counts as what it corrects would."""
        size = max(abs(quantity), self.least)
        if self.increment:
            size = (size / self.increment).to_integral_value(ROUND_CEILING) * self.increment
        return -size if quantity < 0 else size

    def billed(self, quantity: Decimal) -> Decimal:
        """A quantity of events in billed units."""
        return quantity if self.divisor == ONE else rounded(quantity / self.divisor)


def aggregate(
    aggregation: Aggregation | str,
    events: Iterable[Event],
    start: date,
    end: date,
    carried: Decimal = ZERO,
) -> Decimal:
    """The quantity of the events in ``[start, end)``, whatever their order.

    Events at the same moment count in the given order.

    :param start: a date stands for its midnight
    :param carried: the level at the beginning; without a level of its own a period begins with
        zero

    >>> at = datetime(2026, 1, 16)
    >>> span = date(2026, 1, 1), date(2026, 1, 31)
    >>> aggregate("weighted_sum", [Event(at, Decimal(10))], *span, Decimal(1))
    Decimal('6.000000')
    >>> aggregate("last", [], *span, Decimal(7)), aggregate("count", [Event(at)], *span)
    (Decimal('7'), Decimal('1'))
    """
    first, last = _moment(start), _moment(end)
    inside = sorted((event for event in events if first <= event.at < last), key=_time_of)
    match Aggregation(aggregation):
        case Aggregation.SUM:
            return carried + sum((event.quantity for event in inside), ZERO)
        case Aggregation.COUNT:
            return Decimal(len(inside))
        case Aggregation.MAX:
            return max([carried, *(event.quantity for event in inside)])
        case Aggregation.LAST:
            return inside[-1].quantity if inside else carried
        case Aggregation.UNIQUE:
            return Decimal(len({event.value for event in inside if event.value is not None}))
        case Aggregation.WEIGHTED_SUM:
            return weighted(carried, _areas(inside, last), seconds(first, last))


def level_after(aggregation: Aggregation | str, events: Sequence[Event]) -> Decimal:
    """The level that all events together lead to, which a period begins with.

    Where events change a level it is their sum; where they report one, the last of them.

    >>> steps = [Event(datetime(2026, 1, day), Decimal(day)) for day in (5, 3)]
    >>> level_after("sum", steps), level_after("max", steps)
    (Decimal('8'), Decimal('5'))
    """
    if Aggregation(aggregation) in (Aggregation.SUM, Aggregation.WEIGHTED_SUM):
        return sum((event.quantity for event in events), ZERO)
    return max(events, key=_time_of).quantity if events else ZERO


def charged_part(
    values: Iterable[Decimal], free_events: int, free_units: Decimal
) -> tuple[int, Decimal, int, Decimal]:
    """Number and value of all events, and of those beyond what is free, in their order.

    The same as percentage prices count, and beyond: an event of a negative value takes value back
    from what is charged, and neither pays a fee nor gives one back.

    >>> ten = [Decimal(10)] * 3
    >>> charged_part([*ten, Decimal(-4)], 0, Decimal(25))
    (4, Decimal('26'), 1, Decimal('1'))
    """
    count, total, fees, charged = 0, ZERO, 0, ZERO
    for value in values:
        before, total, count = total, total + value, count + 1
        inside = before < free_units and total <= free_units
        if inside or count <= free_events:
            continue
        fees += value >= 0
        charged += max(total, free_units) - max(before, free_units)
    return count, total, fees, charged


def weighted(carried: Decimal, area: Decimal, length: Decimal) -> Decimal:
    """The average level over time.

    :param area: quantities times the seconds for which they counted
    :param length: of the period, in seconds
    """
    return rounded((carried * length + area) / length)


def rounded(quantity: Decimal) -> Decimal:
    """Half up, to the places that quotients have."""
    return quantity.quantize(PLACES, rounding=ROUND_HALF_UP)


def seconds(start: datetime, end: datetime) -> Decimal:
    """The exact length of a span."""
    length = end - start
    return Decimal(length.days * 86400 + length.seconds) + Decimal(length.microseconds) / 1_000_000


def _areas(events: Iterable[Event], end: datetime) -> Decimal:
    return sum((event.quantity * seconds(event.at, end) for event in events), ZERO)


def _time_of(event: Event) -> datetime:
    return event.at


def _moment(day: date) -> datetime:
    return day if isinstance(day, datetime) else datetime.combine(day, time.min)

"""Statutory default interest, to the cent and explained span by span.

Sources: §§ 247, 288, 289 BGB (base rate plus five or nine percentage points, no interest on
interest), § 187 BGB by analogy (the day on which default begins does not count, the day of
payment does).
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum
from fractions import Fraction

DAY = timedelta(days=1)


class DayCount(Enum):
    """How many days a year has: always 365, or those of the calendar year."""

    ACT_365 = "act_365"
    ACT_ACT = "act_act"


class RateMissingError(ValueError):
    """There is no base rate for ``day``."""

    def __init__(self, day: date) -> None:
        super().__init__(f"no base rate on {day}")
        self.day = day


@dataclass(frozen=True)
class BaseRate:
    """Base rate in percent a year, from a day on until the next one."""

    valid_from: date
    percent: Decimal


@dataclass(frozen=True)
class Payment:
    """What reduced the claim on a day; negative where it was undone."""

    day: date
    amount: Decimal


@dataclass(frozen=True)
class InterestSpan:
    """Days from ``first`` to ``last``, both included, with one principal and one rate.

    ``percent`` is base rate plus surcharge; ``exact`` the unrounded interest.
    """

    first: date
    last: date
    principal: Decimal
    percent: Decimal
    exact: Fraction

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


@dataclass(frozen=True)
class Interest:
    """Interest of a claim: the sum of its spans, rounded once."""

    amount: Decimal
    spans: tuple[InterestSpan, ...]


def default_interest(
    principal: Decimal,
    payments: Iterable[Payment],
    rates: Sequence[BaseRate],
    surcharge: Decimal,
    default_on: date,
    until: date,
    day_count: DayCount = DayCount.ACT_365,
    digits: int = 2,
) -> Interest:
    """Interest of a claim from the day after ``default_on`` up to ``until`` included.

    :param principal: the claim before all payments, in its currency
    :param payments: in any order; one of a day reduces the claim from the day after on
    :param rates: base rates, in any order
    :param surcharge: percentage points on top of the base rate, 5 or 9
    :param default_on: the day on which default begins, which bears no interest yet
    :raise RateMissingError: when a day is before the first base rate

    119.00 EUR, 30 days at 1.27 + 9 percent:

    >>> rates = [BaseRate(date(2025, 7, 1), Decimal("1.27"))]
    >>> result = default_interest(
    ...     Decimal("119.00"), [], rates, Decimal(9), date(2026, 3, 1), date(2026, 3, 31)
    ... )
    >>> result.amount, [(span.days, span.percent) for span in result.spans]
    (Decimal('1.00'), [(30, Decimal('10.27'))])

    Half of it is paid on the tenth day:

    >>> half = [Payment(date(2026, 3, 11), Decimal("59.50"))]
    >>> result = default_interest(
    ...     Decimal("119.00"), half, rates, Decimal(9), date(2026, 3, 1), date(2026, 3, 31)
    ... )
    >>> result.amount, [(span.days, span.principal) for span in result.spans]
    (Decimal('0.67'), [(10, Decimal('119.00')), (20, Decimal('59.50'))])
    """
    table = sorted(rates, key=lambda rate: rate.valid_from)
    steps = sorted(payments, key=lambda payment: payment.day)
    spans = tuple(_spans(principal, steps, table, surcharge, default_on + DAY, until, day_count))
    unit = Decimal(1).scaleb(-digits)
    exact = sum((span.exact for span in spans), Fraction(0))
    scaled = Decimal(exact.numerator) / Decimal(exact.denominator)
    return Interest(max(scaled, Decimal(0)).quantize(unit, ROUND_HALF_UP), spans)


def base_rate(rates: Sequence[BaseRate], day: date) -> Decimal:
    """Return the base rate of ``day``; ``rates`` are in the order of their days.

    :raise RateMissingError: when ``day`` is before the first one
    """
    position = bisect_right(rates, day, key=lambda rate: rate.valid_from)
    if not position:
        raise RateMissingError(day)
    return rates[position - 1].percent


def is_rate_outdated(rates: Sequence[BaseRate], day: date) -> bool:
    """Whether nobody has entered the base rate of the half-year of ``day``.

    Base rates are set on 1 January and 1 July; one that did not change is entered again.

    >>> rates = [BaseRate(date(2025, 7, 1), Decimal("1.27"))]
    >>> is_rate_outdated(rates, date(2025, 12, 31)), is_rate_outdated(rates, date(2026, 1, 1))
    (False, True)
    """
    begin = date(day.year, 1 if day.month < 7 else 7, 1)
    return all(rate.valid_from < begin for rate in rates)


def _spans(
    principal: Decimal,
    payments: Sequence[Payment],
    rates: Sequence[BaseRate],
    surcharge: Decimal,
    first: date,
    until: date,
    day_count: DayCount,
) -> Iterator[InterestSpan]:
    """Cut the time where principal, rate or the length of the year changes."""
    if until < first:
        return
    begins = {first}
    begins.update(payment.day + DAY for payment in payments)
    begins.update(rate.valid_from for rate in rates)
    if day_count is DayCount.ACT_ACT:
        begins.update(date(year, 1, 1) for year in range(first.year, until.year + 1))
    cuts = sorted(day for day in begins if first <= day <= until)
    for begin, end in zip(cuts, [*cuts[1:], until + DAY], strict=True):
        open_amount = principal - sum(
            (payment.amount for payment in payments if payment.day < begin), Decimal(0)
        )
        if open_amount <= 0:
            continue
        percent = base_rate(rates, begin) + surcharge
        year = 365 if day_count is DayCount.ACT_365 else _days_of_year(begin.year)
        exact = Fraction(open_amount) * Fraction(percent) * (end - begin).days / (100 * year)
        yield InterestSpan(begin, end - DAY, open_amount, percent, exact)


def _days_of_year(year: int) -> int:
    return (date(year + 1, 1, 1) - date(year, 1, 1)).days

"""Prices that depend on the day: planned changes, and phases at the start of a contract."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from .errors import BillingRuleError
from .periods import add_months
from .pricing import Terms

PricedDay = tuple[date, Terms]


@dataclass(frozen=True)
class Phase:
    """Other terms for some months, counted from the first charged day of a contract.

    :ivar start: months after the first charged day
    :ivar end: months after it at which the phase is over, None if it never is

    :raises BillingRuleError: ``phase_empty``
    """

    start: int
    end: int | None
    terms: Terms

    def __post_init__(self) -> None:
        if self.start < 0 or (self.end is not None and self.end <= self.start):
            raise BillingRuleError("phase_empty", start=self.start, end=self.end)


def check_phases(phases: Sequence[Phase]) -> None:
    """Refuse phases that claim the same time.

    :raises BillingRuleError: ``phases_overlap``

    >>> from decimal import Decimal
    >>> from .pricing import Flat
    >>> check_phases([Phase(0, 3, Flat(Decimal(0))), Phase(2, None, Flat(Decimal(5)))])
    Traceback (most recent call last):
    ...
    odoo...BillingRuleError: phases_overlap {'end': 3, 'start': 2}
    """
    ordered = sorted(phases, key=lambda phase: phase.start)
    for one, other in pairwise(ordered):
        if one.end is None or one.end > other.start:
            raise BillingRuleError("phases_overlap", end=one.end, start=other.start)


def price_days(
    base: Terms, changes: Sequence[PricedDay], phases: Sequence[Phase], first_day: date
) -> tuple[PricedDay, ...]:
    """The days from which other terms count, with the terms.

    A phase goes before planned changes; when it is over, what was planned meanwhile counts.

    :param base: terms of the plan
    :param changes: planned changes, as pairs of day and terms
    :param first_day: first charged day of the contract

    >>> from decimal import Decimal
    >>> from .pricing import Flat
    >>> ten, five, twelve = (Flat(Decimal(price)) for price in (10, 5, 12))
    >>> days = price_days(ten, [(date(2026, 2, 1), twelve)], [Phase(0, 3, five)],
    ...     date(2026, 1, 1))
    >>> [(day.isoformat(), str(terms.amount)) for day, terms in days]
    [('2026-01-01', '5'), ('2026-02-01', '5'), ('2026-04-01', '12')]
    """
    spans = [
        (
            add_months(first_day, phase.start),
            None if phase.end is None else add_months(first_day, phase.end),
            phase.terms,
        )
        for phase in phases
    ]
    days = {day for day, _terms in changes}
    days |= {start for start, _end, _terms in spans}
    days |= {end for _start, end, _terms in spans if end}

    def terms_on(day: date) -> Terms:
        for start, end, terms in spans:
            if start <= day and (end is None or day < end):
                return terms
        planned = [change for change in changes if change[0] <= day]
        return max(planned, key=lambda change: change[0])[1] if planned else base

    return tuple((day, terms_on(day)) for day in sorted(days))

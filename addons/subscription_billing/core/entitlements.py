"""What a contract entitles its customer to on a day: features and limits, from its facts.

Nothing here is stored: the answer for any day, past or to come, follows from the terms in force,
the lines with their quantities, the trial, the holds and the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum

from .spans import Span

UNLIMITED = Decimal("Infinity")
NOTHING = Decimal(0)


class Combine(str, Enum):
    """How the values of several sources become one."""

    SUM = "sum"
    MAX = "max"


@dataclass(frozen=True)
class Grant:
    """What one source gives: a number, :data:`UNLIMITED`, or 1 for a feature that is switched on.

    :ivar code: of the feature
    :ivar value: what holds after the trial
    :ivar trial: what holds during the trial
    :ivar per_unit: whether each unit of the line's quantity gives as much
    :ivar span: the days on which the source gives it at all
    """

    code: str
    value: Decimal
    trial: Decimal
    per_unit: bool = False
    span: Span = Span(date.min)

    def value_on(self, day: date, in_trial: bool, quantity: Decimal) -> Decimal:
        """What it gives on a day.

        >>> seats = Grant("users", Decimal(5), Decimal(1), per_unit=True)
        >>> seats.value_on(date(2026, 1, 1), False, Decimal(3))
        Decimal('15')
        >>> seats.value_on(date(2026, 1, 1), True, Decimal(3))
        Decimal('3')
        """
        if not self.span.contains(day):
            return NOTHING
        value = self.trial if in_trial else self.value
        if not self.per_unit or not value:
            return value
        return value * quantity if quantity else NOTHING


@dataclass(frozen=True)
class Access:
    """The time in which the customer has one line of the contract.

    :ivar span: may be empty, for what was taken back before its first day
    :ivar terms: which terms the line belongs to
    :ivar trial_until: the first day of the line that is not free
    """

    span: Span
    terms: int
    quantity: Decimal
    grants: tuple[Grant, ...] = ()
    trial_until: date | None = None


@dataclass(frozen=True)
class Withheld:
    """Time in which features are taken away; ``codes`` None means all of them."""

    span: Span
    codes: frozenset[str] | None = None

    def covers(self, code: str, day: date) -> bool:
        return self.span.contains(day) and (self.codes is None or code in self.codes)


@dataclass(frozen=True)
class EntitlementFacts:
    """A contract as the rules see it.

    :ivar served: the time of the contract; empty before it is activated
    :ivar terms: the terms of the contract as last agreed, in force once all lines have ended
    :ivar terms_grants: what terms give by themselves, whatever the lines
    """

    served: Span
    terms: int
    trial_until: date | None = None
    lines: tuple[Access, ...] = ()
    withheld: tuple[Withheld, ...] = ()
    terms_grants: Mapping[int, tuple[Grant, ...]] | None = None

    def _grants_of(self, terms: int) -> tuple[Grant, ...]:
        return (self.terms_grants or {}).get(terms, ())


@dataclass(frozen=True)
class Source:
    """One grant that holds on a day; ``line`` is an index of the facts, None for the terms."""

    code: str
    value: Decimal
    line: int | None = None


def terms_on(facts: EntitlementFacts, day: date) -> int:
    """The terms in force on a day: those of the line that began last.

    >>> old, new = Span(date(2026, 1, 1), date(2026, 2, 1)), Span(date(2026, 2, 1))
    >>> facts = EntitlementFacts(Span(date(2026, 1, 1)), terms=2, lines=(
    ...     Access(old, 1, Decimal(1)), Access(new, 2, Decimal(1))))
    >>> terms_on(facts, date(2026, 1, 31)), terms_on(facts, date(2026, 2, 1))
    (1, 2)
    """
    real = [line for line in facts.lines if not line.span.is_empty]
    if all(line.span.end and line.span.end <= day for line in real):
        return facts.terms
    begun = [line for line in real if line.span.start <= day]
    latest = max(begun, key=lambda line: line.span.start, default=None)
    return latest.terms if latest else min(real, key=lambda line: line.span.start).terms


def sources_on(facts: EntitlementFacts, day: date) -> list[Source]:
    """Each grant that gives something on a day, those of the terms first."""
    if not facts.served.contains(day):
        return []
    found = []
    is_trial = _is_before(day, facts.trial_until)
    for line in facts.lines:
        if line.span.contains(day) and _is_before(day, line.trial_until):
            is_trial = True
    for grant in facts._grants_of(terms_on(facts, day)):
        found.append(Source(grant.code, grant.value_on(day, is_trial, Decimal(1))))
    for index, line in enumerate(facts.lines):
        if line.span.contains(day):
            for grant in line.grants:
                value = grant.value_on(day, is_trial, line.quantity)
                found.append(Source(grant.code, value, index))
    return [
        source
        for source in found
        if source.value and not any(held.covers(source.code, day) for held in facts.withheld)
    ]


def entitled_on(
    facts: EntitlementFacts, day: date, combine: Mapping[str, Combine]
) -> dict[str, Decimal]:
    """What holds on a day, by code; what is absent is not granted.

    >>> facts = EntitlementFacts(Span(date(2026, 1, 1)), terms=1, terms_grants={
    ...     1: (Grant("users", Decimal(5), Decimal(5)),)})
    >>> entitled_on(facts, date(2026, 1, 1), {"users": Combine.SUM})
    {'users': Decimal('5')}
    >>> entitled_on(facts, date(2025, 12, 31), {"users": Combine.SUM})
    {}
    """
    pairs = ((source.code, source.value) for source in sources_on(facts, day))
    return combined(pairs, combine)


def combined(
    pairs: Iterable[tuple[str, Decimal]], combine: Mapping[str, Combine]
) -> dict[str, Decimal]:
    """Values of several sources, or of several contracts, as one per feature.

    >>> five = [("users", Decimal(5)), ("users", Decimal(2))]
    >>> combined(five, {"users": Combine.SUM}), combined(five, {"users": Combine.MAX})
    ({'users': Decimal('7')}, {'users': Decimal('5')})
    """
    result: dict[str, Decimal] = {}
    for code, value in pairs:
        if code not in result:
            result[code] = value
        elif combine[code] is Combine.SUM:
            result[code] += value
        else:
            result[code] = max(result[code], value)
    return result


def change_days(facts: EntitlementFacts) -> list[date]:
    """All days on which something may change, in order."""
    grants = [grant for group in (facts.terms_grants or {}).values() for grant in group]
    grants += [grant for line in facts.lines for grant in line.grants]
    spans = [facts.served, *(line.span for line in facts.lines)]
    spans += [held.span for held in facts.withheld] + [grant.span for grant in grants]
    days = {day for span in spans for day in (span.start, span.end)}
    days |= {facts.trial_until, *(line.trial_until for line in facts.lines)}
    return sorted(day for day in days if day and day != date.min)


def customer_on(
    contracts: Iterable[EntitlementFacts], day: date, combine: Mapping[str, Combine]
) -> dict[str, Decimal]:
    """What a customer with several contracts has on a day."""
    pairs = [pair for facts in contracts for pair in entitled_on(facts, day, combine).items()]
    return combined(pairs, combine)


def changes_after(
    contracts: Iterable[EntitlementFacts], day: date, combine: Mapping[str, Combine]
) -> dict[str, tuple[date, Decimal]]:
    """The first change of each feature after a day: when, and what holds then (zero: nothing).

    A feature that never changes any more is absent.

    >>> facts = EntitlementFacts(Span(date(2026, 1, 1), date(2027, 1, 1)), terms=1,
    ...     terms_grants={1: (Grant("api", Decimal(1), Decimal(1)),)})
    >>> changes_after([facts], date(2026, 5, 1), {"api": Combine.MAX})
    {'api': (datetime.date(2027, 1, 1), Decimal('0'))}
    """
    contracts = list(contracts)
    now = customer_on(contracts, day, combine)
    days = sorted({later for facts in contracts for later in change_days(facts) if later > day})
    found: dict[str, tuple[date, Decimal]] = {}
    for later in days:
        then = customer_on(contracts, later, combine)
        for code in now.keys() | then.keys():
            value = then.get(code, NOTHING)
            if code not in found and value != now.get(code, NOTHING):
                found[code] = (later, value)
    return found


@dataclass(frozen=True)
class Difference:
    """What became of the features between two moments: sorted codes."""

    granted: tuple[str, ...]
    changed: tuple[str, ...]
    revoked: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.granted or self.changed or self.revoked)


def compare(before: Mapping[str, object], after: Mapping[str, object]) -> Difference:
    """What was granted, changed and revoked.

    >>> compare({"api": 1, "users": 5}, {"users": 7, "sso": 1})
    Difference(granted=('sso',), changed=('users',), revoked=('api',))
    """
    return Difference(
        granted=tuple(sorted(after.keys() - before.keys())),
        changed=tuple(
            sorted(code for code in before.keys() & after.keys() if before[code] != after[code])
        ),
        revoked=tuple(sorted(before.keys() - after.keys())),
    )


def _is_before(day: date, until: date | None) -> bool:
    return until is not None and day < until

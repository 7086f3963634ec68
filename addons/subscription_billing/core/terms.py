"""How long a contract binds, and the first day on which it can end.

German consumer law (§ 309 No. 9 BGB, contracts since 1 March 2022): at most two years of minimum
term, tacit renewal only for an indefinite time with at most one month's notice, and at most one
month's notice before the minimum term ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

from .errors import BillingRuleError
from .periods import Cadence, Unit, add_months, boundary, index_of

CONSUMER_MAXIMUM_MONTHS = 24
CONSUMER_NOTICE_MONTHS = 1
# A notice of one month may be stated in days or weeks, but not be longer than any month is.
CONSUMER_NOTICE_DAYS = 28


@dataclass(frozen=True)
class Duration:
    """A length of time in whole units.

    >>> Duration(1, Unit.MONTH).after(date(2026, 1, 31))
    datetime.date(2026, 2, 28)
    >>> Duration(2, Unit.WEEK).before(date(2026, 1, 31))
    datetime.date(2026, 1, 17)
    """

    count: int
    unit: Unit

    def __post_init__(self) -> None:
        if self.count < 1:
            raise BillingRuleError("duration_count", count=self.count)

    def after(self, day: date, times: int = 1) -> date:
        """The day a number of times this long after ``day``."""
        cadence = Cadence(self.unit, self.count)
        if cadence.months:
            return add_months(day, cadence.months * times)
        return day + timedelta(days=cadence.days * times)

    def before(self, day: date) -> date:
        """The day this long before ``day``."""
        return self.after(day, -1)

    def exceeds_months(self, months: int, days: int) -> bool:
        """Whether it is longer than so many months, or so many days where counted in days."""
        cadence = Cadence(self.unit, self.count)
        return cadence.months > months if cadence.months else cadence.days > days


@dataclass(frozen=True)
class BindingTerms:
    """What binds the parties of a contract.

    :ivar minimum: term that cannot be ended earlier
    :ivar notice: time between the notice and the end
    :ivar renewal: the contract renews by this length unless ended; None: it then runs on for an
        indefinite time
    :ivar to_period_end: ends only together with a billing period
    """

    minimum: Duration | None = None
    notice: Duration | None = None
    renewal: Duration | None = None
    to_period_end: bool = False


class EndReason(str, Enum):
    """Why a contract cannot end earlier."""

    ANY_DAY = "any_day"
    NOTICE = "notice"
    MINIMUM = "minimum"
    RENEWAL = "renewal"


@dataclass(frozen=True)
class EarliestEnd:
    """The first day that need not belong to the contract any more, and why.

    :ivar notice_until: last day on which a notice still leads to this end; None if every day does
    """

    day: date
    reason: EndReason
    notice_until: date | None = None


def check_consumer(terms: BindingTerms) -> None:
    """Refuse terms that a consumer in Germany cannot be bound by.

    :raises BillingRuleError: ``consumer_minimum``, ``consumer_renewal``, ``consumer_notice``

    >>> check_consumer(BindingTerms(Duration(2, Unit.YEAR), Duration(1, Unit.MONTH)))
    >>> check_consumer(BindingTerms(Duration(25, Unit.MONTH)))
    Traceback (most recent call last):
    ...
    odoo...BillingRuleError: consumer_minimum
    """
    two_years = CONSUMER_MAXIMUM_MONTHS * 365 // 12
    if terms.minimum and terms.minimum.exceeds_months(CONSUMER_MAXIMUM_MONTHS, two_years):
        raise BillingRuleError("consumer_minimum")
    if terms.renewal:
        raise BillingRuleError("consumer_renewal")
    if terms.notice and terms.notice.exceeds_months(CONSUMER_NOTICE_MONTHS, CONSUMER_NOTICE_DAYS):
        raise BillingRuleError("consumer_notice")


def earliest_end(
    terms: BindingTerms, start: date, notice_day: date, anchor: date, cadence: Cadence
) -> EarliestEnd:
    """The earliest end of a contract when notice is given on a day.

    :param start: first day of the contract, from which the minimum term counts
    :param anchor: origin of the billing periods
    :param cadence: length of the billing periods

    >>> terms = BindingTerms(Duration(1, Unit.YEAR), Duration(1, Unit.MONTH))
    >>> start, monthly = date(2026, 1, 1), Cadence(Unit.MONTH)
    >>> earliest_end(terms, start, date(2026, 5, 20), start, monthly)
    EarliestEnd(day=datetime.date(2027, 1, 1), reason=<EndReason.MINIMUM: 'minimum'>, \
notice_until=datetime.date(2026, 12, 1))
    >>> earliest_end(terms, start, date(2027, 5, 20), start, monthly).day
    datetime.date(2027, 6, 20)
    """
    by_notice = terms.notice.after(notice_day) if terms.notice else notice_day
    first = max(by_notice, start + timedelta(days=1))
    if terms.minimum:
        fixed = _end_of_term(terms, terms.minimum.after(start), notice_day)
        if fixed:
            return fixed
    end = _period_end(first, anchor, cadence) if terms.to_period_end else first
    reason = EndReason.NOTICE if terms.notice or end != first else EndReason.ANY_DAY
    return EarliestEnd(end, reason, _notice_until(terms, end) if end != first else None)


def _end_of_term(terms: BindingTerms, minimum_end: date, notice_day: date) -> EarliestEnd | None:
    """The end of the running term that a notice still reaches; None once it runs on open."""
    until = _notice_until(terms, minimum_end)
    if notice_day <= until:
        return EarliestEnd(minimum_end, EndReason.MINIMUM, until)
    if not terms.renewal:
        # Too late for the end of the minimum term: the notice itself decides.
        return None
    times = 1
    while notice_day > _notice_until(terms, terms.renewal.after(minimum_end, times)):
        times += 1
    end = terms.renewal.after(minimum_end, times)
    return EarliestEnd(end, EndReason.RENEWAL, _notice_until(terms, end))


def _notice_until(terms: BindingTerms, end: date) -> date:
    return terms.notice.before(end) if terms.notice else end


def _period_end(day: date, anchor: date, cadence: Cadence) -> date:
    """The first boundary that is not before ``day``."""
    index = index_of(anchor, cadence, day)
    found = boundary(anchor, cadence, index)
    return found if found == day else boundary(anchor, cadence, index + 1)

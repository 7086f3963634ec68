"""How long a contract binds."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.subscription_billing.core.errors import BillingRuleError
from odoo.addons.subscription_billing.core.periods import Cadence, Unit
from odoo.addons.subscription_billing.core.terms import (
    BindingTerms,
    Duration,
    EndReason,
    check_consumer,
    earliest_end,
)

MONTHLY = Cadence(Unit.MONTH)
START = date(2026, 1, 1)
YEAR, MONTH, QUARTER = Duration(1, Unit.YEAR), Duration(1, Unit.MONTH), Duration(3, Unit.MONTH)


@pytest.mark.parametrize(
    ("terms", "notice", "end", "reason"),
    [
        # nothing agreed: any day, but not before the contract lasted one day
        (BindingTerms(), "2026-05-20", "2026-05-20", EndReason.ANY_DAY),
        (BindingTerms(), "2026-01-01", "2026-01-02", EndReason.ANY_DAY),
        (BindingTerms(notice=MONTH), "2026-01-31", "2026-02-28", EndReason.NOTICE),
        (BindingTerms(to_period_end=True), "2026-05-20", "2026-06-01", EndReason.NOTICE),
        (BindingTerms(to_period_end=True), "2026-06-01", "2026-06-01", EndReason.ANY_DAY),
        (BindingTerms(notice=MONTH, to_period_end=True), "2026-05-20", "2026-07-01",
         EndReason.NOTICE),
        # notice in time for the minimum term; on its last day; one day late
        (BindingTerms(YEAR, MONTH), "2026-03-01", "2027-01-01", EndReason.MINIMUM),
        (BindingTerms(YEAR, MONTH), "2026-12-01", "2027-01-01", EndReason.MINIMUM),
        (BindingTerms(YEAR, MONTH), "2026-12-02", "2027-01-02", EndReason.NOTICE),
        (BindingTerms(YEAR), "2026-12-31", "2027-01-01", EndReason.MINIMUM),
        # renewal by a year: the next end that the notice reaches
        (BindingTerms(YEAR, QUARTER, YEAR), "2026-10-01", "2027-01-01", EndReason.MINIMUM),
        (BindingTerms(YEAR, QUARTER, YEAR), "2026-10-02", "2028-01-01", EndReason.RENEWAL),
        (BindingTerms(YEAR, QUARTER, YEAR), "2029-12-31", "2031-01-01", EndReason.RENEWAL),
    ],
)  # fmt: skip
def test_earliest_end(terms: BindingTerms, notice: str, end: str, reason: EndReason) -> None:
    found = earliest_end(terms, START, date.fromisoformat(notice), START, MONTHLY)
    assert (found.day.isoformat(), found.reason) == (end, reason)


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        (BindingTerms(Duration(24, Unit.MONTH), MONTH), None),
        (BindingTerms(Duration(2, Unit.YEAR), Duration(4, Unit.WEEK)), None),
        (BindingTerms(Duration(25, Unit.MONTH)), "consumer_minimum"),
        (BindingTerms(Duration(3, Unit.YEAR)), "consumer_minimum"),
        (BindingTerms(Duration(731, Unit.DAY)), "consumer_minimum"),
        (BindingTerms(YEAR, MONTH, YEAR), "consumer_renewal"),
        (BindingTerms(YEAR, QUARTER), "consumer_notice"),
        (BindingTerms(YEAR, Duration(5, Unit.WEEK)), "consumer_notice"),
    ],
)
def test_consumers_are_not_bound_longer(terms: BindingTerms, code: str | None) -> None:
    if code is None:
        return check_consumer(terms)
    with pytest.raises(BillingRuleError) as error:
        check_consumer(terms)
    assert error.value.code == code
    return None


DURATIONS = st.builds(Duration, st.integers(1, 30), st.sampled_from(Unit))
TERMS = st.builds(
    BindingTerms,
    st.none() | DURATIONS,
    st.none() | DURATIONS,
    st.none() | DURATIONS,
    st.booleans(),
)


@given(TERMS, st.integers(0, 4000))
def test_the_end_respects_minimum_and_notice(terms: BindingTerms, offset: int) -> None:
    notice = START + timedelta(days=offset)
    end = earliest_end(terms, START, notice, START, MONTHLY).day
    assert end > START
    assert end >= notice
    if terms.minimum:
        assert end >= terms.minimum.after(START)


@given(TERMS, st.integers(0, 3000), st.integers(0, 400))
def test_a_later_notice_never_ends_earlier(terms: BindingTerms, offset: int, more: int) -> None:
    first, second = (
        earliest_end(terms, START, START + timedelta(days=days), START, MONTHLY).day
        for days in (offset, offset + more)
    )
    assert first <= second

"""Arithmetic of spans, compared with sets of days."""

from collections.abc import Iterable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.subscription_billing.core.periods import BillingPeriod
from odoo.addons.subscription_billing.core.spans import Span, outside, subtract, without

FIRST = date(2026, 1, 1)
HORIZON = 60

offsets = st.integers(0, HORIZON)


def _day(number: int) -> date:
    return FIRST + timedelta(days=number)


@st.composite
def spans(draw: st.DrawFn) -> Span:
    """Any span inside the horizon: empty, backwards and open ones, too."""
    end = draw(st.none() | offsets)
    return Span(_day(draw(offsets)), None if end is None else _day(end))


@st.composite
def periods(draw: st.DrawFn) -> BillingPeriod:
    start = draw(st.integers(0, HORIZON - 1))
    return BillingPeriod(_day(start), _day(draw(st.integers(start + 1, HORIZON))))


def _days(parts: Iterable[Span | BillingPeriod]) -> list[date]:
    """The days of all parts inside the horizon, those of overlaps more than once."""
    return [
        day
        for part in parts
        for day in map(_day, range(HORIZON + 1))
        if part.start <= day and (part.end is None or day < part.end)
    ]


@given(spans(), st.lists(spans(), max_size=4))
def test_without_leaves_each_other_day_once(whole: Span, gaps: list[Span]) -> None:
    left = without(whole, gaps)
    assert _days(left) == sorted(set(_days([whole])) - set(_days(gaps)))
    assert not any(span.is_empty for span in left)


@given(periods(), st.lists(periods(), max_size=4))
def test_subtract_leaves_each_other_day_once(
    part: BillingPeriod, taken: list[BillingPeriod]
) -> None:
    assert _days(subtract(part, taken)) == sorted(set(_days([part])) - set(_days(taken)))


@given(periods(), st.lists(spans(), max_size=4))
def test_outside_is_what_no_span_holds(part: BillingPeriod, inside: list[Span]) -> None:
    found = outside(part, [span for span in inside if not span.is_empty])
    assert _days(found) == sorted(set(_days([part])) - set(_days(inside)))


@pytest.mark.parametrize(
    ("start", "end", "day", "contained"),
    [
        (5, 9, 4, False),
        (5, 9, 5, True),
        (5, 9, 8, True),
        (5, 9, 9, False),
        (5, None, 60, True),
        (5, None, 4, False),
        (5, 5, 5, False),
    ],
)
def test_contains(start: int, end: int | None, day: int, contained: bool) -> None:
    span = Span(_day(start), None if end is None else _day(end))
    assert span.contains(_day(day)) is contained


def test_open_gap_takes_all_that_follows() -> None:
    gaps = [Span(_day(30), _day(40)), Span(_day(10))]
    assert without(Span(_day(0)), gaps) == [Span(_day(0), _day(10))]


def test_spans_that_touch_leave_nothing_between() -> None:
    gaps = [Span(_day(10), _day(20)), Span(_day(20), _day(30))]
    assert without(Span(_day(0), _day(40)), gaps) == [
        Span(_day(0), _day(10)),
        Span(_day(30), _day(40)),
    ]

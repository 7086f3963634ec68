"""Grids of billing periods for each alignment."""

from datetime import date, timedelta
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.subscription_billing.core.alignment import (
    ANCHORS,
    Alignment,
    AlignmentType,
    alignment_from_params,
    grid_anchor,
)
from odoo.addons.subscription_billing.core.errors import BillingRuleError
from odoo.addons.subscription_billing.core.periods import (
    BillingPeriod,
    Cadence,
    Unit,
    full_period,
    tile,
)

DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))
MONTHLY, WEEKLY = Cadence(Unit.MONTH), Cadence(Unit.WEEK)
CALENDAR = {"type": "calendar"}


def _periods(
    align: dict[str, object], start: date, cadence: Cadence, count: int
) -> list[BillingPeriod]:
    anchor = grid_anchor(alignment_from_params(align), start, cadence)
    return list(islice(tile(anchor, cadence, start), count))


# alignment, cadence, the start and the boundaries after it
TIMELINES = [
    ({"type": "anniversary"}, MONTHLY, "2025-01-31 2025-02-28 2025-03-31"),
    (CALENDAR, MONTHLY, "2024-02-28 2024-03-01 2024-04-01"),
    (CALENDAR, MONTHLY, "2024-03-01 2024-04-01 2024-05-01"),
    (CALENDAR, Cadence(Unit.MONTH, 3), "2024-12-31 2025-01-01 2025-04-01"),
    (CALENDAR, Cadence(Unit.MONTH, 4), "2024-04-30 2024-05-01 2024-09-01 2025-01-01"),
    (CALENDAR, Cadence(Unit.YEAR), "2024-05-17 2025-01-01 2026-01-01"),
    (CALENDAR, Cadence(Unit.YEAR, 2), "2024-05-17 2026-01-01 2028-01-01"),
    (CALENDAR, WEEKLY, "2024-03-03 2024-03-04 2024-03-11"),
    (CALENDAR, Cadence(Unit.WEEK, 2), "2024-03-06 2024-03-18 2024-04-01"),
    (CALENDAR, Cadence(Unit.DAY, 10), "2024-03-06 2024-03-16 2024-03-26"),
    ({"type": "day", "day": 31}, MONTHLY, "2023-02-10 2023-02-28 2023-03-31 2023-04-30"),
    ({"type": "day", "day": 31}, MONTHLY, "2023-02-28 2023-03-31 2023-04-30"),
    ({"type": "day", "day": 30}, MONTHLY, "2024-01-31 2024-02-29 2024-03-30"),
    ({"type": "day", "day": 1}, MONTHLY, "2025-12-15 2026-01-01 2026-02-01"),
    ({"type": "date", "date": "2024-04-01"}, Cadence(Unit.MONTH, 3), "2024-02-15 2024-04-01"),
    ({"type": "date", "date": "2023-01-31"}, Cadence(Unit.MONTH, 3), "2024-05-20 2024-07-31"),
    ({"type": "date", "date": "2024-02-29"}, Cadence(Unit.YEAR), "2022-06-01 2023-02-28"),
    ({"type": "weekday", "weekday": 3}, WEEKLY, "2024-03-04 2024-03-06 2024-03-13"),
    ({"type": "weekday", "weekday": 7}, WEEKLY, "2024-03-04 2024-03-10 2024-03-17"),
    ({"type": "weekday", "weekday": 3}, Cadence(Unit.WEEK, 2), "2024-03-07 2024-03-20"),
]


@pytest.mark.parametrize(("align", "cadence", "text"), TIMELINES)
def test_boundaries(align: dict[str, object], cadence: Cadence, text: str) -> None:
    """The first period may be short, none is empty."""
    start, *ends = map(date.fromisoformat, text.split())
    assert [part.end for part in _periods(align, start, cadence, len(ends))] == ends


@pytest.mark.parametrize(
    ("align", "code"),
    [
        ({"type": "day"}, "alignment_day"),
        ({"type": "day", "day": 0}, "alignment_day"),
        ({"type": "day", "day": 32}, "alignment_day"),
        ({"type": "weekday"}, "alignment_weekday"),
        ({"type": "weekday", "weekday": 0}, "alignment_weekday"),
        ({"type": "weekday", "weekday": 8}, "alignment_weekday"),
        ({"type": "date"}, "alignment_date"),
    ],
)
def test_impossible_alignments_are_refused(align: dict[str, object], code: str) -> None:
    """When they are made, before any contract uses them."""
    with pytest.raises(BillingRuleError) as caught:
        alignment_from_params(align)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("align", "cadence"),
    [
        ({"type": "day", "day": 15}, Cadence(Unit.MONTH, 3)),
        ({"type": "day", "day": 15}, Cadence(Unit.YEAR)),
        ({"type": "day", "day": 15}, WEEKLY),
        ({"type": "weekday", "weekday": 1}, MONTHLY),
        ({"type": "weekday", "weekday": 1}, Cadence(Unit.DAY, 7)),
    ],
)
def test_alignments_that_do_not_fit_the_cadence(
    align: dict[str, object], cadence: Cadence
) -> None:
    """A day of the month needs single months, a day of the week needs weeks."""
    with pytest.raises(BillingRuleError, match="alignment_cadence"):
        grid_anchor(alignment_from_params(align), date(2025, 1, 1), cadence)


def test_every_type_has_its_anchor() -> None:
    """A type without one would fail on the first contract."""
    assert set(ANCHORS) == set(AlignmentType)


@given(DAYS, st.integers(1, 31))
def test_a_day_of_the_month_never_drifts(start: date, day: int) -> None:
    """Each boundary is that day, or the last one of a month that lacks it."""
    for part in _periods({"type": "day", "day": day}, start, MONTHLY, 14):
        last = part.end + timedelta(days=1)
        assert part.end.day == day or (part.end.day < day and last.day == 1)


@given(DAYS, st.integers(1, 7))
def test_weeks_begin_on_their_day(start: date, weekday: int) -> None:
    """The first period has at most seven days."""
    parts = _periods({"type": "weekday", "weekday": weekday}, start, WEEKLY, 3)
    assert parts[0].days <= 7
    assert all(part.end.isoweekday() == weekday for part in parts)


@given(DAYS, DAYS, st.builds(Cadence, st.sampled_from(Unit), st.integers(1, 24)))
def test_a_date_is_a_boundary(start: date, day: date, cadence: Cadence) -> None:
    """Wherever the contract starts."""
    anchor = grid_anchor(Alignment(AlignmentType.DATE, date=day), start, cadence)
    assert full_period(anchor, cadence, day).start == day


@given(DAYS, st.sampled_from([1, 2, 3, 4, 6, 12]))
def test_calendar_months_meet_the_year(start: date, count: int) -> None:
    """Cadences that divide the year have a boundary on each 1 January."""
    cadence = Cadence(Unit.MONTH, count)
    ends = [part.end for part in _periods(CALENDAR, start, cadence, 12 // count)]
    assert date(start.year + 1, 1, 1) in ends
    assert all(end.day == 1 for end in ends)

"""Grids of billing periods: timelines as tables, and what holds for any grid."""

from datetime import date, timedelta
from itertools import islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.subscription_billing.core.errors import BillingRuleError
from odoo.addons.subscription_billing.core.periods import (
    BillingPeriod,
    Cadence,
    Unit,
    add_months,
    boundary,
    full_period,
    index_of,
    tile,
)

DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))
CADENCES = st.builds(Cadence, st.sampled_from(Unit), st.integers(1, 24))

# anchor, cadence, the first boundaries
TIMELINES = [
    # the 31st comes back after every short month
    ("2025-01-31", Cadence(Unit.MONTH), "01-31 02-28 03-31 04-30 05-31 06-30 07-31"),
    ("2024-01-31", Cadence(Unit.MONTH), "01-31 02-29 03-31 04-30"),
    ("2025-01-30", Cadence(Unit.MONTH), "01-30 02-28 03-30"),
    ("2025-08-31", Cadence(Unit.MONTH, 3), "08-31 11-30 2026-02-28 2026-05-31"),
    ("2025-06-15", Cadence(Unit.MONTH, 5), "06-15 11-15 2026-04-15"),
    # 29 February is kept for the next leap year
    ("2024-02-29", Cadence(Unit.YEAR), "02-29 2025-02-28 2026-02-28 2027-02-28 2028-02-29"),
    ("2096-02-29", Cadence(Unit.YEAR, 4), "02-29 2100-02-28 2104-02-29"),
    ("2025-03-30", Cadence(Unit.DAY), "03-30 03-31 04-01"),
    ("2025-12-20", Cadence(Unit.DAY, 10), "12-20 12-30 2026-01-09"),
    ("2024-02-26", Cadence(Unit.WEEK), "02-26 03-04 03-11"),
    ("2025-12-22", Cadence(Unit.WEEK, 2), "12-22 2026-01-05 2026-01-19"),
]


def _days(text: str, year: int | str) -> list[date]:
    """Turn ``01-31 2026-02-28`` into dates, the year only given where it changes."""
    return [date.fromisoformat(day if len(day) == 10 else f"{year}-{day}") for day in text.split()]


@pytest.mark.parametrize(("anchor", "cadence", "expected"), TIMELINES)
def test_boundaries_count_from_the_anchor(anchor: str, cadence: Cadence, expected: str) -> None:
    """Short months do not change the day for good."""
    days = _days(expected, anchor[:4])
    found = [boundary(date.fromisoformat(anchor), cadence, n) for n in range(len(days))]
    assert found == days


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        # whole months, the first of them short because the line starts later than the grid
        ("2025-02-10", "2025-04-15", "02-10 02-28 | 02-28 03-31 | 03-31 04-15"),
        # inside one period
        ("2025-02-10", "2025-02-20", "02-10 02-20"),
        # an end on a boundary leaves no empty rest
        ("2025-01-31", "2025-02-28", "01-31 02-28"),
        # before the anchor
        ("2025-01-10", "2025-02-01", "01-10 01-31 | 01-31 02-01"),
    ],
)
def test_tile_cuts_the_time_of_a_line_at_the_grid(start: str, end: str, expected: str) -> None:
    """First and last part may be shorter than a period."""
    parts = tile(
        date(2025, 1, 31),
        Cadence(Unit.MONTH),
        date.fromisoformat(start),
        date.fromisoformat(end),
    )
    assert [[part.start, part.end] for part in parts] == [
        _days(pair, 2025) for pair in expected.split(" | ")
    ]


def test_tile_of_no_time_is_empty() -> None:
    """The end is not part of the time."""
    assert not list(
        tile(date(2025, 1, 1), Cadence(Unit.MONTH), date(2025, 2, 1), date(2025, 2, 1))
    )


@pytest.mark.parametrize(
    ("start", "end"), [("2025-01-02", "2025-01-01"), ("2025-01-01", "2025-01-01")]
)
def test_a_period_lasts_at_least_one_day(start: str, end: str) -> None:
    """Empty and reversed periods are refused."""
    with pytest.raises(BillingRuleError) as caught:
        BillingPeriod(date.fromisoformat(start), date.fromisoformat(end))
    assert caught.value.code == "period_empty"


@pytest.mark.parametrize("count", [0, -1])
def test_a_cadence_needs_a_positive_count(count: int) -> None:
    """Otherwise its boundaries would not move on."""
    with pytest.raises(BillingRuleError, match="cadence_count"):
        Cadence(Unit.WEEK, count)


@given(DAYS, CADENCES, st.integers(-30, 30))
def test_boundaries_strictly_increase(anchor: date, cadence: Cadence, index: int) -> None:
    """On both sides of the anchor."""
    assert boundary(anchor, cadence, index) < boundary(anchor, cadence, index + 1)


@given(DAYS, CADENCES, DAYS)
def test_the_period_of_a_day_contains_it(anchor: date, cadence: Cadence, day: date) -> None:
    """Any day, before the anchor too."""
    index = index_of(anchor, cadence, day)
    assert boundary(anchor, cadence, index) <= day < boundary(anchor, cadence, index + 1)
    period = full_period(anchor, cadence, day)
    assert period.start <= day <= period.last_day


@given(DAYS, CADENCES)
def test_the_anchor_starts_period_zero(anchor: date, cadence: Cadence) -> None:
    """Whatever day of the month it is."""
    assert index_of(anchor, cadence, anchor) == 0
    assert boundary(anchor, cadence, 0) == anchor


@given(DAYS, CADENCES, DAYS, st.integers(1, 1500))
def test_tiles_cover_the_time_without_gap_or_overlap(
    anchor: date, cadence: Cadence, start: date, length: int
) -> None:
    """All inner boundaries lie on the grid."""
    end = start + timedelta(days=length)
    parts = list(tile(anchor, cadence, start, end))
    assert (parts[0].start, parts[-1].end) == (start, end)
    assert all(left.end == right.start for left, right in pairwise(parts))
    assert all(part.end == full_period(anchor, cadence, part.start).end for part in parts[:-1])


@given(DAYS, CADENCES, DAYS)
def test_an_open_line_never_runs_out_of_periods(
    anchor: date, cadence: Cadence, start: date
) -> None:
    """The iterator is endless."""
    parts = list(islice(tile(anchor, cadence, start), 8))
    assert len(parts) == 8
    assert all(left.end == right.start for left, right in pairwise(parts))


@given(DAYS, st.integers(-500, 500))
def test_months_keep_the_day_where_the_month_has_it(day: date, months: int) -> None:
    """Otherwise it is the last day of the month."""
    moved = add_months(day, months)
    assert (moved.year - day.year) * 12 + moved.month - day.month == months
    shortened = moved.day < day.day
    assert moved.day <= day.day
    assert not shortened or (moved + timedelta(days=1)).day == 1


@given(DAYS, st.integers(1, 400), DAYS, st.integers(1, 400))
def test_cut_is_the_intersection(start: date, length: int, other: date, other_length: int) -> None:
    """Compared day by day."""
    period = BillingPeriod(start, start + timedelta(days=length))
    end = other + timedelta(days=other_length)
    common = {period.start + timedelta(days=n) for n in range(period.days)} & {
        other + timedelta(days=n) for n in range(other_length)
    }
    part = period.cut(other, end)
    found = {part.start + timedelta(days=n) for n in range(part.days)} if part else set()
    assert found == common

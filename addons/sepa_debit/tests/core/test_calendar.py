"""Days of collection: Easter, 1 May, the year's end, cut-offs and windows."""

from datetime import date, datetime, time, timedelta

import pytest
from dateutil.easter import easter as known_easter
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.sepa_debit.core.calendar import (
    Lead,
    add_target_days,
    earliest_collection,
    easter,
    is_target_day,
    next_target_day,
    submission_window,
    target_days,
)

days = st.dates(date(2000, 1, 1), date(2090, 12, 31))
leads = st.builds(Lead, st.integers(1, 14), st.times())


@pytest.mark.parametrize("year", range(1990, 2100))
def test_easter(year):
    assert easter(year) == known_easter(year)


@pytest.mark.parametrize(
    ("day", "shifted"),
    [
        ("2027-03-26", "2027-03-30"),  # Good Friday
        ("2027-03-29", "2027-03-30"),  # Easter Monday
        ("2026-05-01", "2026-05-04"),  # Labour Day on a Friday
        ("2026-12-25", "2026-12-28"),
        ("2026-12-31", "2026-12-31"),
        ("2027-01-01", "2027-01-04"),
        ("2026-10-03", "2026-10-05"),  # a German holiday is a TARGET day, this one a Saturday
        ("2028-10-03", "2028-10-03"),
        ("2026-05-14", "2026-05-14"),  # Ascension is none
    ],
)
def test_shift(day, shifted):
    assert next_target_day(date.fromisoformat(day)).isoformat() == shifted


@pytest.mark.parametrize(
    ("now", "lead", "earliest"),
    [
        ("2026-12-30T10:00", Lead(1, time(11)), "2026-12-31"),
        ("2026-12-31T10:00", Lead(1, time(11)), "2027-01-04"),
        ("2026-12-31T11:00", Lead(1, time(11)), "2027-01-05"),
        ("2026-12-24T09:00", Lead(2, time(11)), "2026-12-29"),
        ("2026-04-30T09:00", Lead(1, time(11)), "2026-05-04"),
        ("2026-04-02T12:00", Lead(2, time(11)), "2026-04-09"),
    ],
)
def test_cut_off(now, lead, earliest):
    assert earliest_collection(datetime.fromisoformat(now), lead).isoformat() == earliest


@given(days, leads)
def test_window_agrees_with_cut_off(day, lead):
    collection = next_target_day(day)
    window = submission_window(collection, lead)
    in_time = datetime.combine(window.closes, time(0))
    if lead.cut_off > time(0):
        assert earliest_collection(in_time, lead) == collection
    too_late = datetime.combine(window.closes, time(23, 59, 59, 999999))
    assert earliest_collection(too_late, lead) > collection
    assert collection - window.opens == timedelta(days=14)


@given(days, st.integers(1, 20))
def test_counting_goes_both_ways(day, count):
    start = next_target_day(day)
    assert add_target_days(add_target_days(start, count), -count) == start
    assert len(list(target_days(start, add_target_days(start, count)))) == count


@given(days)
def test_never_closed_for_long(day):
    shifted = next_target_day(day)
    assert is_target_day(shifted)
    assert day <= shifted <= day + timedelta(days=4)


@pytest.mark.parametrize("count", [0, 15, -1])
def test_lead_out_of_range(count):
    with pytest.raises(ValueError, match="lead_days"):
        Lead(count)

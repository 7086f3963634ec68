"""Tests of the pure rules; run by pytest without a database."""

import doctest
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.billing_base.core import collection, delivery, settlement, today
from odoo.addons.billing_base.core.settlement import Snapshot

MODULES = [collection, delivery, settlement, today]
OFFSETS = st.integers(-12, 14).map(lambda hours: timezone(timedelta(hours=hours)))
SNAPSHOTS = st.dictionaries(
    st.integers(1, 4), st.dictionaries(st.integers(1, 12), st.booleans(), max_size=4), max_size=4
)
AMOUNTS = st.decimals("-9999.99", "9999.99", places=2)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_doctests(module: ModuleType) -> None:
    """The examples in the docstrings hold."""
    result = doctest.testmod(module)
    assert result.attempted
    assert not result.failed


# === today === #


@given(st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)), OFFSETS)
def test_own_zone_decides(now: datetime, zone: timezone) -> None:
    """The country's zones do not matter beside an own one."""
    expected = (now + zone.utcoffset(None)).date()
    assert today.billing_date(now, zone, []) == expected
    assert today.billing_date(now, zone, [timezone.utc]) == expected


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)),
    st.timedeltas(timedelta(0), timedelta(days=3)),
    st.lists(OFFSETS, max_size=3),
)
def test_time_never_runs_backwards(now: datetime, later: timedelta, zones: list[timezone]) -> None:
    """Whatever rule decides, a later instant is never an earlier day."""
    assert today.billing_date(now, None, zones) <= today.billing_date(now + later, None, zones)


def test_aware_instants() -> None:
    """An instant with a zone is converted, not taken for UTC."""
    zone = timezone(timedelta(hours=2))
    instant = datetime(2026, 2, 1, 1, 0, tzinfo=zone)
    assert today.billing_date(instant, None, []) == date(2026, 1, 31)
    assert today.billing_date(instant, zone, []) == date(2026, 2, 1)


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(-5, 800))
def test_days_after_are_all_days_once(start: date, length: int) -> None:
    """No day is left out or repeated, none lies outside."""
    end = start + timedelta(days=length)
    days = list(today.days_after(start, end))
    assert len(days) == max(length, 0)
    assert days == sorted(set(days))
    assert all(start < day <= end for day in days)


# === settlement === #


@given(SNAPSHOTS)
def test_no_change_no_transition(snapshot: Snapshot) -> None:
    """Equal snapshots have no transitions."""
    assert settlement.compare(snapshot, snapshot) == settlement.Transitions()


@given(SNAPSHOTS, SNAPSHOTS)
def test_the_way_back_is_the_opposite(before: Snapshot, after: Snapshot) -> None:
    """Swapping the snapshots swaps settled and unsettled."""
    there, back = settlement.compare(before, after), settlement.compare(after, before)
    assert there.settled_items == back.unsettled_items
    assert there.unsettled_items == back.settled_items
    assert there.settled_documents == back.unsettled_documents
    assert there.unsettled_documents == back.settled_documents


@pytest.mark.parametrize(
    ("before", "after", "settled", "unsettled"),
    [
        ({}, {1: {}}, (), ()),  # posted without any item: nothing to settle
        ({}, {1: {10: True}}, (1,), ()),  # posted with nothing to pay
        ({1: {10: True}}, {}, (), (1,)),  # back in draft
        ({1: {10: True, 11: False}}, {1: {10: True, 11: True}}, (1,), ()),
        ({1: {10: True, 11: True}}, {1: {10: True, 11: False}}, (), (1,)),
        ({1: {10: True, 11: False}}, {1: {10: False, 11: True}}, (), ()),
    ],
)
def test_documents(
    before: Snapshot, after: Snapshot, settled: tuple[int, ...], unsettled: tuple[int, ...]
) -> None:
    """A document is settled with its last item."""
    transitions = settlement.compare(before, after)
    assert transitions.settled_documents == settled
    assert transitions.unsettled_documents == unsettled


# === collection === #


@given(AMOUNTS, AMOUNTS)
def test_never_more_than_open(residual: Decimal, in_collection: Decimal) -> None:
    """What is collectable and what is under way never exceed what is open."""
    amount = collection.collectable(residual, in_collection)
    assert Decimal(0) <= amount <= max(residual, Decimal(0))
    if in_collection >= 0:
        assert amount + in_collection <= max(residual, in_collection)

"""Residuals, ageing, limitation, shares, classes."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.account_open_items.core.ageing import (
    MarkError,
    bucket_of,
    bucket_ranges,
    parse_marks,
    sums,
)
from odoo.addons.account_open_items.core.classes import DebtorClass, Item, classify
from odoo.addons.account_open_items.core.limitation import (
    Cause,
    Change,
    changed,
    limitation_date,
)
from odoo.addons.account_open_items.core.residual import (
    Clearing,
    Residual,
    open_on,
    wound_back,
)
from odoo.addons.account_open_items.core.write_off import net_of, shares

CENT = Decimal("0.01")
START = date(2026, 1, 1)
MONEY = st.decimals(Decimal("-9999.99"), Decimal("9999.99"), places=2)
DAYS = st.integers(0, 800).map(lambda n: START + timedelta(days=n))
CLEARINGS = st.lists(st.builds(Clearing, DAYS, MONEY, MONEY), max_size=6)


def _left(original, clearings):
    return Residual(
        original.amount - sum(c.amount for c in clearings),
        original.amount_currency - sum(c.amount_currency for c in clearings),
    )


# === RESIDUAL === #


@given(DAYS, MONEY, MONEY, CLEARINGS, DAYS)
def test_both_ways_agree(booked, amount, foreign, clearings, day):
    original = Residual(amount, foreign)
    current = _left(original, clearings)
    assert open_on(booked, original, clearings, day) == wound_back(booked, current, clearings, day)


@given(MONEY, MONEY, CLEARINGS)
def test_last_day_is_what_is_open_now(amount, foreign, clearings):
    original = Residual(amount, foreign)
    assert open_on(START, original, clearings, date.max) == _left(original, clearings)


@given(MONEY, CLEARINGS, DAYS, DAYS)
def test_change_between_two_days_is_what_was_cleared(amount, clearings, one, other):
    first, last = sorted((one, other))
    original = Residual(amount, amount)
    change = (
        open_on(START, original, clearings, first).amount
        - open_on(START, original, clearings, last).amount
    )
    assert change == sum(c.amount for c in clearings if first < c.day <= last)


@given(st.lists(st.tuples(DAYS, MONEY), max_size=5), DAYS, DAYS)
def test_pairs_leave_the_balance_alone(pairs, paid_on, day):
    """Total of what is open = balance of the account: a clearing takes as much from both sides."""
    total = balance = Decimal(0)
    for booked, amount in pairs:
        since = max(booked, paid_on)
        for at, sign in ((booked, 1), (paid_on, -1)):
            clearing = [Clearing(since, sign * amount / 2, sign * amount / 2)]
            original = Residual(sign * amount, sign * amount)
            total += open_on(at, original, clearing, day).amount
            balance += sign * amount if at <= day else 0
    assert total == balance


def test_exchange_difference_leaves_no_foreign_amount():
    clearings = [
        Clearing(date(2026, 2, 1), Decimal(90), Decimal(100)),
        Clearing(date(2026, 2, 1), Decimal(5), Decimal(0)),
    ]
    original = Residual(Decimal(95), Decimal(100))
    assert not open_on(START, original, clearings, date(2026, 2, 1)).is_open
    assert open_on(START, original, clearings, date(2026, 1, 31)) == original


# === AGEING === #


@given(st.lists(st.tuples(DAYS, MONEY)), DAYS, st.sets(st.integers(1, 500), max_size=6))
def test_sum_of_buckets_is_the_total(items, day, marks):
    found = sums(items, day, sorted(marks))
    assert sum(found) == sum(amount for _due, amount in items)
    assert len(found) == len(bucket_ranges(sorted(marks))) + 1


@pytest.mark.parametrize(
    ("days", "bucket"), [(-1, 0), (0, 0), (1, 1), (30, 1), (31, 2), (60, 2), (61, 3)]
)
def test_bucket_edges(days, bucket):
    assert bucket_of(START, START + timedelta(days=days), (30, 60)) == bucket


@pytest.mark.parametrize("text", ["", "a", "0", "60,30", "1,2,3,4,5,6,7", "-5", "10000"])
def test_wrong_marks(text):
    with pytest.raises(MarkError):
        parse_marks(text)


# === LIMITATION === #

BEGINS, END = date(2026, 12, 31), date(2029, 12, 31)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (Change(Cause.ACKNOWLEDGED, date(2026, 3, 1)), END),  # before the time runs
        (Change(Cause.ACKNOWLEDGED, date(2029, 12, 31)), date(2032, 12, 31)),
        (Change(Cause.ACKNOWLEDGED, date(2030, 1, 1)), END),  # lapsed already
        (Change(Cause.NEGOTIATED, date(2026, 5, 1), date(2026, 5, 31)), END),
        (Change(Cause.NEGOTIATED, date(2027, 5, 1), date(2027, 5, 31)), date(2030, 1, 31)),
        (Change(Cause.NEGOTIATED, date(2026, 12, 30), date(2027, 1, 2)), date(2030, 1, 2)),
        # Proceedings of ten days, and six months after them.
        (Change(Cause.PROCEEDINGS, date(2027, 1, 1), date(2027, 1, 10)), date(2030, 7, 10)),
        (Change(Cause.TITLE, date(2029, 2, 28)), date(2059, 2, 28)),
    ],
)
def test_limitation(change, expected):
    assert changed(BEGINS, END, change) == expected


@given(DAYS, DAYS, st.sampled_from(Cause), st.integers(0, 900))
def test_nothing_lapses_earlier(due, start, cause, days):
    current = limitation_date(due)
    change = Change(cause, start, start + timedelta(days=days))
    assert changed(date(due.year, 12, 31), current, change) >= current


# === SHARES AND CLASSES === #

POSITIVE = st.decimals(CENT, Decimal("9999.99"), places=2)


@given(POSITIVE, st.lists(POSITIVE, min_size=1, max_size=5))
def test_shares_sum_up(amount, gross):
    assert sum(shares(amount, gross, CENT)) == amount


@given(POSITIVE, st.sampled_from(["1", "1.07", "1.19"]))
def test_net_is_within_a_cent(gross, ratio):
    net = net_of(gross, Decimal(ratio), CENT)
    assert abs(net * Decimal(ratio) - gross) <= CENT


ITEMS = st.lists(
    st.builds(
        Item,
        st.integers(1, 99),
        st.integers(1, 3),
        st.integers(1, 2),
        MONEY,
        st.sampled_from([Decimal(1), Decimal("1.19")]),
        st.sampled_from([None, Decimal(0), Decimal(50), Decimal(100)]),
    ),
    max_size=12,
)


@given(ITEMS)
def test_classes_sum_up_and_lose_no_item(items):
    found = classify(items, CENT)
    assert sum(s.amount for s in found) == sum(i.amount for i in items)
    assert sorted(key for s in found for key in s.keys) == sorted(i.key for i in items)
    for group in found:
        assert (group.kind is DebtorClass.CREDIT) == (group.amount < 0)
        assert 0 <= group.adjustment <= max(group.amount, 0)

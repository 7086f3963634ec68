"""The rules of open items and sums, without Odoo."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.customer_portal.core.standing import (
    OpenItem,
    Status,
    balances,
    status_of,
    urgency,
)

TODAY = date(2026, 2, 10)
INVOICE = OpenItem("EUR", Decimal(100), Decimal(100), TODAY + timedelta(days=4))
LATE = replace(INVOICE, due=TODAY - timedelta(days=1))


@pytest.mark.parametrize(
    ("item", "status"),
    [
        (INVOICE, Status.OPEN),
        (replace(INVOICE, due=TODAY), Status.OPEN),
        (LATE, Status.OVERDUE),
        (replace(INVOICE, residual=Decimal(40)), Status.PARTIAL),
        (replace(LATE, residual=Decimal(40)), Status.OVERDUE),
        (replace(LATE, in_collection=Decimal(100)), Status.PROCESSING),
        (replace(LATE, in_collection=Decimal(100), collection_date=TODAY), Status.COLLECTING),
        (replace(LATE, in_collection=Decimal(60)), Status.OVERDUE),
        (replace(LATE, is_processing=True), Status.PROCESSING),
        (replace(LATE, is_returned=True), Status.RETURNED),
        (replace(LATE, is_disputed=True, is_returned=True), Status.DISPUTED),
        (replace(INVOICE, residual=Decimal(0)), Status.PAID),
        (replace(INVOICE, residual=Decimal(0), in_collection=Decimal(100)), Status.PROCESSING),
        (replace(INVOICE, residual=Decimal(0), is_reversed=True), Status.REVERSED),
        (replace(INVOICE, residual=Decimal(-5), total=Decimal(-5)), Status.CREDIT),
        (replace(INVOICE, residual=Decimal(0), total=Decimal(-5)), Status.SETTLED),
    ],
)
def test_status(item, status):
    assert status_of(item, TODAY) == status


def test_most_urgent_first():
    older = replace(LATE, due=TODAY - timedelta(days=9))
    paid = replace(INVOICE, residual=Decimal(0))
    items = [paid, INVOICE, LATE, older]
    assert sorted(items, key=lambda item: urgency(item, TODAY)) == [older, LATE, INVOICE, paid]


def test_no_items_no_balance():
    assert balances([], TODAY) == []


def test_ledgers_are_never_mixed():
    dollars = replace(INVOICE, ledger="USD", residual=Decimal(7))
    assert [(b.ledger, b.open) for b in balances([INVOICE, dollars, LATE], TODAY)] == [
        ("EUR", Decimal(200)),
        ("USD", Decimal(7)),
    ]


def test_credit_covers_what_is_overdue():
    credit = replace(INVOICE, residual=Decimal(-100), total=Decimal(-100))
    [balance] = balances([LATE, credit], TODAY)
    assert (balance.open, balance.overdue, balance.overdue_since) == (0, 0, None)


def test_money_under_way_is_open_but_not_overdue():
    [balance] = balances([replace(LATE, in_collection=Decimal(60))], TODAY)
    assert (balance.open, balance.overdue, balance.in_collection, balance.to_pay) == (
        100,
        40,
        60,
        40,
    )


def test_disputed_is_open_but_not_overdue():
    [balance] = balances([replace(LATE, is_disputed=True)], TODAY)
    assert (balance.open, balance.overdue) == (100, 0)


amounts = st.decimals(min_value=-1000, max_value=1000, places=2)
items = st.builds(
    OpenItem,
    ledger=st.sampled_from(["EUR", "USD"]),
    residual=amounts,
    total=amounts,
    due=st.dates(date(2026, 1, 1), date(2026, 3, 31)),
    in_collection=st.decimals(min_value=0, max_value=1000, places=2),
    is_processing=st.booleans(),
    is_disputed=st.booleans(),
)


@given(st.lists(items, max_size=12))
def test_sums_are_the_ledgers(members):
    found = {balance.ledger: balance for balance in balances(members, TODAY)}
    for ledger in ("EUR", "USD"):
        residuals = [item.residual for item in members if item.ledger == ledger]
        if residuals:
            assert found[ledger].open == sum(residuals)
        else:
            assert ledger not in found


@given(st.lists(items, max_size=12))
def test_overdue_is_part_of_what_is_to_pay(members):
    for balance in balances(members, TODAY):
        assert 0 <= balance.overdue <= balance.to_pay <= balance.owed
        assert 0 <= balance.in_collection <= balance.owed
        assert bool(balance.overdue) == bool(balance.overdue_since)


@given(items)
def test_each_item_has_a_status(item):
    assert status_of(item, TODAY) in Status

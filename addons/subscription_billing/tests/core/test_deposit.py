"""A deposit is held exactly while its contract runs, whatever runs come when."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.subscription_billing.core.deposit import (
    Deposit,
    due_deposit,
    due_return,
    held,
    next_deposit_day,
)
from odoo.addons.subscription_billing.core.pricing import Flat
from odoo.addons.subscription_billing.core.repair import Kind, LedgerEntry

DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))
TERMS = Flat(Decimal("500"))


def run(deposit, entries, today):
    """One billing run: the ledger after it."""
    charge = due_deposit(deposit, entries, today, 2)
    back = due_return(deposit, entries, today)
    assert not (charge and back)
    if charge:
        draft, undone = charge
        kind = Kind.CORRECTION if undone else Kind.CHARGE
        corrects = undone.id if undone else None
    elif back:
        draft, kind, corrects = back, Kind.CREDIT, back.entry.id
    else:
        return entries
    row = LedgerEntry(
        len(entries) + 1, kind, draft.period, draft.amount, draft.period, TERMS.amount, corrects
    )
    return [*entries, row]


@given(start=DAYS, steps=st.lists(st.tuples(DAYS, st.none() | DAYS), max_size=8))
def test_held_while_the_contract_runs(start, steps):
    entries = []
    for today, end in sorted(steps, key=lambda step: step[0]):
        deposit = Deposit(start, end, TERMS, Decimal(1))
        entries = run(deposit, entries, today)
        balance = sum((entry.amount for entry in entries), Decimal(0))
        assert balance == (500 if held(entries) else 0)
        if deposit.is_due_on(today):
            assert balance == 500
        if end and end <= today:
            assert balance == 0
        assert run(deposit, entries, today) == entries, "running again changes nothing"


@given(start=DAYS, length=st.integers(1, 400))
def test_next_day_is_the_day_on_which_something_is_due(start, length):
    deposit = Deposit(start, start + timedelta(days=length), TERMS, Decimal(1))
    entries = []
    days = []
    while day := next_deposit_day(deposit, entries):
        assert run(deposit, entries, day - timedelta(days=1)) == entries
        entries = run(deposit, entries, day)
        days.append(day)
    assert days == [deposit.day, deposit.end]
    assert sum(entry.amount for entry in entries) == 0

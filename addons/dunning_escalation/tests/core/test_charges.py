"""Default, fees, lump sums, instalments, marks."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.dunning_escalation.core.charges import (
    Debtor,
    FeeTerms,
    difference,
    fee_due,
    is_in_default,
    lump_sum_due,
)
from odoo.addons.dunning_escalation.core.default import (
    DefaultFacts,
    DefaultReason,
    default_of,
    working_day,
)
from odoo.addons.dunning_escalation.core.instalments import (
    Instalment,
    PlanState,
    split,
    standing_of,
)
from odoo.addons.dunning_escalation.core.overdue import MarkError, parse_marks

DUE = date(2026, 3, 2)
MONEY = st.decimals(Decimal("0.00"), Decimal("999.99"), places=2)


@pytest.mark.parametrize(
    ("facts", "on", "reason"),
    [
        ({}, None, None),
        ({"is_date_agreed": True}, DUE, DefaultReason.AGREED),
        # Saturday, 28 February: due on Monday.
        ({"is_date_agreed": True, "due": date(2026, 2, 28)}, DUE, DefaultReason.AGREED),
        ({"reminded_on": date(2026, 3, 9)}, date(2026, 3, 9), DefaultReason.REMINDER),
        # A reminder before or on the due day begins nothing.
        ({"reminded_on": DUE}, None, None),
        # 30 days after due date and receipt, whichever is later.
        (
            {"is_period_told": True, "received_on": date(2026, 2, 1)},
            date(2026, 4, 1),
            DefaultReason.PERIOD,
        ),
        (
            {"is_period_told": True, "received_on": date(2026, 3, 12)},
            date(2026, 4, 11),
            DefaultReason.PERIOD,
        ),
        # A consumer whose invoice does not say so; an invoice nobody is proved to have.
        ({"received_on": date(2026, 2, 1)}, None, None),
        ({"is_period_told": True}, None, None),
        # The earliest counts.
        (
            {
                "is_period_told": True,
                "received_on": date(2026, 2, 1),
                "reminded_on": date(2026, 3, 20),
            },
            date(2026, 3, 20),
            DefaultReason.REMINDER,
        ),
    ],
)
def test_default(facts, on, reason):
    found = default_of(DefaultFacts(**({"due": DUE} | facts)))
    assert (found and found.on, found and found.reason) == (on, reason)


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_working_day(day):
    moved = working_day(day)
    assert moved.weekday() < 5
    assert 0 <= (moved - day).days <= 2
    assert (moved == day) is (day.weekday() < 5)


def test_the_letter_that_begins_default_costs_nothing():
    assert not is_in_default(DUE, DUE)
    assert is_in_default(DUE, DUE + timedelta(days=1))
    terms = FeeTerms(Decimal(5), cap=Decimal(2))
    assert fee_due(terms, Debtor.CONSUMER, False, Decimal(0)) == 0


@given(MONEY, MONEY, MONEY, st.sampled_from(Debtor))
def test_fees(total, cap, claimed, debtor):
    """Never negative; with what was claimed before never above what is allowed."""
    fee = fee_due(FeeTerms(total, cap), debtor, True, claimed)
    allowed = min(total, cap) if debtor is Debtor.CONSUMER else total
    assert fee >= 0
    assert fee + claimed == max(allowed, claimed)


@pytest.mark.parametrize("debtor", Debtor)
@pytest.mark.parametrize("in_default", [True, False])
@pytest.mark.parametrize("is_claimed", [True, False])
def test_lump_sum(debtor, in_default, is_claimed):
    expected = 40 if debtor is not Debtor.CONSUMER and in_default and not is_claimed else 0
    assert lump_sum_due(Decimal(40), debtor, in_default, is_claimed) == expected


@given(MONEY, MONEY)
def test_difference(total, claimed):
    assert difference(total, claimed) == (total - claimed if total > claimed else 0)


# === INSTALMENTS === #

PLAN = [Instalment(date(2026, 4, 1), Decimal(50)), Instalment(date(2026, 5, 1), Decimal(60))]


@pytest.mark.parametrize(
    ("paid", "day", "expected"),
    [
        ("0", date(2026, 4, 6), PlanState.RUNNING),
        ("0", date(2026, 4, 7), PlanState.BROKEN),
        ("49.99", date(2026, 4, 7), PlanState.BROKEN),
        ("50", date(2026, 4, 7), PlanState.RUNNING),
        ("50", date(2026, 5, 6), PlanState.RUNNING),
        ("50", date(2026, 5, 7), PlanState.BROKEN),
        ("110", date(2026, 4, 1), PlanState.KEPT),
        ("110", date(2027, 4, 1), PlanState.KEPT),
    ],
)
def test_standing(paid, day, expected):
    assert standing_of(PLAN, Decimal(paid), day, 5) is expected


@given(st.decimals(Decimal("0.10"), Decimal("9999.99"), places=2), st.integers(1, 10))
def test_split(total, count):
    parts = split(total, count)
    assert sum(parts) == total
    assert len(parts) == count
    assert max(parts) - min(parts) < Decimal("0.01") * count


# === MARKS === #


@pytest.mark.parametrize("text", ["x", "1, 2, y", "0", "-3", "1.5"])
def test_no_marks(text):
    with pytest.raises(MarkError):
        parse_marks(text)


@given(st.sets(st.integers(1, 3650), max_size=8))
def test_marks(marks):
    assert parse_marks(", ".join(map(str, marks))) == tuple(sorted(marks))

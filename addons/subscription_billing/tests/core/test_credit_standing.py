"""Credit limits: a table and what must always hold."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.subscription_billing.core.credit import CreditStanding

amounts = st.decimals(-1000, 1000, places=2)


@pytest.mark.parametrize(
    ("limit", "owed", "coming", "excess", "is_exceeded"),
    [
        ("100", "0", "100", "0", False),
        ("100", "0", "100.01", "0.01", True),
        ("100", "100", "0", "0", False),
        ("100", "150", "0", "50", False),
        ("100", "-50", "150", "0", False),
        (None, "900", "900", "0", False),
        ("0", "0", "1", "1", True),
    ],
)
def test_table(limit, owed, coming, excess, is_exceeded):
    standing = CreditStanding(limit and Decimal(limit), Decimal(owed), Decimal(coming))
    assert standing.excess == Decimal(excess)
    assert standing.is_exceeded is is_exceeded


@given(amounts, amounts, amounts, st.decimals(0, 100, places=2))
def test_a_higher_limit_never_refuses_more(limit, owed, coming, more):
    low = CreditStanding(limit, owed, coming)
    high = CreditStanding(limit + more, owed, coming)
    assert high.excess <= low.excess
    assert low.is_exceeded or not high.is_exceeded

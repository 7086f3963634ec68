from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.subscription_billing.core.preview import (
    RANK,
    Cause,
    DocumentFacts,
    find_causes,
    jump_percent,
)

LIMIT = Decimal("30")
amounts = st.decimals("-10000", "10000", places=2)
facts = st.builds(
    DocumentFacts,
    amount=amounts,
    last_amount=st.none() | amounts,
    has_address=st.booleans(),
    has_email=st.booleans(),
    untaxed_lines=st.integers(0, 3),
    has_new_price=st.booleans(),
    has_draft=st.booleans(),
)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, []),
        ({"amount": "-1"}, [Cause.NEGATIVE]),
        ({"amount": "0"}, [Cause.ZERO]),
        ({"untaxed_lines": 2}, [Cause.NO_TAX]),
        ({"has_address": False, "has_email": False}, [Cause.NO_ADDRESS, Cause.NO_EMAIL]),
        ({"last_amount": "76.93"}, []),
        ({"last_amount": "76.92"}, [Cause.JUMP]),
        ({"last_amount": "142.85"}, []),
        ({"last_amount": "142.86"}, [Cause.JUMP]),
        ({"last_amount": "-5"}, []),
        ({"amount": "0", "last_amount": "50"}, [Cause.ZERO]),
        ({"has_new_price": True, "has_draft": True}, [Cause.PRICE_CHANGE, Cause.DRAFT]),
    ],
)
def test_causes(values, expected):
    values = {"amount": "100", **values}
    for name in ("amount", "last_amount"):
        if name in values:
            values[name] = Decimal(values[name])
    assert list(find_causes(DocumentFacts(**values), LIMIT)) == expected


def test_no_limit_no_jumps():
    document = DocumentFacts(Decimal(1000), Decimal(1))
    assert find_causes(document, Decimal(0)) == ()


@given(facts, st.decimals("0", "200", places=1))
def test_causes_come_by_rank_and_once(document, limit):
    causes = find_causes(document, limit)
    ranks = [RANK[cause] for cause in causes]
    assert ranks == sorted(set(ranks))
    assert not {Cause.ZERO, Cause.NEGATIVE} & set(causes) or document.amount <= 0


@given(st.decimals("0.01", "10000", places=2), amounts)
def test_jump_leads_back_to_the_amount(last, amount):
    jump = jump_percent(amount, last)
    assert jump is not None
    assert abs(last * (1 + jump / 100) - amount) < Decimal("0.0001")

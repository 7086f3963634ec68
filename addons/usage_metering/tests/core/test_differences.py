"""Differences between what a period costs now and what was billed of it."""

from decimal import Decimal

from hypothesis import example, given
from hypothesis import strategies as st

from odoo.addons.subscription_billing.core.pricing import Price, Step
from odoo.addons.usage_metering.core.correction import difference

ZERO = Decimal(0)
AMOUNTS = st.decimals(0, 10000, places=4)
BILLED = st.decimals(-10000, 10000, places=2)


@given(AMOUNTS, BILLED, st.integers(0, 3))
@example(Decimal("0.125"), Decimal("1.00"), 2)
def test_rated_twice_nothing_is_left(cost: Decimal, before: Decimal, digits: int) -> None:
    price = Price((Step(Decimal(1), cost),))
    amount, _steps = difference(price, ZERO, before, digits)
    again, _steps = difference(price, ZERO, before + amount, digits)
    assert again == 0


@given(AMOUNTS, AMOUNTS, BILLED)
def test_steps_come_to_the_amount(cost: Decimal, off: Decimal, before: Decimal) -> None:
    amount, steps = difference(Price((Step(Decimal(1), cost),)), off, before, 2)
    assert steps.amount - off == amount
    assert amount == round(amount, 2)

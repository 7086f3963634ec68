"""Models of one price, and the one rounding."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.subscription_billing.core.errors import BillingRuleError
from odoo.addons.subscription_billing.core.pricing import (
    MODELS,
    ChargeModel,
    price,
    round_amount,
)

MONEY = st.decimals(-100000, 100000, places=4)
QUANTITIES = st.decimals(0, 100000, places=3)


@pytest.mark.parametrize(
    ("model", "quantity", "unit_price", "amount"),
    [
        ("flat", "1", "599.95", "599.95"),
        ("flat", "0", "599.95", "599.95"),
        ("flat", "12.5", "599.95", "599.95"),
        ("flat", "1", "-20", "-20"),
        ("per_unit", "0", "9.90", "0"),
        ("per_unit", "3", "9.90", "29.70"),
        ("per_unit", "2.5", "0.0004", "0.0010"),
        ("per_unit", "3", "-1.10", "-3.30"),
    ],
)
def test_amounts(model: str, quantity: str, unit_price: str, amount: str) -> None:
    """A flat fee does not ask for the quantity."""
    found = price(ChargeModel(model), Decimal(quantity), Decimal(unit_price))
    assert found.amount == Decimal(amount)


@pytest.mark.parametrize("model", sorted(set(ChargeModel) - set(MODELS)))
def test_one_price_is_not_enough_for_other_models(model: ChargeModel) -> None:
    """They are priced by their terms."""
    with pytest.raises(BillingRuleError) as caught:
        price(model, Decimal(1), Decimal(1))
    assert (caught.value.code, caught.value.data) == ("model_needs_terms", {"model": model.value})


@pytest.mark.parametrize("model", MODELS)
def test_negative_quantities_are_refused(model: ChargeModel) -> None:
    """Returned quantities are credits, not charges."""
    with pytest.raises(BillingRuleError) as caught:
        price(model, Decimal("-0.001"), Decimal(1))
    assert caught.value.code == "quantity_negative"
    assert caught.value.data == {"quantity": Decimal("-0.001")}


@given(st.sampled_from(list(MODELS)), QUANTITIES, MONEY)
def test_the_steps_explain_the_amount(
    model: ChargeModel, quantity: Decimal, unit_price: Decimal
) -> None:
    """Nothing is added beside them."""
    found = price(model, quantity, unit_price)
    assert found.steps
    assert found.amount == sum(step.quantity * step.unit_price for step in found.steps)


@given(QUANTITIES, QUANTITIES, MONEY)
def test_per_unit_is_proportional(one: Decimal, other: Decimal, unit_price: Decimal) -> None:
    """Splitting a quantity does not change what it costs."""
    both = price(ChargeModel.PER_UNIT, one + other, unit_price).amount
    parts = [price(ChargeModel.PER_UNIT, part, unit_price).amount for part in (one, other)]
    assert both == sum(parts)


@pytest.mark.parametrize(
    ("amount", "digits", "expected"),
    [
        ("0.005", 2, "0.01"),
        ("0.0049999", 2, "0.00"),
        ("-0.005", 2, "-0.01"),
        ("0.5", 0, "1"),
        ("1234.4999", 0, "1234"),
        ("1.2345", 3, "1.235"),
        ("1.2", 3, "1.200"),
    ],
)
def test_rounding_goes_half_away_from_zero(amount: str, digits: int, expected: str) -> None:
    """With exactly the digits of the currency."""
    found = round_amount(Decimal(amount), digits)
    assert (found, found.as_tuple().exponent) == (Decimal(expected), -digits)


@given(MONEY, st.integers(0, 3))
def test_rounding_is_symmetric_near_and_stable(amount: Decimal, digits: int) -> None:
    """Credits round as charges do."""
    found = round_amount(amount, digits)
    assert round_amount(-amount, digits) == -found
    assert abs(found - amount) * 2 <= Decimal(1).scaleb(-digits)
    assert round_amount(found, digits) == found

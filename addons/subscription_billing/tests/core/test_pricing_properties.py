"""What holds for any terms, any quantity and any events."""

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.subscription_billing.core.errors import BillingRuleError
from odoo.addons.subscription_billing.core.pricing import (
    Flat,
    Graduated,
    GraduatedPercentage,
    Package,
    Percentage,
    PerUnit,
    RateTier,
    Terms,
    Tier,
    Volume,
    params_of,
    terms_from_params,
)

SMALL = Decimal("0.001")
POSITIVE = st.decimals(0, 100, places=3)
# Prices are not negative where tests speak of growth.
PRICES = st.decimals(0, 1000, places=4)
QUANTITIES = st.decimals(0, 2000, places=3)
EVENTS = st.lists(st.decimals(0, 100, places=3), max_size=6)
RATES = st.decimals(0, 100, places=2)

T = TypeVar("T")


@st.composite
def _rows(
    draw: st.DrawFn,
    make: Callable[[Decimal | None, Decimal, Decimal], T],
    prices: st.SearchStrategy[Decimal],
    flat_amounts: st.SearchStrategy[Decimal],
) -> tuple[T, ...]:
    """Growing borders, the last tier open."""
    borders = draw(st.lists(st.decimals("0.001", 1000, places=3), max_size=4, unique=True))
    ends = [*sorted(borders), None]
    return tuple(make(end, draw(prices), draw(flat_amounts)) for end in ends)


def tiers(flat_amounts: st.SearchStrategy[Decimal] = PRICES) -> st.SearchStrategy[tuple]:
    """Tiers with unit prices."""
    return _rows(Tier, PRICES, flat_amounts)


def rate_tiers() -> st.SearchStrategy[tuple]:
    """Tiers with rates."""
    return _rows(RateTier, RATES, PRICES)


def any_terms() -> st.SearchStrategy[Terms]:
    """Terms of each model, with and without limits."""
    low, high = (st.none() | st.decimals(*span, places=2) for span in ((0, 500), (500, 5000)))
    limits = {"minimum": low, "maximum": high}
    return st.one_of(
        st.builds(Flat, PRICES, **limits),
        st.builds(PerUnit, PRICES, **limits),
        st.builds(Graduated, tiers(), **limits),
        st.builds(Volume, tiers(), **limits),
        st.builds(GraduatedPercentage, rate_tiers(), **limits),
        st.builds(Package, st.decimals("0.001", 500, places=3), PRICES, QUANTITIES, **limits),
        st.builds(Percentage, RATES, PRICES, st.integers(0, 5), QUANTITIES, **limits),
    )


@given(any_terms(), QUANTITIES)
def test_the_steps_add_up_to_the_amount(terms: Terms, quantity: Decimal) -> None:
    """Nothing is added beside them, and there is always one."""
    found = terms.price(quantity)
    assert found.steps
    assert found.amount == sum(step.quantity * step.unit_price for step in found.steps)


@given(any_terms(), EVENTS)
def test_limits_hold(terms: Terms, events: list[Decimal]) -> None:
    """Between them nothing changes."""
    free = replace(terms, minimum=None, maximum=None).price_events(events).amount
    found = terms.price_events(events).amount
    assert terms.minimum is None or found >= terms.minimum
    assert terms.maximum is None or found <= terms.maximum
    low, high = terms.minimum, terms.maximum
    if (low is None or free >= low) and (high is None or free <= high):
        assert found == free


@given(tiers(), QUANTITIES)
def test_the_parts_of_tiers_are_the_quantity(rows: tuple[Tier, ...], quantity: Decimal) -> None:
    """Each inside its borders, without gap or overlap."""
    steps = [s for s in Graduated(rows).price(quantity).steps if s.kind.value == "tier_units"]
    assert sum(step.quantity for step in steps) == quantity
    for step, following in zip(steps, steps[1:], strict=False):
        assert step.up_to == following.above
        assert step.quantity == step.up_to - step.above
    last = steps[-1]
    assert last.above + last.quantity == quantity
    assert last.up_to is None or quantity <= last.up_to


@given(tiers(), QUANTITIES, QUANTITIES)
def test_graduated_prices_grow_with_the_quantity(
    rows: tuple[Tier, ...], one: Decimal, other: Decimal
) -> None:
    """For prices that are not negative."""
    terms = Graduated(rows)
    assert terms.price(min(one, other)).amount <= terms.price(max(one, other)).amount


@given(tiers(flat_amounts=st.just(Decimal(0))), QUANTITIES)
def test_graduated_prices_have_no_jumps(rows: tuple[Tier, ...], quantity: Decimal) -> None:
    """Without flat amounts a little more costs a little more."""
    terms = Graduated(rows)
    more = terms.price(quantity + SMALL).amount - terms.price(quantity).amount
    assert 0 <= more <= SMALL * max(tier.unit_price for tier in rows)


@given(tiers(), st.data())
def test_graduated_prices_split_at_the_borders(
    rows: tuple[Tier, ...], data: st.DataObject
) -> None:
    """What lies above a border costs the same as it would alone in the tiers above."""
    index = data.draw(st.integers(1, len(rows))) - 1
    border = rows[index].up_to
    if border is None:
        return
    extra = data.draw(st.decimals(SMALL, 1000, places=3))
    above = tuple(
        replace(tier, up_to=None if tier.up_to is None else tier.up_to - border)
        for tier in rows[index + 1 :]
    )
    whole = Graduated(rows).price(border + extra).amount
    assert whole == Graduated(rows).price(border).amount + Graduated(above).price(extra).amount


@given(tiers(), QUANTITIES)
def test_volume_is_per_unit_within_a_tier(rows: tuple[Tier, ...], quantity: Decimal) -> None:
    """With the flat amount of that tier alone."""
    tier = next(row for row in rows if row.up_to is None or quantity <= row.up_to)
    found = Volume(rows).price(quantity).amount
    assert found == PerUnit(tier.unit_price).price(quantity).amount + tier.flat_amount


@given(tiers(), QUANTITIES)
def test_volume_and_graduated_agree_in_the_first_tier(
    rows: tuple[Tier, ...], quantity: Decimal
) -> None:
    """Also at zero."""
    if rows[0].up_to is None or quantity <= rows[0].up_to:
        assert Volume(rows).price(quantity).amount == Graduated(rows).price(quantity).amount


@given(rate_tiers(), QUANTITIES)
def test_rates_are_prices_of_a_hundredth(rows: tuple, quantity: Decimal) -> None:
    """Graduated percentages are graduated prices."""
    plain = tuple(Tier(row.up_to, row.rate / 100, row.flat_amount) for row in rows)
    found = GraduatedPercentage(rows).price(quantity).amount
    assert found == Graduated(plain).price(quantity).amount


@given(st.decimals(SMALL, 500, places=3), PRICES, POSITIVE, QUANTITIES)
def test_packages_cover_the_quantity_and_no_more(
    size: Decimal, price: Decimal, free: Decimal, quantity: Decimal
) -> None:
    """One package fewer would not do."""
    terms = Package(size, price, free)
    count = terms.price(quantity).steps[-1].quantity
    charged = max(Decimal(0), quantity - free)
    assert count == int(count)
    assert (count - 1) * size < charged <= count * size or count == charged == 0
    assert terms.price(quantity).amount == count * price


@given(st.decimals(0, 20, places=2), PRICES, st.integers(0, 4), POSITIVE, EVENTS)
def test_a_percentage_looks_at_each_event(
    rate: Decimal, fee: Decimal, free_events: int, free_units: Decimal, events: list[Decimal]
) -> None:
    """Compared with unit after unit of each event, in thousandths."""
    terms = Percentage(rate, fee, free_events, free_units)
    expected, position = Decimal(0), Decimal(0)
    for index, value in enumerate(events):
        end = position + value
        beyond = end - min(max(position, free_units), end)
        inside = not beyond and position < free_units
        if index >= free_events and not inside:
            expected += beyond * rate / 100 + fee
        position = end
    assert terms.price_events(events).amount == expected


@given(st.decimals(0, 20, places=2), PRICES, EVENTS)
def test_a_percentage_without_free_parts_is_proportional(
    rate: Decimal, fee: Decimal, events: list[Decimal]
) -> None:
    """The order of events does not matter then."""
    terms = Percentage(rate, fee)
    amount = terms.price_events(events).amount
    assert amount == terms.price_events(reversed(events)).amount
    assert amount == sum(events, Decimal(0)) * rate / 100 + fee * len(events)


@given(any_terms())
def test_terms_survive_json(terms: Terms) -> None:
    """Written and read again they are equal, and so is what they write."""
    params = params_of(terms)
    again = terms_from_params(terms.model, json.loads(json.dumps(params)))
    assert again == terms
    assert params_of(again) == params


@given(any_terms(), st.decimals(-1000, Decimal("-0.001"), places=3))
def test_negative_quantities_are_refused(terms: Terms, quantity: Decimal) -> None:
    """By each model, also as an event."""
    for price in (lambda: terms.price(quantity), lambda: terms.price_events([quantity])):
        with pytest.raises(BillingRuleError, match="quantity_negative"):
            price()

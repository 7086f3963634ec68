"""Terms of each charge model: examples with their steps, refusals, parameters."""

from decimal import Decimal

import pytest

from odoo.addons.subscription_billing.core.errors import BillingRuleError
from odoo.addons.subscription_billing.core.pricing import (
    TERMS,
    ChargeModel,
    Percentage,
    Terms,
    check_open_end,
    terms_from_params,
)

# Rows of [up to, price, flat amount].
STEPS = [["5", "10", "100"], ["10", "8", "0"], [None, "5", "50"]]


def _terms(model: str, **params: object) -> Terms:
    return terms_from_params(ChargeModel(model), params)


def _tiers(rows: list[list[str | None]], key: str = "unit_price") -> list[dict[str, str | None]]:
    return [dict(zip(("up_to", key, "flat_amount"), row, strict=False)) for row in rows]


# model, parameters, quantity, steps as "kind quantity x unit price"
EXPLAINED = [
    ("flat", {"amount": "49"}, "7", "flat 1x49"),
    ("per_unit", {"unit_price": "9.90"}, "3", "units 3x9.90"),
    ("graduated", {"tiers": _tiers(STEPS)}, "0", "tier_units 0x10 tier_flat 1x100"),
    ("graduated", {"tiers": _tiers(STEPS)}, "5", "tier_units 5x10 tier_flat 1x100"),
    (
        "graduated",
        {"tiers": _tiers(STEPS)},
        "10.5",
        "tier_units 5x10 tier_flat 1x100 tier_units 5x8 tier_units 0.5x5 tier_flat 1x50",
    ),
    ("volume", {"tiers": _tiers(STEPS)}, "0", "tier_units 0x10 tier_flat 1x100"),
    ("volume", {"tiers": _tiers(STEPS)}, "10", "tier_units 10x8"),
    ("volume", {"tiers": _tiers(STEPS)}, "10.5", "tier_units 10.5x5 tier_flat 1x50"),
    ("package", {"package_size": "10", "package_price": "3"}, "0", "packages 0x3"),
    (
        "package",
        {"package_size": "10", "package_price": "3", "free_units": "5"},
        "16",
        "free_units 5x0 packages 2x3",
    ),
    (
        "graduated_percentage",
        {"tiers": _tiers([["100", "5", "0"], [None, "2", "10"]], "rate")},
        "150",
        "tier_units 100x0.05 tier_units 50x0.02 tier_flat 1x10",
    ),
    ("percentage", {"rate": "2"}, "150", "share 150x0.02"),
    ("percentage", {"rate": "2", "fixed_per_event": "1"}, "0", "share 0x0.02"),
    ("per_unit", {"unit_price": "9", "maximum": "20"}, "3", "units 3x9 maximum 1x-7"),
    ("per_unit", {"unit_price": "9", "minimum": "20"}, "1", "units 1x9 minimum 1x11"),
    ("per_unit", {"unit_price": "9", "minimum": "9", "maximum": "9"}, "1", "units 1x9"),
]


@pytest.mark.parametrize(("model", "params", "quantity", "steps"), EXPLAINED)
def test_prices_explain_themselves(
    model: str, params: dict[str, object], quantity: str, steps: str
) -> None:
    """Each step is a quantity at a price."""
    found = _terms(model, **params).price(Decimal(quantity))
    assert " ".join(f"{s.kind.value} {s.quantity}x{s.unit_price}" for s in found.steps) == steps


def test_steps_of_tiers_name_their_borders() -> None:
    """The lower border does not belong to the tier, the upper one does."""
    steps = _terms("graduated", tiers=_tiers(STEPS)).price(Decimal(12)).steps
    borders = [(step.above, step.up_to) for step in steps]
    assert borders == [(0, 5), (0, 5), (5, 10), (10, None), (10, None)]


def test_steps_of_packages_name_their_size() -> None:
    """So that two packages can be read as twenty units."""
    steps = _terms("package", package_size="10", package_price="3").price(Decimal(12)).steps
    assert [(step.quantity, step.size) for step in steps] == [(2, 10)]


@pytest.mark.parametrize(
    ("params", "events", "amount"),
    [
        ({}, "", "0"),
        ({}, "10 20", "5.00"),
        ({"free_events": 1}, "10 20", "3.00"),
        ({"free_events": 3}, "10 20", "0"),
        # the last free unit is the last of an event
        ({"free_units": "10"}, "10 20", "3.00"),
        # ... or lies within one: it pays its fee and what is left of it
        ({"free_units": "15"}, "10 20", "2.50"),
        ({"free_units": "30"}, "10 20", "0"),
        # an event without value is free only while free units are left
        ({"free_units": "10"}, "0 10 0", "1.00"),
        ({"free_units": "0"}, "0", "1.00"),
        # the value of a free event uses up free units as well
        ({"free_events": 1, "free_units": "15"}, "10 20", "2.50"),
        ({"free_events": 1, "free_units": "5"}, "10 20", "3.00"),
        ({"free_events": 1, "free_units": None, "minimum": "4"}, "10 20", "4"),
    ],
)
def test_percentage_of_events(params: dict[str, object], events: str, amount: str) -> None:
    """Ten percent and one for each event."""
    found = _terms("percentage", rate="10", fixed_per_event="1", **params)
    assert found.price_events(map(Decimal, events.split())).amount == Decimal(amount)


def test_percentage_reports_what_was_free() -> None:
    """Value and number of events that cost nothing."""
    terms = Percentage(Decimal(10), Decimal(1), free_events=1, free_units=Decimal(15))
    steps = terms.price_events([Decimal(10), Decimal(20), Decimal(5)]).steps
    assert [(step.kind.value, step.quantity) for step in steps] == [
        ("free_events", 1),
        ("free_units", 15),
        ("share", 20),
        ("event_fees", 2),
    ]


def test_other_models_price_the_sum_of_events() -> None:
    """Corrections included, as long as something is left."""
    terms = _terms("per_unit", unit_price="2")
    assert terms.price_events([Decimal(5), Decimal(-2)]).amount == 6
    with pytest.raises(BillingRuleError, match="quantity_negative"):
        terms.price_events([Decimal(1), Decimal(-2)])


OPEN = [{"up_to": None, "unit_price": "1"}]
REFUSED = [
    ("flat", {}, "param_missing"),
    ("flat", {"amount": None}, "param_missing"),
    ("flat", {"amount": 9.9}, "param_invalid"),
    ("flat", {"amount": True}, "param_invalid"),
    ("flat", {"amount": "nine"}, "param_invalid"),
    ("flat", {"amount": "NaN"}, "param_invalid"),
    ("flat", {"amount": "Infinity"}, "param_invalid"),
    ("flat", {"amount": "9", "unit_price": "9"}, "param_unknown"),
    ("per_unit", {"unit_price": "1", "maximum": "-1"}, "limit_negative"),
    ("per_unit", {"unit_price": "1", "minimum": "-1"}, "limit_negative"),
    ("per_unit", {"unit_price": "1", "minimum": "2", "maximum": "1"}, "minimum_above_maximum"),
    ("graduated", {}, "param_missing"),
    ("graduated", {"tiers": "5"}, "param_invalid"),
    ("graduated", {"tiers": ["5"]}, "param_invalid"),
    ("graduated", {"tiers": []}, "tiers_empty"),
    ("graduated", {"tiers": _tiers([["5", "1"], ["5", "1"]])}, "tiers_order"),
    ("graduated", {"tiers": _tiers([["5", "1"], ["4", "1"]])}, "tiers_order"),
    ("graduated", {"tiers": _tiers([["0", "1"], [None, "1"]])}, "tiers_order"),
    ("graduated", {"tiers": [*OPEN, *OPEN]}, "tiers_order"),
    ("graduated", {"tiers": [{"up_to": None, "rate": "1"}]}, "param_unknown"),
    ("volume", {"tiers": []}, "tiers_empty"),
    ("volume", {"tiers": [*OPEN, {"up_to": "5"}]}, "tiers_order"),
    ("graduated_percentage", {"tiers": []}, "tiers_empty"),
    ("graduated_percentage", {"tiers": _tiers([[None, "-1"]], "rate")}, "rate_negative"),
    ("graduated_percentage", {"tiers": OPEN}, "param_unknown"),
    ("package", {"package_size": "0", "package_price": "1"}, "package_size"),
    ("package", {"package_size": "-1", "package_price": "1"}, "package_size"),
    (
        "package",
        {"package_size": "1", "package_price": "1", "free_units": "-1"},
        "free_units_negative",
    ),
    ("percentage", {"rate": "-1"}, "rate_negative"),
    ("percentage", {"rate": "1", "free_units": "-1"}, "free_units_negative"),
    ("percentage", {"rate": "1", "free_events": -1}, "free_events_negative"),
    ("percentage", {"rate": "1", "free_events": "1.5"}, "param_invalid"),
]


@pytest.mark.parametrize(("model", "params", "code"), REFUSED)
def test_impossible_terms_are_refused(model: str, params: dict[str, object], code: str) -> None:
    """When they are read, not on the first invoice."""
    with pytest.raises(BillingRuleError) as caught:
        _terms(model, **params)
    assert caught.value.code == code


def test_closed_tiers_price_up_to_their_border() -> None:
    """A plan is asked for an open end before it is sold."""
    closed = _terms("graduated", tiers=_tiers([["5", "10"]]))
    assert closed.price(Decimal(5)).amount == 50
    with pytest.raises(BillingRuleError, match="quantity_above_tiers"):
        closed.price(Decimal("5.01"))
    with pytest.raises(BillingRuleError, match="tiers_closed"):
        check_open_end(closed)
    check_open_end(_terms("volume", tiers=OPEN))
    check_open_end(_terms("flat", amount="1"))


def test_every_model_has_its_terms() -> None:
    """A model without them could not be stored."""
    assert set(TERMS) == set(ChargeModel)
    assert all(terms.model is model for model, terms in TERMS.items())

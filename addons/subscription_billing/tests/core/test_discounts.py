"""Discounts on the prices of lines: a percentage, an amount for all together, free units."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.subscription_billing.core.discounts import (
    Discount,
    LineDiscount,
    span_of,
)
from odoo.addons.subscription_billing.core.errors import BillingRuleError
from odoo.addons.subscription_billing.core.invoicing import (
    LineFacts,
    LineShape,
    Timing,
    charge,
    line_shape,
)
from odoo.addons.subscription_billing.core.periods import BillingPeriod, Cadence, Unit
from odoo.addons.subscription_billing.core.pricing import Flat, PerUnit, Terms
from odoo.addons.subscription_billing.core.spans import Span

START = date(2026, 1, 1)
MONTH = Cadence(Unit.MONTH)
JANUARY = BillingPeriod(START, date(2026, 2, 1))
ALWAYS = Span(START)

prices = st.decimals(0, 1000, places=2)


def _line(terms: Terms, quantity: int = 1, *discounts: LineDiscount) -> LineFacts:
    return LineFacts(
        anchor=START,
        cadence=MONTH,
        timing=Timing.IN_ADVANCE,
        start=START,
        end=None,
        billed=[],
        terms=terms,
        quantity=Decimal(quantity),
        discounts=discounts,
    )


def _percent(rate: str, span: Span = ALWAYS, key: int = 1) -> LineDiscount:
    return LineDiscount(Discount(key, span, rate=Decimal(rate)))


@pytest.mark.parametrize(
    ("discount", "expected"),
    [
        (Discount(1, ALWAYS, rate=Decimal(10)), "90.00"),
        (Discount(1, ALWAYS, rate=Decimal(100)), "0.00"),
        (Discount(1, ALWAYS, amount=Decimal(15)), "85.00"),
        (Discount(1, ALWAYS, amount=Decimal(500)), "0.00"),
        (Discount(1, ALWAYS, units=Decimal(3)), "70.00"),
        (Discount(1, ALWAYS, units=Decimal(30)), "0.00"),
        (Discount(1, Span(date(2026, 2, 1)), rate=Decimal(10)), "100.00"),
        (Discount(1, Span(START, START), rate=Decimal(10)), "100.00"),
    ],
)
def test_what_a_discount_takes_off(discount: Discount, expected: str) -> None:
    line = _line(PerUnit(Decimal(10)), 10, LineDiscount(discount))
    assert charge(line, JANUARY, 2).amount == Decimal(expected)


def test_discounts_follow_one_another() -> None:
    """Each takes its share of what the ones before have left."""
    line = _line(Flat(Decimal(100)), 1, _percent("10"), _percent("50", key=2))
    assert charge(line, JANUARY, 2).amount == Decimal("45.00")


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        # Periods begin on the first; the discount lasts three months of time.
        (date(2026, 1, 1), ["2026-01-01", "2026-02-01", "2026-03-01"]),
        (date(2026, 1, 20), ["2026-02-01", "2026-03-01", "2026-04-01"]),
    ],
)
def test_a_number_of_periods(start: date, expected: list[str]) -> None:
    line = _line(Flat(Decimal(100)), 1, _percent("50", span_of(start, MONTH, 3, None)))
    months = [BillingPeriod(date(2026, n, 1), date(2026, n + 1, 1)) for n in range(1, 9)]
    reduced = [month for month in months if charge(line, month, 2).amount == 50]
    assert [month.start.isoformat() for month in reduced] == expected


def test_a_negative_price_is_left_alone() -> None:
    line = _line(Flat(Decimal(-20)), 1, _percent("50"))
    assert charge(line, JANUARY, 2).amount == Decimal("-20.00")


def test_an_amount_is_taken_once_by_all_lines_together() -> None:
    off = Discount(1, ALWAYS, amount=Decimal(30))
    first = _line(Flat(Decimal(20)), 1, LineDiscount(off))
    second = _line(Flat(Decimal(50)), 1, LineDiscount(off, (first,)))
    third = _line(Flat(Decimal(50)), 1, LineDiscount(off, (first, second)))
    amounts = [str(charge(line, JANUARY, 2).amount) for line in (first, second, third)]
    assert amounts == ["0.00", "40.00", "50.00"]


def test_an_amount_is_left_to_others_while_a_line_is_not_there() -> None:
    """The first line ends in January: from February on the second takes all of it."""
    off = Discount(1, ALWAYS, amount=Decimal(30))
    first = replace(_line(Flat(Decimal(20)), 1, LineDiscount(off)), end=date(2026, 2, 1))
    second = _line(Flat(Decimal(50)), 1, LineDiscount(off, (first,)))
    february = BillingPeriod(date(2026, 2, 1), date(2026, 3, 1))
    assert charge(second, JANUARY, 2).amount == Decimal("40.00")
    assert charge(second, february, 2).amount == Decimal("20.00")


@given(st.lists(prices, min_size=1, max_size=4), prices)
def test_an_amount_is_never_exceeded(list_prices: list[Decimal], amount: Decimal) -> None:
    off = Discount(1, ALWAYS, amount=amount)
    lines: list[LineFacts] = []
    for price in list_prices:
        lines.append(_line(Flat(price), 1, LineDiscount(off, tuple(lines))))
    taken = sum(list_prices) - sum(charge(line, JANUARY, 2).amount for line in lines)
    assert taken == min(amount, sum(list_prices))


@given(prices, st.integers(0, 20), st.decimals(0, 100, places=2), st.integers(2, 31))
def test_parts_of_a_period_add_up(price: Decimal, count: int, rate: Decimal, day: int) -> None:
    """A period billed in two parts costs what it costs in one, but for a cent of rounding."""
    line = _line(PerUnit(price), count, _percent(str(rate)))
    cut = date(2026, 1, day)
    parts = [BillingPeriod(START, cut), BillingPeriod(cut, date(2026, 2, 1))]
    whole = charge(line, JANUARY, 2)
    assert abs(sum(charge(line, part, 2).amount for part in parts) - whole.amount) <= Decimal(
        "0.01"
    )
    assert 0 <= whole.amount <= price * count + Decimal("0.01")
    explained = whole.price.amount - sum(cut.amount for cut in whole.reductions)
    assert explained == whole.full_amount


def test_part_of_a_period_is_reduced_as_the_period_is() -> None:
    """The discount ends within January, but January began with it."""
    line = _line(Flat(Decimal(31)), 1, _percent("50", Span(START, date(2026, 1, 10))))
    rest = BillingPeriod(date(2026, 1, 22), date(2026, 2, 1))
    assert charge(line, rest, 2).amount == Decimal("5.00")


@pytest.mark.parametrize(
    ("price", "count", "rate", "expected"),
    [
        ("49.00", 1, "10", ("1", "49.00", "10")),
        ("9.90", 3, "50", ("3", "9.90", "50")),
        # 25.245 has to be rounded: the line shows the amount alone.
        ("9.90", 3, "15", ("1", "25.25", "0")),
        # The database would keep 33.33 percent.
        ("100.00", 1, "33.3333", ("1", "66.67", "0")),
    ],
)
def test_the_invoice_line_shows_the_percentage_where_it_can(
    price: str, count: int, rate: str, expected: tuple[str, str, str]
) -> None:
    draft = charge(_line(PerUnit(Decimal(price)), count, _percent(rate)), JANUARY, 2)
    assert line_shape(draft, 2, 2) == LineShape(*map(Decimal, expected))


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({}, "discount_kind"),
        ({"rate": 5, "amount": 5}, "discount_kind"),
        ({"rate": -1}, "discount_negative"),
        ({"amount": -1}, "discount_negative"),
        ({"units": -1}, "discount_negative"),
        ({"rate": 101}, "discount_rate"),
    ],
)
def test_unreadable_discounts(values: dict[str, int], code: str) -> None:
    with pytest.raises(BillingRuleError, match=code):
        Discount(1, ALWAYS, **{name: Decimal(value) for name, value in values.items()})

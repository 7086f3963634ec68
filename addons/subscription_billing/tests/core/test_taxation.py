"""Totals of documents: discounts first, then one tax for each rate."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.subscription_billing.core.errors import BillingRuleError
from odoo.addons.subscription_billing.core.taxation import (
    Discount,
    TaxedLine,
    discounted,
    document_tax,
    round_fraction,
)


def _lines(text: str) -> list[TaxedLine]:
    """Lines from ``net@rate``."""
    return [TaxedLine(*map(Decimal, part.split("@"))) for part in text.split()]


def _discounts(text: str) -> list[Discount]:
    """Discounts from ``amount:index,index``."""
    pairs = [part.split(":") for part in text.split()]
    return [Discount(Decimal(amount), [*map(int, on.split(","))]) for amount, on in pairs]


@pytest.mark.parametrize(
    ("lines", "discounts", "net", "tax"),
    [
        ("", "", "0", "0"),
        ("10@19", "", "10", "1.90"),
        # per line each would be 1.91
        ("10.03@19 10.03@19", "", "20.06", "3.81"),
        ("10.03@19 10.03@19.0", "", "20.06", "3.81"),
        ("0.01@40 0.01@40", "", "0.02", "0.01"),
        ("100@19 -40@19", "", "60", "11.40"),
        ("-10.05@10", "", "-10.05", "-1.01"),
        ("100@10 50@0 30@20 20@20", "10:0,1,2,3", "190", "19"),
        ("100@19 100@7", "50:0 30:0,1", "120", "13.20"),
        # each third is 6.666..., rounded once for each rate
        ("10@19 10@7 10@0", "10:0,1,2", "20.01", "1.74"),
        ("10@19 10@19 10@19", "10:0,1,2", "20", "3.80"),
        # tax on 0.99, not on 0.98666...
        ("1@50 2@0", "0.04:0,1", "2.96", "0.50"),
        ("100@10", "10:0 110:0", "0", "0"),
        ("25@19 5@7", "31:0,1", "0", "0"),
        ("25@19 5@7", "25:0 5:0", "5", "0.35"),
        # nothing to discount on what is credited anyway
        ("-20@19", "5:0", "-20", "-3.80"),
        # the credit of a discounted document mirrors it
        ("-100@19 -100@7", "-50:0 -30:0,1", "-120", "-13.20"),
        ("-10@19", "-11:0", "0", "0"),
        ("10@19", "0:0", "10", "1.90"),
    ],
)
def test_totals(lines: str, discounts: str, net: str, tax: str) -> None:
    """Net and tax of whole documents."""
    found = document_tax(_lines(lines), _discounts(discounts))
    assert (found.net, found.tax) == (Decimal(net), Decimal(tax))
    assert found.total == found.net + found.tax


def test_rates_are_reported_one_by_one() -> None:
    """In the order of their first line."""
    found = document_tax(_lines("10@7 10@19 5@7"))
    assert [(rate.rate, rate.net, rate.tax) for rate in found.rates] == [
        (7, 15, Decimal("1.05")),
        (19, 10, Decimal("1.90")),
    ]


def test_currencies_without_cents() -> None:
    """Digits are those of the currency."""
    found = document_tax(_lines("1005@10"), digits=0)
    assert (found.tax, found.tax.as_tuple().exponent) == (101, 0)


@pytest.mark.parametrize(
    ("discount", "code"),
    [
        (Discount(Decimal(1), [1]), "discount_line"),
        (Discount(Decimal(1), [-1]), "discount_line"),
        (Discount(Decimal(1), [0, 0]), "discount_line"),
        (Discount(Decimal(-1), [0]), "discount_negative"),
    ],
)
def test_impossible_discounts_are_refused(discount: Discount, code: str) -> None:
    """A surcharge is a line, not a discount."""
    with pytest.raises(BillingRuleError) as caught:
        document_tax(_lines("10@19"), [discount])
    assert caught.value.code == code


MONEY = st.decimals(0, 10000, places=2)
RATES = st.sampled_from([Decimal(0), Decimal(7), Decimal(19), Decimal("8.1")])
LINES = st.lists(st.builds(TaxedLine, MONEY, RATES), min_size=1, max_size=6)


@st.composite
def documents(draw: st.DrawFn) -> tuple[list[TaxedLine], list[Discount]]:
    """Lines of a charge and discounts on some of them."""
    lines = draw(LINES)
    on = st.lists(st.integers(0, len(lines) - 1), unique=True)
    return lines, draw(st.lists(st.builds(Discount, MONEY, on), max_size=3))


@given(documents())
def test_discounts_never_exceed_their_lines(
    document: tuple[list[TaxedLine], list[Discount]],
) -> None:
    """No line turns negative or grows."""
    lines, discounts = document
    left = discounted(lines, discounts)
    assert all(0 <= rest <= line.net for rest, line in zip(left, lines, strict=True))


@given(LINES, MONEY)
def test_a_discount_is_spread_exactly(lines: list[TaxedLine], amount: Decimal) -> None:
    """Nothing is lost to rounding, and each line gives the same share."""
    left = discounted(lines, [Discount(amount, range(len(lines)))])
    total = sum((Fraction(line.net) for line in lines), Fraction(0))
    taken = min(Fraction(amount), total)
    assert sum(left) == total - taken
    for line, rest in zip(lines, left, strict=True):
        assert rest * total == Fraction(line.net) * (total - taken)


@given(documents())
def test_a_credit_mirrors_its_document(document: tuple[list[TaxedLine], list[Discount]]) -> None:
    """All signs reversed, all figures the same."""
    lines, discounts = document
    credit = document_tax(
        [TaxedLine(-line.net, line.rate) for line in lines],
        [Discount(-discount.amount, discount.lines) for discount in discounts],
    )
    charge = document_tax(lines, discounts)
    assert (credit.net, credit.tax) == (-charge.net, -charge.tax)


@given(documents())
def test_tax_follows_from_the_rounded_net(
    document: tuple[list[TaxedLine], list[Discount]],
) -> None:
    """As who checks the document computes it."""
    for rate in document_tax(*document).rates:
        assert rate.net == rate.net.quantize(Decimal("0.01"))
        assert abs(rate.net * rate.rate / 100 - rate.tax) * 2 <= Decimal("0.01")


@given(st.fractions(), st.integers(0, 4))
def test_fractions_round_to_the_nearest(value: Fraction, digits: int) -> None:
    """Halves away from zero, the same for both signs."""
    found = round_fraction(value, digits)
    assert found.as_tuple().exponent == -digits
    assert abs(Fraction(found) - value) * 2 * 10**digits <= 1
    assert round_fraction(-value, digits) == -found
    if abs(Fraction(found) - value) * 2 * 10**digits == 1:
        assert abs(found) > abs(value)

"""Discounts and tax of one document.

Tax is computed once per rate, on the rounded net of the rate, as EN 16931 asks; never per line,
where each rounding would add its own cent. A discount is spread over its lines before, exactly:
shares are fractions, and nothing is rounded until the net of a rate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from .errors import BillingRuleError


@dataclass(frozen=True)
class TaxedLine:
    """A line before discounts.

    :ivar rate: tax in percent of the net
    """

    net: Decimal
    rate: Decimal


@dataclass(frozen=True)
class Discount:
    """An amount off some lines.

    :ivar lines: indexes of the lines it applies to
    """

    amount: Decimal
    lines: Sequence[int]


@dataclass(frozen=True)
class RateTotal:
    """Net and tax of all lines of one rate, rounded."""

    rate: Decimal
    net: Decimal
    tax: Decimal


@dataclass(frozen=True)
class DocumentTotal:
    """The totals of a document; rates in the order of their first line."""

    rates: tuple[RateTotal, ...]

    @property
    def net(self) -> Decimal:
        return sum((rate.net for rate in self.rates), Decimal(0))

    @property
    def tax(self) -> Decimal:
        return sum((rate.tax for rate in self.rates), Decimal(0))

    @property
    def total(self) -> Decimal:
        return self.net + self.tax


def document_tax(
    lines: Sequence[TaxedLine], discounts: Sequence[Discount] = (), digits: int = 2
) -> DocumentTotal:
    """Net, tax and total of a document.

    :param digits: decimal places of the currency

    >>> lines = [TaxedLine(Decimal(179), Decimal(10)), TaxedLine(Decimal(399), Decimal(20))]
    >>> total = document_tax(lines, [Discount(Decimal(250), [1])])
    >>> total.net, total.tax, total.total
    (Decimal('328.00'), Decimal('47.70'), Decimal('375.70'))
    """
    left = discounted(lines, discounts)
    sums: dict[Decimal, Fraction] = {}
    for line, net in zip(lines, left, strict=True):
        sums[line.rate] = sums.get(line.rate, Fraction(0)) + net
    return DocumentTotal(tuple(_rate_total(rate, net, digits) for rate, net in sums.items()))


def _rate_total(rate: Decimal, net: Fraction, digits: int) -> RateTotal:
    rounded = round_fraction(net, digits)
    tax = Fraction(rounded) * Fraction(rate) / 100
    return RateTotal(rate, rounded, round_fraction(tax, digits))


def discounted(lines: Sequence[TaxedLine], discounts: Sequence[Discount]) -> list[Fraction]:
    """What is left of each line after the discounts, in the order given, unrounded.

    A discount takes from each of its lines in proportion to what the discounts before it left,
    and never more than is left of them together. On lines of a credit both signs are reversed.

    :raises BillingRuleError: ``discount_line``, ``discount_negative``

    >>> lines = [TaxedLine(Decimal(10), Decimal(19)), TaxedLine(Decimal(20), Decimal(7))]
    >>> discounted(lines, [Discount(Decimal(10), [0, 1])])
    [Fraction(20, 3), Fraction(40, 3)]
    >>> discounted(lines, [Discount(Decimal(12), [0]), Discount(Decimal(5), [0, 1])])
    [Fraction(0, 1), Fraction(15, 1)]
    """
    left = [Fraction(line.net) for line in lines]
    for discount in discounts:
        _check_lines(discount, len(left))
        total = sum((left[index] for index in discount.lines), Fraction(0))
        taken = _applicable(Fraction(discount.amount), total)
        if taken:
            for index in discount.lines:
                left[index] -= taken * left[index] / total
    return left


def _check_lines(discount: Discount, count: int) -> None:
    known = all(0 <= index < count for index in discount.lines)
    if not known or len(set(discount.lines)) < len(discount.lines):
        raise BillingRuleError("discount_line", lines=list(discount.lines), count=count)


def _applicable(amount: Fraction, total: Fraction) -> Fraction:
    """The part of a discount that fits into what is left; mirrored for a credit."""
    if amount < 0 < total:
        raise BillingRuleError("discount_negative", amount=str(amount))
    if amount < 0:
        return max(amount, total)
    return min(amount, max(total, Fraction(0)))


def round_fraction(value: Fraction, digits: int) -> Decimal:
    """Round half away from zero to decimal places; exact where a decimal would be cut first.

    >>> round_fraction(Fraction(5, 1000), 2), round_fraction(Fraction(-5, 1000), 2)
    (Decimal('0.01'), Decimal('-0.01'))
    >>> round_fraction(Fraction(2, 3), 2), round_fraction(Fraction(5, 2), 0)
    (Decimal('0.67'), Decimal('3'))
    """
    units = abs(value) * 10**digits
    whole = (2 * units + 1) // 2
    return Decimal(int(whole) if value >= 0 else -int(whole)).scaleb(-digits)

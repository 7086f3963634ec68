"""What a debtor in default owes on top of the claim.

Sources: § 288 (5) BGB (40 EUR, not from consumers, once per claim), § 280, 286 BGB and BGH
VIII ZR 95/18 (consumers pay material cost only, and never for the notice that begins default).
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum

ZERO = Decimal(0)


class Debtor(Enum):
    """Whom we dun."""

    CONSUMER = "consumer"
    BUSINESS = "business"
    PUBLIC = "public"


SURCHARGE = {
    Debtor.CONSUMER: Decimal(5),
    Debtor.BUSINESS: Decimal(9),
    Debtor.PUBLIC: Decimal(9),
}


@dataclass(frozen=True)
class FeeTerms:
    """``total``: all fees up to and including the level; ``cap``: the most a consumer pays."""

    total: Decimal
    cap: Decimal


def is_in_default(default_on: date | None, today: date) -> bool:
    """Whether default began before ``today``: a letter of the same day may be what began it.

    >>> is_in_default(date(2026, 3, 1), date(2026, 3, 1)), is_in_default(None, date(2026, 3, 1))
    (False, False)
    """
    return default_on is not None and default_on < today


def fee_due(terms: FeeTerms, debtor: Debtor, in_default: bool, claimed: Decimal) -> Decimal:
    """Return the fee of a letter: what the level asks for less what was claimed before.

    >>> terms = FeeTerms(Decimal("7.50"), cap=Decimal("1.20"))
    >>> fee_due(terms, Debtor.BUSINESS, True, Decimal("2.50"))
    Decimal('5.00')
    >>> fee_due(terms, Debtor.CONSUMER, True, Decimal("0")), fee_due(
    ...     terms, Debtor.BUSINESS, False, Decimal("0"))
    (Decimal('1.20'), Decimal('0'))
    """
    if not in_default:
        return ZERO
    total = min(terms.total, terms.cap) if debtor is Debtor.CONSUMER else terms.total
    return max(total - claimed, ZERO)


def lump_sum_due(amount: Decimal, debtor: Debtor, in_default: bool, is_claimed: bool) -> Decimal:
    """Return the lump sum of one claim.

    >>> lump_sum_due(Decimal(40), Debtor.BUSINESS, True, False)
    Decimal('40')
    >>> lump_sum_due(Decimal(40), Debtor.CONSUMER, True, False)
    Decimal('0')
    """
    if debtor is Debtor.CONSUMER or not in_default or is_claimed:
        return ZERO
    return amount


def difference(total: Decimal, claimed: Decimal) -> Decimal:
    """Return what is still to be claimed; never negative.

    >>> difference(Decimal("3.10"), Decimal("1.00")), difference(Decimal("1"), Decimal("2"))
    (Decimal('2.10'), Decimal('0'))
    """
    return max(total - claimed, ZERO)

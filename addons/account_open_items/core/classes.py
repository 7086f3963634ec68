"""Classes of debtors on a closing date.

Source: German Commercial Code. § 246 (2): what a customer is owed is no negative receivable but a
a liability. § 252 (1) 4, § 253 (4): doubtful debts are valued one by one; the adjustment is
of the net amount, as the tax comes back when a debt is lost (§ 17 (2) 1 UStG).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from .write_off import rounded

ZERO, HUNDRED = Decimal(0), Decimal(100)


class DebtorClass(str, Enum):
    """Where the open items of a customer are shown."""

    REGULAR = "regular"
    CREDIT = "credit"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True)
class Item:
    """An open item on the closing date, in the company's currency."""

    key: int
    partner: int
    account: int
    amount: Decimal
    tax_ratio: Decimal = Decimal(1)  # gross / net
    percent: Decimal | None = None  # expected loss of a doubtful item


@dataclass(frozen=True)
class Sum:
    """The open items of a customer on a control account that belong to one class."""

    kind: DebtorClass
    partner: int
    account: int
    amount: Decimal
    adjustment: Decimal
    keys: tuple[int, ...]


def classify(items: Iterable[Item], unit: Decimal) -> list[Sum]:
    """Return the sums of open items per customer, control account and class.

    Doubtful items stand for themselves; the rest of a customer on an account is a credit balance
    or a regular one as a whole.

    >>> items = [
    ...     Item(1, 7, 1, Decimal(119), Decimal("1.19"), Decimal(50)),
    ...     Item(2, 7, 1, Decimal(-20)),
    ... ]
    >>> [(s.kind.value, s.amount, s.adjustment) for s in classify(items, Decimal("0.01"))]
    [('doubtful', Decimal('119'), Decimal('50.00')), ('credit', Decimal('-20'), Decimal('0'))]
    """
    groups: dict[tuple[int, int, bool], list[Item]] = {}
    for item in items:
        doubtful = item.percent is not None and item.amount > 0
        groups.setdefault((item.partner, item.account, doubtful), []).append(item)
    found = []
    for (partner, account, doubtful), members in groups.items():
        amount = sum((item.amount for item in members), ZERO)
        kind = DebtorClass.CREDIT if amount < 0 else DebtorClass.REGULAR
        loss = ZERO
        if doubtful:
            kind = DebtorClass.DOUBTFUL
            loss = sum((_loss(item, unit) for item in members), ZERO)
        keys = tuple(item.key for item in members)
        found.append(Sum(kind, partner, account, amount, loss, keys))
    return found


def _loss(item: Item, unit: Decimal) -> Decimal:
    net = item.amount / item.tax_ratio if item.tax_ratio else item.amount
    return rounded(net * (item.percent or ZERO) / HUNDRED, unit)

"""The standing of a customer: what is open, what of it is overdue, and the status of each item.

Pure rules: the day comes from the caller, amounts are decimals in the currency of the item,
positive where the customer owes and negative where the customer is owed.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum

from odoo.addons.billing_base.core.collection import collectable

ZERO = Decimal(0)


class Status(str, Enum):
    """One set of codes for list, page, mail and interface; the most urgent first."""

    RETURNED = "returned"
    OVERDUE = "overdue"
    PARTIAL = "partial"
    OPEN = "open"
    DISPUTED = "disputed"
    COLLECTING = "collecting"
    PROCESSING = "processing"
    CREDIT = "credit"
    PAID = "paid"
    SETTLED = "settled"
    REVERSED = "reversed"

    @property
    def urgency(self) -> int:
        """Position among the codes: the smaller, the sooner somebody should act.

        >>> Status.OVERDUE.urgency < Status.OPEN.urgency < Status.PAID.urgency
        True
        """
        return list(Status).index(self)


@dataclass(frozen=True)
class OpenItem:
    """What is known of one receivable item.

    :ivar ledger: items are summed per ledger: one company and one currency
    :ivar residual: what is not reconciled yet
    :ivar total: the amount the item started with
    :ivar due: the day up to which it is to be paid
    :ivar in_collection: what somebody is collecting right now
    :ivar collection_date: the day on which the customer's account will be charged, if known
    :ivar is_processing: an online payment is under way, whatever its amount
    :ivar is_returned: the bank gave the last debit back
    :ivar is_disputed: under review, nobody asks for the money meanwhile
    :ivar is_reversed: settled by a document that cancels it
    """

    ledger: Hashable
    residual: Decimal
    total: Decimal
    due: date
    in_collection: Decimal = ZERO
    collection_date: date | None = None
    is_processing: bool = False
    is_returned: bool = False
    is_disputed: bool = False
    is_reversed: bool = False

    @property
    def to_pay(self) -> Decimal:
        """What is left for the customer to pay once everything under way has arrived."""
        return ZERO if self.is_processing else collectable(self.residual, self.in_collection)

    @property
    def is_settled(self) -> bool:
        """Whether nothing is open and no money is still under way."""
        return not self.residual and self.in_collection <= 0 and not self.is_processing


def status_of(item: OpenItem, today: date) -> Status:
    """Return the status of an item on a day. An item due today is not overdue.

    >>> invoice = OpenItem("EUR", Decimal(119), Decimal(119), date(2026, 2, 15))
    >>> status_of(invoice, date(2026, 2, 15)).value, status_of(invoice, date(2026, 2, 16)).value
    ('open', 'overdue')

    Money on its way is neither open nor overdue:

    >>> from dataclasses import replace
    >>> running = replace(invoice, in_collection=Decimal(119))
    >>> status_of(running, date(2026, 3, 1)).value
    'processing'
    >>> status_of(replace(running, collection_date=date(2026, 3, 5)), date(2026, 3, 1)).value
    'collecting'
    """
    if item.residual < 0:
        return Status.CREDIT
    if item.is_settled:
        return _settled_status(item)
    if not item.to_pay:
        return Status.COLLECTING if item.collection_date else Status.PROCESSING
    if item.is_disputed:
        return Status.DISPUTED
    if item.is_returned:
        return Status.RETURNED
    if item.due < today:
        return Status.OVERDUE
    return Status.PARTIAL if item.residual < item.total else Status.OPEN


def _settled_status(item: OpenItem) -> Status:
    if item.is_reversed:
        return Status.REVERSED
    return Status.SETTLED if item.total < 0 else Status.PAID


def urgency(item: OpenItem, today: date) -> tuple[int, date]:
    """Sort key of a list of items: what needs attention first, the oldest first."""
    return status_of(item, today).urgency, item.due


@dataclass(frozen=True)
class Balance:
    """The sums of one ledger; all amounts but ``open`` are zero or more.

    :ivar owed: all debts, before any credit
    :ivar credit: credit notes and money received that is not assigned yet
    :ivar in_collection: the part of the debts that somebody is collecting
    :ivar overdue: debts past their day, less credit; disputed ones and those in collection do
        not count
    :ivar overdue_since: the oldest day among the overdue debts
    """

    ledger: Hashable
    owed: Decimal = ZERO
    credit: Decimal = ZERO
    in_collection: Decimal = ZERO
    overdue: Decimal = ZERO
    overdue_since: date | None = None

    @property
    def open(self) -> Decimal:
        """What the ledger says: debts less credit. Negative: the customer has money left."""
        return self.owed - self.credit

    @property
    def to_pay(self) -> Decimal:
        """What the customer still has to do something about.

        >>> Balance("EUR", owed=Decimal(100), credit=Decimal(30), in_collection=Decimal(50)).to_pay
        Decimal('20')
        """
        return max(self.owed - self.in_collection - self.credit, ZERO)


def balances(items: Iterable[OpenItem], today: date) -> list[Balance]:
    """Sum items per ledger, in the order in which the ledgers appear.

    Credit pays the oldest debts first, so it lowers what is overdue.

    >>> day = date(2026, 2, 1)
    >>> items = [
    ...     OpenItem("EUR", Decimal(100), Decimal(100), date(2026, 1, 10)),
    ...     OpenItem("EUR", Decimal(50), Decimal(50), date(2026, 2, 10)),
    ...     OpenItem("EUR", Decimal(-30), Decimal(-30), date(2026, 1, 20)),
    ... ]
    >>> [balance] = balances(items, day)
    >>> balance.open, balance.overdue, balance.overdue_since
    (Decimal('120'), Decimal('70'), datetime.date(2026, 1, 10))
    """
    ledgers: dict[Hashable, list[OpenItem]] = {}
    for item in items:
        ledgers.setdefault(item.ledger, []).append(item)
    return [_balance(ledger, members, today) for ledger, members in ledgers.items()]


def _balance(ledger: Hashable, items: list[OpenItem], today: date) -> Balance:
    debts = [item for item in items if item.residual > 0]
    late = [item for item in debts if _is_late(item, today)]
    credit = -sum((item.residual for item in items if item.residual < 0), ZERO)
    overdue = max(sum((item.to_pay for item in late), ZERO) - credit, ZERO)
    return Balance(
        ledger=ledger,
        owed=sum((item.residual for item in debts), ZERO),
        credit=credit,
        in_collection=sum((item.residual - item.to_pay for item in debts), ZERO),
        overdue=overdue,
        overdue_since=min(item.due for item in late) if overdue else None,
    )


def _is_late(item: OpenItem, today: date) -> bool:
    return bool(item.to_pay) and not item.is_disputed and item.due < today

"""One letter per customer: which items it lists, what it deducts, whether it is sent at all."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from .policy import ZERO, Decision, Kind, OpenItem, Reason


@dataclass(frozen=True)
class Candidate:
    """An open item with its decision; ``worth`` is what is demanded, in company currency."""

    key: int
    item: OpenItem
    decision: Decision
    worth: Decimal
    reached: int = 0

    @property
    def level(self) -> int:
        """The level this letter states for the item."""
        if self.decision.kind is Kind.NOTIFY and self.decision.level:
            return self.decision.level.number
        return self.reached


@dataclass(frozen=True)
class Letter:
    """What one customer gets: items that reach a level, others that are overdue as well.

    Empty ``reached``: no letter, ``reason`` says why, ``on`` when it may come.
    """

    reached: tuple[Candidate, ...] = ()
    also_open: tuple[Candidate, ...] = ()
    reason: Reason | None = None
    on: date | None = field(default=None)

    @property
    def leading(self) -> Candidate:
        """The item of the highest level, the oldest of those."""
        return min(self.reached, key=lambda c: (-c.level, c.item.due, c.key))


def make_letter(
    candidates: Sequence[Candidate],
    credit: Decimal,
    minimum: Decimal,
    today: date,
    last_letter: date | None = None,
    letter_gap: int = 0,
) -> Letter:
    """Return the letter of one customer.

    :param candidates: all open items of the customer
    :param credit: payments and credit notes that belong to no invoice yet, in company currency
    :param minimum: below it no letter is sent, in company currency
    :param last_letter: the day the last letter after a due date was delivered
    :param letter_gap: least days between two letters to a customer

    Reminders before the due date are no letters in the sense of gap and minimum:

    >>> make_letter([], Decimal(0), Decimal(0), date(2026, 3, 1)).reason is None
    True
    """
    reached = [c for c in candidates if c.decision.kind is Kind.NOTIFY]
    if not reached:
        return Letter()
    listed = [
        c
        for c in candidates
        if c not in reached
        and c.item.due < today
        and c.worth > ZERO
        and c.decision.reason not in (Reason.HELD, Reason.EXCLUDED, Reason.HANDED_OVER)
    ]
    total = sum((c.worth for c in (*reached, *listed)), ZERO)
    if credit >= total:
        return Letter(reason=Reason.CREDIT)
    if all(c.item.due >= today for c in reached):
        return Letter(tuple(reached), tuple(listed))
    if total - credit < minimum:
        return Letter(reason=Reason.MINIMUM)
    free = last_letter + timedelta(days=letter_gap) if last_letter and letter_gap else today
    if free > today:
        return Letter(reason=Reason.LETTER_GAP, on=free)
    return Letter(tuple(reached), tuple(listed))

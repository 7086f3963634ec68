"""How long items are overdue, in groups of days."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

MAX_MARKS = 6


class MarkError(ValueError):
    """Marks that are no rising whole days; the message is the part that is wrong."""


def parse_marks(text: str) -> tuple[int, ...]:
    """Return the marks of an ageing: the last day of each group but the last.

    >>> parse_marks("30, 60,90")
    (30, 60, 90)
    >>> parse_marks("30,30")
    Traceback (most recent call last):
    ...
    odoo.addons.account_open_items.core.ageing.MarkError: 30
    """
    marks: list[int] = []
    for part in text.split(","):
        word = part.strip()
        if not word.isdecimal() or int(word) <= (marks[-1] if marks else 0):
            raise MarkError(word)
        if len(marks) == MAX_MARKS or int(word) > 9999:
            raise MarkError(word)
        marks.append(int(word))
    return tuple(marks)


def bucket_of(due: date, day: date, marks: Sequence[int]) -> int:
    """Return the number of the group: 0 what is not overdue, ``len(marks) + 1`` the oldest.

    >>> marks = (30, 60)
    >>> [bucket_of(date(2026, 1, 1), date(2026, month, 1), marks) for month in (1, 2, 3, 4)]
    [0, 2, 2, 3]
    """
    days = (day - due).days
    if days <= 0:
        return 0
    return next((i for i, mark in enumerate(marks, 1) if days <= mark), len(marks) + 1)


def bucket_ranges(marks: Sequence[int]) -> list[tuple[int, int | None]]:
    """Return first and last day of each group from 1 on; the last has no end.

    >>> bucket_ranges((30, 60))
    [(1, 30), (31, 60), (61, None)]
    """
    starts = [1, *(mark + 1 for mark in marks)]
    return list(zip(starts, [*marks, None], strict=True))


def sums(items: Iterable[tuple[date, Decimal]], day: date, marks: Sequence[int]) -> list[Decimal]:
    """Return the sum of each group, for pairs of due date and amount.

    >>> sums([(date(2026, 1, 1), Decimal(5))], date(2026, 1, 3), (30,))
    [Decimal('0'), Decimal('5'), Decimal('0')]
    """
    found = [Decimal(0)] * (len(marks) + 2)
    for due, amount in items:
        found[bucket_of(due, day, marks)] += amount
    return found

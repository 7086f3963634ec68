"""Which marks of being overdue an item has passed."""

from collections.abc import Iterable
from datetime import date


class MarkError(ValueError):
    """``text`` is no list of days."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


def parse_marks(text: str) -> tuple[int, ...]:
    """Return the days of a list such as "1, 7, 14", ascending.

    >>> parse_marks("14, 1 7")
    (1, 7, 14)
    >>> parse_marks("0")
    Traceback (most recent call last):
    dunning_escalation.core.overdue.MarkError: 0
    """
    parts = text.replace(",", " ").replace(";", " ").split()
    if any(not part.isdecimal() or not 1 <= int(part) <= 3650 for part in parts):
        raise MarkError(text)
    return tuple(sorted({int(part) for part in parts}))


def marks_passed(due: date, today: date, marks: Iterable[int]) -> tuple[int, ...]:
    """Return the marks that are reached, also those a late run finds together.

    >>> marks_passed(date(2026, 3, 1), date(2026, 3, 9), (1, 7, 14))
    (1, 7)
    """
    days = (today - due).days
    return tuple(mark for mark in marks if mark <= days)

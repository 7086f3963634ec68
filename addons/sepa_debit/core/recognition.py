"""Which of our debits a return is about, decided from facts, never by the amount alone."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

# An unauthorised debit may come back for 13 months; then banks need some days.
WINDOW = timedelta(days=410)
# What the two banks may have taken for a return, where the statement does not tell.
MOST_CHARGES = 2500
_WORD = re.compile(r"[A-Za-z0-9+?/\-:().,']+")


@dataclass(frozen=True)
class SentDebit:
    """A debit that was handed to the bank.

    :ivar key: the caller's id
    :ivar mandate: and ``iban``, as the file named them
    :ivar cents: amount that was collected
    :ivar is_open: nothing came back for it yet
    """

    key: int
    end_to_end_id: str
    mandate: str
    iban: str
    cents: int
    collect_on: date
    is_open: bool = True


@dataclass(frozen=True)
class Came:
    """What a statement tells of a return; empty where it tells nothing.

    :ivar cents: what left the account, charges in it
    :ivar original_cents: what was collected; ``None`` where it is not told
    """

    booked_on: date
    cents: int
    original_cents: int | None = None
    end_to_end_id: str = ""
    mandate: str = ""
    iban: str = ""
    text: str = ""


@dataclass(frozen=True)
class Recognition:
    """The debit that came back, and by what it was recognised.

    :ivar by: "end_to_end", "text", "mandate" or "iban"
    """

    key: int
    by: str


@dataclass
class Register:
    """Debits, indexed once for many returns."""

    debits: Iterable[SentDebit]
    by_end_to_end: dict[str, list[SentDebit]] = field(init=False)
    by_mandate: dict[str, list[SentDebit]] = field(init=False)
    by_iban: dict[str, list[SentDebit]] = field(init=False)

    def __post_init__(self) -> None:
        self.by_end_to_end = _index(self.debits, lambda debit: debit.end_to_end_id.upper())
        self.by_mandate = _index(self.debits, lambda debit: debit.mandate.upper())
        self.by_iban = _index(self.debits, lambda debit: debit.iban)

    def recognise(self, came: Came) -> Recognition | None:
        """Return the debit that came back, ``None`` when it is nobody's or could be several.

        The reference of the debit decides, wherever it stands; then the mandate or the account
        of the debtor, each only with the amount and within the time in which debits come back.

        >>> debit = SentDebit(7, "SDDE7", "M1", "DE1", 1000, date(2026, 3, 20))
        >>> register = Register([debit])
        >>> register.recognise(Came(date(2026, 3, 24), 1550, end_to_end_id="SDDE7"))
        Recognition(key=7, by='end_to_end')
        >>> register.recognise(Came(date(2026, 3, 24), 1550, 1000, mandate="m1"))
        Recognition(key=7, by='mandate')
        >>> register.recognise(Came(date(2026, 3, 24), 1000, text="return of 10.00"))
        """
        if came.end_to_end_id:
            named = self.by_end_to_end.get(came.end_to_end_id.upper(), [])
            if named:
                return _only(came, [d for d in named if _may_be_of(came, d)], "end_to_end")
        found = _only(came, [d for d in self._in_text(came.text) if _may_be_of(came, d)], "text")
        if found:
            return found
        by_mandate = self.by_mandate.get(came.mandate.upper(), []) if came.mandate else []
        if by_mandate:
            return _only(came, [d for d in by_mandate if _is_amount(came, d)], "mandate")
        by_iban = self.by_iban.get(came.iban, []) if came.iban else []
        return _only(came, [d for d in by_iban if _is_amount(came, d)], "iban")

    def _in_text(self, text: str) -> list[SentDebit]:
        found = {
            debit.key: debit
            for word in find_words(text.upper())
            for debit in self.by_end_to_end.get(word, [])
        }
        return list(found.values())


def find_words(text: str) -> list[str]:
    """Return what may be references in a text, without punctuation around them.

    >>> find_words("Return (SDDE2), MS03.")
    ['Return', 'SDDE2', 'MS03']
    """
    words = (word.strip(".,:()?'") for word in _WORD.findall(text))
    return [word for word in words if word]


def _only(came: Came, debits: list[SentDebit], by: str) -> Recognition | None:
    """The only one that is possible; one that came back before is so only with its reference."""
    timely = [
        d for d in debits if d.collect_on - WINDOW <= came.booked_on <= d.collect_on + WINDOW
    ]
    if by in {"mandate", "iban"}:
        timely = [d for d in timely if d.is_open and d.collect_on <= came.booked_on]
    return Recognition(timely[0].key, by) if len(timely) == 1 else None


def _may_be_of(came: Came, debit: SentDebit) -> bool:
    """A reference counts unless the amounts say that something is wrong with it."""
    if came.original_cents is not None:
        return came.original_cents == debit.cents
    return debit.cents <= came.cents <= debit.cents + MOST_CHARGES


def _is_amount(came: Came, debit: SentDebit) -> bool:
    wanted = came.cents if came.original_cents is None else came.original_cents
    return wanted == debit.cents


def _index(
    debits: Iterable[SentDebit], key: Callable[[SentDebit], str]
) -> dict[str, list[SentDebit]]:
    index: dict[str, list[SentDebit]] = defaultdict(list)
    for debit in debits:
        if name := key(debit):
            index[name].append(debit)
    return dict(index)

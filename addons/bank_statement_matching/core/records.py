"""What a bank statement says, whatever format it came in.

Amounts are exact decimals and signed as the owner of the account sees them: money that comes in
is positive. What a file does not say is an empty text, ``None`` or an empty tuple.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

# Digits after the point by ISO 4217, where they are not two.
DIGITS = {"BHD": 3, "CLP": 0, "ISK": 0, "JPY": 0, "KRW": 0, "KWD": 3, "OMR": 3, "TND": 3, "VND": 0}
_NUMBER = re.compile(r"[+-]?[0-9]{1,18}(?:[.,][0-9]{0,10})?").fullmatch
_BLANKS = re.compile(r"\s+")


class StatementError(Exception):
    """Why nothing of a file is taken in: a code for people's messages, and its data.

    Also found in ``Statement.problems``: then the file could be read, but the statement must not
    be booked. Codes: ``too_large``, ``empty``, ``unknown_format``, ``encoding``, ``malformed``,
    ``doctype``, ``too_deep``, ``too_many``, ``no_statement``, ``no_account``, ``amount``,
    ``precision``, ``currency``, ``date``, ``sum``, ``columns``.
    """

    def __init__(self, code: str, **data: Any) -> None:  # noqa: ANN401 - shown, not computed with
        super().__init__(code, data)
        self.code = code
        self.data = data


@dataclass(frozen=True, slots=True)
class Detail:
    """One payment of an entry; a collective entry has many.

    ``amount`` is what it adds to the account, ``original_amount`` (positive) what was first
    collected or paid, ``charges`` (positive) what banks took for a return. ``name``, ``iban`` and
    ``bic`` are those of the other side.
    """

    amount: Decimal | None = None
    currency: str = ""
    end_to_end_id: str = ""
    mandate_id: str = ""
    creditor_id: str = ""
    transaction_id: str = ""
    batch_id: str = ""
    instructed_amount: Decimal | None = None
    original_amount: Decimal | None = None
    charges: Decimal | None = None
    reason: str = ""
    name: str = ""
    iban: str = ""
    bic: str = ""
    remittance: tuple[str, ...] = ()
    reference: str = ""
    codes: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The remittance information in one line."""
        return clean(" ".join(self.remittance))


@dataclass(frozen=True, slots=True)
class Entry:
    """One movement of the account. ``problems`` are codes for what needs a look."""

    amount: Decimal
    currency: str
    booking_date: date | None = None
    value_date: date | None = None
    status: str = "BOOK"
    is_reversal: bool = False
    codes: tuple[str, ...] = ()
    reference: str = ""
    entry_reference: str = ""
    batch_id: str = ""
    batch_count: int | None = None
    charges: Decimal | None = None
    info: str = ""
    details: tuple[Detail, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def is_booked(self) -> bool:
        """Whether the money has moved; announcements and information have not."""
        return self.status == "BOOK"


@dataclass(frozen=True, slots=True)
class Statement:
    """Entries of one account; ``kind`` is ``statement``, ``report`` or ``notification``.

    ``is_proved`` says that opening balance, entries and closing balance fit. A statement with
    ``problems`` must not be booked.
    """

    kind: str
    account: str
    currency: str
    id: str = ""
    number: str = ""
    message_id: str = ""
    date: date | None = None
    opening: Decimal | None = None
    closing: Decimal | None = None
    entries: tuple[Entry, ...] = ()
    is_proved: bool = False
    problems: tuple[StatementError, ...] = ()


def clean(text: str | None) -> str:
    r"""A text in one line, without blanks at the ends and characters that no database takes.

    >>> clean("  a\n b\x00 ")
    'a b'
    """
    return _BLANKS.sub(" ", (text or "").replace("\x00", "")).strip()


def read_amount(text: str | None, currency: str, place: str = "") -> Decimal:
    """The amount in a text: digits with a point or a comma, as exact as the currency allows.

    >>> read_amount("18.15000", "EUR"), read_amount("1234,5", "EUR"), read_amount("12,", "EUR")
    (Decimal('18.15'), Decimal('1234.50'), Decimal('12.00'))
    >>> read_amount("0.12345", "EUR")
    Traceback (most recent call last):
    ...
    odoo.addons.bank_statement_matching.core.records.StatementError: ('precision', ...)
    """
    text = (text or "").strip()
    if not _NUMBER(text):
        raise StatementError("amount", value=text[:40], place=place)
    amount = Decimal(text.replace(",", "."))
    rounded = amount.quantize(Decimal(1).scaleb(-DIGITS.get(currency, 2)))
    if rounded != amount:
        raise StatementError("precision", value=text[:40], currency=currency, place=place)
    return rounded


def read_date(text: str | None, place: str = "") -> date | None:
    """The day of an ISO date or timestamp; ``None`` for none and for a date of zeros.

    >>> read_date("2026-03-01+01:00"), read_date("0000-00-00")
    (datetime.date(2026, 3, 1), None)
    """
    text = (text or "").strip()[:10]
    if not text.strip("0-"):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise StatementError("date", value=text, place=place) from error


def prove(statement: Statement) -> Statement:
    """The statement with the signs that its balances prove.

    Banks disagree on whether a reversal carries the sign of the booking it takes back. ISO says
    that it does not; the balances decide. A statement whose sum fits neither way has the problem
    ``sum``. One without both balances is left as it is: nothing was proved.

    >>> entry = Entry(Decimal(5), "EUR", is_reversal=True)
    >>> said = Statement("statement", "X", "EUR", opening=Decimal(9), closing=Decimal(4))
    >>> proved = prove(replace(said, entries=(entry,)))
    >>> proved.entries[0].amount, proved.is_proved
    (Decimal('-5'), True)
    """
    if statement.opening is None or statement.closing is None:
        return statement
    wanted = statement.closing - statement.opening
    booked = [entry for entry in statement.entries if entry.is_booked]
    total = sum((entry.amount for entry in booked), Decimal(0))
    if total == wanted:
        return replace(statement, is_proved=True)
    reversed_sum = sum((entry.amount for entry in booked if entry.is_reversal), Decimal(0))
    if reversed_sum and total - 2 * reversed_sum == wanted:
        entries = tuple(map(_flip, statement.entries))
        return replace(statement, entries=entries, is_proved=True)
    problem = StatementError(
        "sum",
        account=statement.account,
        statement=statement.number or statement.id,
        opening=str(statement.opening),
        entries=str(total),
        closing=str(statement.closing),
        difference=str(wanted - total),
    )
    return replace(statement, problems=(*statement.problems, problem))


def _flip(entry: Entry) -> Entry:
    if not (entry.is_reversal and entry.is_booked):
        return entry
    details = tuple(
        detail if detail.amount is None else replace(detail, amount=-detail.amount)
        for detail in entry.details
    )
    return replace(entry, amount=-entry.amount, details=details)


def check_details(entry: Entry) -> Entry:
    """The entry, with ``detail_sum`` among its problems when its payments do not add up to it.

    Charges may come on top of the payments, or be in them.

    >>> one = Detail(amount=Decimal(-10))
    >>> check_details(Entry(Decimal(-13), "EUR", charges=Decimal(3), details=(one,))).problems
    ()
    >>> check_details(Entry(Decimal(-13), "EUR", details=(one,))).problems
    ('detail_sum',)
    """
    amounts = [detail.amount for detail in entry.details]
    if not amounts or None in amounts:
        return entry
    total = sum((amount for amount in amounts if amount is not None), Decimal(0))
    charges = sum((detail.charges or Decimal(0) for detail in entry.details), Decimal(0))
    possible = {total, total - charges, total - (entry.charges or Decimal(0))}
    if entry.amount in possible:
        return entry
    return replace(entry, problems=(*entry.problems, "detail_sum"))

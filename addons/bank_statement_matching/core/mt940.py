"""MT940 as SWIFT describes it and German banks fill it, with the dialects that are met.

Fields may be broken anywhere by line ends, keywords (``EREF+`` and so on) may be split over
subfields, texts may go on in ``?60`` to ``?63``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

from .records import (
    Detail,
    Entry,
    Statement,
    StatementError,
    check_details,
    clean,
    prove,
    read_amount,
)
from .returns import read_reason

KEYWORDS = (
    "EREF", "KREF", "MREF", "CRED", "DEBT", "COAM", "OAMT", "SVWZ", "ABWA", "ABWE", "IBAN", "BIC",
    "BREF", "RREF", "PURP", "REF",
)  # fmt: skip
FULL = 27
_TAG = re.compile(r"^:([0-9]{2}[A-Z]?):", re.MULTILINE)
_BALANCE = re.compile(r"([CD])([0-9]{6})([A-Z]{3})([0-9]*,?[0-9]*)")
_LINE = re.compile(
    r"(?P<value>[0-9]{6})(?P<booked>[0-9]{4})?(?P<mark>RC|RD|EC|ED|C|D)(?P<funds>[A-Z])?"
    r"\s*(?P<amount>[0-9]{1,15},[0-9]{0,10}|[0-9]{1,15})\s*"
    r"(?P<kind>[A-Z][A-Z0-9]{3})?(?P<reference>.*)",
    re.DOTALL,
)
_SUBFIELD = re.compile(r"\?([0-9]{2})")
_KEYWORD = re.compile(rf"(?:^|(?<=\s)|(?<=[^A-Z]))({'|'.join(KEYWORDS)})\+")
_ORIGINAL = re.compile(r"/OCMT/([A-Z]{3})([0-9]+,[0-9]*)")
_CHARGES = re.compile(r"/CHGS/([A-Z]{3})([0-9]+,[0-9]*)")


def read(text: str) -> Iterator[Statement]:
    r"""The statements of a file, proved by their balances.

    >>> text = ":20:X\n:25:10020030/123\n:28C:5/1\n:60F:C260101EUR10,\n"
    >>> text += ":61:2601020102C5,00NTRFNONREF\n:86:051?00GUT?20EREF+A1?32Max\n:62F:C260102EUR15,"
    >>> [statement] = read(text)
    >>> statement.account, statement.is_proved, statement.entries[0].details[0].end_to_end_id
    ('10020030/123', True, 'A1')
    """
    current: _Draft | None = None
    found = False
    for tag, value in _fields(text):
        if tag == "20":
            if current and current.is_begun:
                yield current.finish()
                found = True
            current = _Draft(message_id=clean(value))
        elif current:
            current.take(tag, value)
    if current and current.is_begun:
        yield current.finish()
        found = True
    if not found:
        raise StatementError("no_statement")


def _fields(text: str) -> Iterator[tuple[str, str]]:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    marks = list(_TAG.finditer(text))
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    for mark, end in zip(marks, ends, strict=False):
        # A dash alone or a brace ends a message.
        value = re.split(r"\n-\s*(?:\n|\}|$)", text[mark.end() : end], maxsplit=1)[0]
        yield mark[1], value.strip("\n")


@dataclass
class _Draft:
    """A statement while its fields come in."""

    message_id: str = ""
    account: str = ""
    number: str = ""
    currency: str = ""
    opening: Decimal | None = None
    closing: Decimal | None = None
    opened: date | None = None
    closed: date | None = None
    entries: list[Entry] = field(default_factory=list)

    @property
    def is_begun(self) -> bool:
        return bool(self.account or self.entries)

    def take(self, tag: str, value: str) -> None:
        if tag == "25":
            self.account = clean(value).replace(" ", "").upper()
        elif tag in ("28", "28C"):
            self.number = clean(value)
        elif tag in ("60F", "60M"):
            self.opening, self.currency, self.opened = _balance(value, tag)
        elif tag in ("62F", "62M"):
            self.closing, _currency, self.closed = _balance(value, tag)
        elif tag == "61":
            year_day = self.opened or self.closed
            self.entries.append(_entry(value, self.currency, year_day, len(self.entries) + 1))
        elif tag == "86" and self.entries and self.closing is None:
            self.entries[-1] = check_details(_explain(self.entries[-1], value))

    def finish(self) -> Statement:
        if not self.account:
            raise StatementError("no_account", statement=self.number)
        return prove(
            Statement(
                kind="statement",
                account=self.account,
                currency=self.currency,
                id=self.message_id,
                number=self.number,
                message_id=self.message_id,
                date=self.closed or self.opened,
                opening=self.opening,
                closing=self.closing,
                entries=tuple(self.entries),
            )
        )


def _balance(value: str, tag: str) -> tuple[Decimal, str, date | None]:
    found = _BALANCE.match(clean(value).replace(" ", ""))
    if not found:
        raise StatementError("amount", value=clean(value)[:40], place=f":{tag}:")
    sign = 1 if found[1] == "C" else -1
    amount = read_amount(found[4], found[3], f":{tag}:")
    return sign * amount, found[3], _day(found[2], f":{tag}:")


def _day(digits: str, place: str) -> date | None:
    """The day in YYMMDD; ``None`` for zeros. Banks know of a 31 February: its month's last day.

    >>> _day("210231", ""), _day("000000", "")
    (datetime.date(2021, 2, 28), None)
    """
    if not digits.strip("0"):
        return None
    year, month, day = int(digits[:2]), int(digits[2:4]), int(digits[4:6])
    year += 1900 if year > 79 else 2000
    if not (1 <= month <= 12 and 1 <= day <= 31):
        raise StatementError("date", value=digits, place=place)
    for last in range(day, 27, -1):
        try:
            return date(year, month, last)
        except ValueError:
            continue
    return date(year, month, min(day, 27))


def _entry(value: str, currency: str, about: date | None, number: int) -> Entry:
    place = f":61: {number}"
    head, _line, more = value.partition("\n")
    found = _LINE.match(head.strip())
    if not found:
        raise StatementError("amount", value=clean(head)[:40], place=place)
    mark = found["mark"]
    amount = read_amount(found["amount"], currency, place)
    value_date = _day(found["value"], place)
    customer, _slashes, bank = found["reference"].partition("//")
    extra = clean(more)
    # Reversals carry the mark of what they do: RD takes back a debit and so comes in.
    sign = {"C": 1, "EC": 1, "RD": 1, "D": -1, "ED": -1, "RC": -1}[mark]
    original, charges = _ORIGINAL.search(extra), _CHARGES.search(extra)
    return Entry(
        amount=sign * amount,
        currency=currency,
        booking_date=_booked(found["booked"], value_date or about, place),
        value_date=value_date,
        is_reversal=mark in ("RC", "RD"),
        codes=(found["kind"],) if found["kind"] else (),
        reference=clean(bank),
        entry_reference="" if clean(customer) == "NONREF" else clean(customer),
        info=extra,
        details=(
            Detail(
                amount=sign * amount,
                currency=currency,
                original_amount=_soft(original, currency),
                charges=_soft(charges, currency),
            ),
        ),
    )


def _soft(found: re.Match[str] | None, currency: str) -> Decimal | None:
    """An amount that only informs, in the account's currency; else it is not there."""
    if not found or found[1] != currency:
        return None
    try:
        return read_amount(found[2], currency)
    except StatementError:
        return None


def _booked(digits: str | None, about: date | None, place: str) -> date | None:
    """The booking day in MMDD, in the year that is nearest to the value date."""
    if not digits or not about:
        return about
    days = [_day(f"{(about.year + shift) % 100:02}{digits}", place) for shift in (-1, 0, 1)]
    nearest = min((day for day in days if day), key=lambda day: abs(day - about), default=about)
    return nearest if abs(nearest - about) < timedelta(days=200) else about


# === FIELD 86 === #


def _explain(entry: Entry, value: str) -> Entry:
    detail = entry.details[0]
    code = value.strip()[:3]
    marks = list(_SUBFIELD.finditer(joined := value.replace("\n", "")))
    if not (code.isdigit() and marks):
        line = clean(value)
        return replace(entry, details=(replace(detail, remittance=(line,) if line else ()),))
    ends = [mark.start() for mark in marks[1:]] + [len(joined)]
    parts: dict[str, str] = {}
    for mark, end in zip(marks, ends, strict=True):
        parts[mark[1]] = parts.get(mark[1], "") + joined[mark.end() : end]
    keys = [f"{number}" for number in (*range(20, 30), *range(60, 64))]
    words = split_keywords([parts[key] for key in keys if key in parts])
    codes = (*entry.codes, code)
    booking_text = clean(parts.get("00", ""))
    detail = _from_words(replace(detail, codes=codes), words, entry.currency)
    detail = replace(
        detail,
        name=clean(parts.get("32", "") + parts.get("33", "")),
        bic=clean(parts.get("30", "")),
        iban=(detail.iban or clean(parts.get("31", ""))).replace(" ", "").upper(),
        reason=read_reason(code, parts.get("34", ""), detail.text),
    )
    return replace(
        entry, codes=detail.codes, info=clean(f"{booking_text} {entry.info}"), details=(detail,)
    )


def split_keywords(parts: list[str]) -> dict[str, str]:
    """Text by keyword; what no keyword names is ``""``.

    Full subfields (27 characters) break words and keywords anywhere, shorter ones end with a
    word; a subfield that begins with a keyword begins a new text.

    >>> split_keywords(["EREF+A1.200080779.400143254", ".49 KREF+123456789012345 MR", "EF+2"])
    {'EREF': 'A1.200080779.400143254.49', 'KREF': '123456789012345', 'MREF': '2'}
    >>> split_keywords(["INVOICE 1", "2"])
    {'': 'INVOICE 1 2'}
    """
    text, is_full = "", True
    for part in parts:
        starts = _KEYWORD.match(part) is not None
        text += (" " if starts or not is_full else "") + part
        is_full = len(part) >= FULL
    marks = list(_KEYWORD.finditer(text))
    words: dict[str, str] = {}
    head = clean(text[: marks[0].start()] if marks else text)
    if head:
        words[""] = head
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    for mark, end in zip(marks, ends, strict=False):
        words.setdefault(mark[1], clean(text[mark.end() : end]))
    return words


def _from_words(detail: Detail, words: dict[str, str], currency: str) -> Detail:
    texts = tuple(filter(None, (words.get(""), words.get("SVWZ"))))
    return replace(
        detail,
        end_to_end_id=words.get("EREF", "").replace(" ", "") or detail.end_to_end_id,
        mandate_id=words.get("MREF", ""),
        creditor_id=words.get("CRED", ""),
        transaction_id=words.get("BREF", ""),
        batch_id=words.get("KREF", ""),
        iban=words.get("IBAN", ""),
        original_amount=_word_amount(words.get("OAMT"), currency) or detail.original_amount,
        charges=_word_amount(words.get("COAM"), currency) or detail.charges,
        remittance=texts,
    )


def _word_amount(text: str | None, currency: str) -> Decimal | None:
    found = re.search(r"[0-9]+(?:,[0-9]+)?", text or "")
    try:
        return read_amount(found[0], currency) if found else None
    except StatementError:
        return None

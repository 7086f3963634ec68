"""CSV-CAMT: what savings banks and others export, one line per entry.

There are no balances, so nothing can be proved; columns are found by their names.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from io import StringIO

from .records import Detail, Entry, Statement, StatementError, check_details, clean, read_amount
from .returns import read_reason

COLUMNS = {
    "account": ("auftragskonto", "iban auftragskonto"),
    "booked": ("buchungstag",),
    "value": ("valutadatum",),
    "kind": ("buchungstext",),
    "text": ("verwendungszweck",),
    "creditor": ("glaeubiger id", "gläubiger id", "glaeubiger-id", "gläubiger-id"),
    "mandate": ("mandatsreferenz",),
    "end_to_end": ("kundenreferenz (end-to-end)", "kundenreferenz"),
    "batch": ("sammlerreferenz",),
    "original": ("lastschrift ursprungsbetrag",),
    "charges": ("auslagenersatz ruecklastschrift", "auslagenersatz rücklastschrift"),
    "name": (
        "beguenstigter/zahlungspflichtiger",
        "begünstigter/zahlungspflichtiger",
        "name zahlungsbeteiligter",
    ),
    "iban": ("kontonummer/iban", "iban zahlungsbeteiligter"),
    "bic": ("bic (swift-code)", "bic zahlungsbeteiligter", "bic"),
    "amount": ("betrag",),
    "currency": ("waehrung", "währung"),
    "info": ("info",),
}
REQUIRED = ("account", "booked", "amount", "currency")
_DAY = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4}|[0-9]{2})").fullmatch
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:\.[0-9]{3})+(?:,[0-9]*)?").fullmatch


def is_header(line: str) -> bool:
    """Whether a first line is one of CSV-CAMT."""
    names = {name.strip('" \ufeff').lower() for name in line.strip().split(";")}
    return all(names & set(COLUMNS[key]) for key in ("account", "booked", "amount"))


def read(text: str) -> Iterator[Statement]:
    """One statement per account and currency, in the order of their first lines."""
    if len(text) > csv.field_size_limit() and "\n" not in text[: csv.field_size_limit()]:
        raise StatementError("malformed", message="line too long", line=1)
    rows = csv.reader(StringIO(text.lstrip("\ufeff")), delimiter=";")
    try:
        places = _find_columns(next(rows, []))
        accounts: dict[tuple[str, str], list[Entry]] = {}
        for number, row in enumerate(rows, 2):
            if any(cell.strip() for cell in row):
                account, entry = _read_row(row, places, number)
                accounts.setdefault((account, entry.currency), []).append(entry)
    except csv.Error as error:
        raise StatementError("malformed", message=str(error), line=rows.line_num) from error
    if not accounts:
        raise StatementError("no_statement")
    for (account, currency), entries in accounts.items():
        days = [entry.booking_date for entry in entries if entry.booking_date]
        yield Statement(
            kind="statement",
            account=account,
            currency=currency,
            date=max(days, default=None),
            entries=tuple(entries),
        )


def _find_columns(header: list[str]) -> dict[str, int]:
    names = [clean(name).lower() for name in header]
    places = {
        key: names.index(name)
        for key, choices in COLUMNS.items()
        for name in reversed(choices)
        if name in names
    }
    missing = [COLUMNS[key][0] for key in REQUIRED if key not in places]
    if missing:
        raise StatementError("columns", columns=missing)
    return places


def _read_row(row: list[str], places: dict[str, int], number: int) -> tuple[str, Entry]:
    def cell(key: str) -> str:
        place = places.get(key)
        return clean(row[place]) if place is not None and place < len(row) else ""

    place = f"line {number}"
    currency = cell("currency").upper()
    account = cell("account").replace(" ", "").upper()
    if not account or not re.fullmatch("[A-Z]{3}", currency):
        raise StatementError("malformed", message="no account or currency", line=number)
    amount = read_amount(_plain(cell("amount")), currency, place)
    text, kind = cell("text"), cell("kind")
    is_return = amount < 0 and bool(
        cell("original") or re.search("r(ue|ü)cklast|retoure", kind, re.IGNORECASE)
    )
    detail = Detail(
        amount=amount,
        currency=currency,
        end_to_end_id=cell("end_to_end"),
        mandate_id=cell("mandate"),
        creditor_id=cell("creditor"),
        batch_id=cell("batch"),
        original_amount=_soft(cell("original"), currency),
        charges=_soft(cell("charges"), currency),
        reason=read_reason("109", "", text) if is_return else "",
        name=cell("name"),
        iban=cell("iban").replace(" ", "").upper(),
        bic=cell("bic"),
        remittance=(text,) if text else (),
        codes=("109",) if is_return else (),
    )
    info = cell("info").lower()
    entry = Entry(
        amount=amount,
        currency=currency,
        booking_date=_day(cell("booked"), place),
        value_date=_day(cell("value"), place),
        status="PDNG" if "vorgemerkt" in info else "BOOK",
        codes=detail.codes,
        batch_id=detail.batch_id,
        info=kind,
        details=(detail,),
    )
    return account, check_details(entry)


def _plain(text: str) -> str:
    """An amount without grouping points: ``1.234,50`` and ``-26,96``.

    >>> _plain("1.234,50"), _plain("1234.5")
    ('1234,50', '1234.5')
    """
    return text.replace(".", "") if _GROUPED(text) or "," in text else text


def _soft(text: str, currency: str) -> Decimal | None:
    try:
        return abs(read_amount(_plain(text), currency)) if text else None
    except StatementError:
        return None


def _day(text: str, place: str) -> date | None:
    """The day in ``23.07.26`` or ``23.07.2026``."""
    if not text.strip("0."):
        return None
    found = _DAY(text)
    try:
        if found:
            year = int(found[3])
            return date(year + 2000 if year < 100 else year, int(found[2]), int(found[1]))
        return date.fromisoformat(text)
    except ValueError as error:
        raise StatementError("date", value=text, place=place) from error

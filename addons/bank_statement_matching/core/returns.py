"""Which entries are return debits, and how they split into what was collected and fees."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from .records import Detail, Entry

# MT940 subfield ?34 -> reason of ISO 20022; 914 stands for what banks may not tell.
RETURN_KEYS = {"901": "AC01", "903": "AC06", "912": "MD06", "914": "MS03"}
CODES = frozenset(
    [
        "AC01",
        "AC04",
        "AC06",
        "AC13",
        "AG01",
        "AG02",
        "AM04",
        "AM05",
        "BE04",
        "BE05",
        "BE07",
        "CNOR",
        "DNOR",
        "FF01",
        "FF05",
        "MD01",
        "MD02",
        "MD06",
        "MD07",
        "MS02",
        "MS03",
        "RC01",
        "RR01",
        "RR02",
        "RR03",
        "RR04",
        "SL01",
        "TM01",
    ]
)
_NAMED = re.compile(r"r(?:ü|ue)ckgabegrund:?\s*([A-Z]{2}[0-9]{2})", re.IGNORECASE)
_BARE = re.compile(rf"\b({'|'.join(sorted(CODES))})\b")
_WORDS = (
    (re.compile(r"SONSTIGE GR(?:UE|Ü)NDE", re.IGNORECASE), "MS03"),
    (re.compile(r"LASTSCHRIFTWIDERSPRUCH", re.IGNORECASE), "MD06"),
    (re.compile(r"KONTO (?:ERLOSCHEN|AUFGEL(?:OE|Ö)ST)", re.IGNORECASE), "AC04"),
)
# German business transaction codes of returned debits, alone or as in NRTI+109+00931.
_GERMAN = re.compile(r"(?:^|\+)(108|109)(?:\+|$)")
_TEXT = re.compile(
    r"r(?:ü|ue)ckgabegrund|retoure[ .-]*(?:sepa)?[ .-]*lastschr|lastschr[a-z.]*[ .-]*retoure"
    r"|r(?:ü|ue)cklastschrift",
    re.IGNORECASE,
)
NOT_PROVIDED = frozenset({"", "NOTPROVIDED", "NONREF"})


@dataclass(frozen=True, slots=True)
class ReturnDebit:
    """A collection that came back, as far as the statement tells.

    Amounts are positive: ``amount`` left the account, of which ``original_amount`` was collected
    and ``charges`` are fees of banks. They are ``None`` where the bank does not tell, then they
    follow from the collection. ``is_bundle``: several returns in one entry, without details.
    """

    amount: Decimal
    original_amount: Decimal | None
    charges: Decimal | None
    reason: str
    end_to_end_id: str
    mandate_id: str
    iban: str
    name: str
    batch_id: str
    text: str
    is_bundle: bool = False
    problems: tuple[str, ...] = ()


def read_reason(code: str, key: str, text: str) -> str:
    """Why a debit came back, for bookings with the German code of returns; else nothing.

    >>> read_reason("109", "914", ""), read_reason("109", "", "Rueckgabegrund: MD06 Widerspruch")
    ('MS03', 'MD06')
    >>> read_reason("166", "914", "MD06")
    ''
    """
    if code not in ("108", "109"):
        return ""
    found = _NAMED.search(text) or _BARE.search(text)
    if key.strip() in RETURN_KEYS:
        return RETURN_KEYS[key.strip()]
    if found:
        return found[1].upper()
    return next((reason for pattern, reason in _WORDS if pattern.search(text)), "")


def classify(entry: Entry) -> tuple[ReturnDebit, ...]:
    """The return debits of an entry: one per payment, or one bundle when it has no payments.

    Nothing that comes in is a return debit: with a reason for a return it is a transfer of ours
    that came back.

    >>> detail = Detail(amount=Decimal("-15.50"), original_amount=Decimal(10), reason="MD06")
    >>> codes = ("PMNT/IDDT/UPDD",)
    >>> [found] = classify(Entry(Decimal("-15.50"), "EUR", codes=codes, details=(detail,)))
    >>> found.reason, found.charges
    ('MD06', Decimal('5.50'))
    >>> classify(Entry(Decimal("15.50"), "EUR", codes=codes, details=(detail,)))
    ()
    """
    if entry.amount >= 0:
        return ()
    if not entry.details:
        bundle = Detail(amount=entry.amount, charges=entry.charges)
        if _is_return(entry, bundle):
            return (_split(entry, bundle, is_bundle=True),)
        return ()
    return tuple(
        _split(entry, detail, is_bundle=(entry.batch_count or 1) > len(entry.details))
        for detail in entry.details
        if _is_return(entry, detail)
    )


def _is_return(entry: Entry, detail: Detail) -> bool:
    codes = (*entry.codes, *detail.codes)
    if any(_GERMAN.search(code) for code in codes):
        return True
    families = {code.split("/")[1] for code in codes if code.count("/") >= 1}
    if detail.reason and families <= {"IDDT"}:
        return True
    if "IDDT" in families:  # nothing else of issued debits goes out
        return True
    if entry.is_reversal and detail.end_to_end_id not in NOT_PROVIDED:
        return True
    # Texts count only where no code says that it is something else.
    return not families and bool(_TEXT.search(f"{entry.info} {detail.text}"))


def _split(entry: Entry, detail: Detail, *, is_bundle: bool) -> ReturnDebit:
    """Amount = original amount + charges, whichever two are known; else it is told."""
    amount = abs(entry.amount if detail.amount is None else detail.amount)
    if len(entry.details) == 1:
        amount = abs(entry.amount)  # what banks give for the payment may leave out the charges
    original, charges = detail.original_amount, detail.charges
    if charges is None and len(entry.details) <= 1:
        charges = entry.charges
    problems = list(entry.problems)
    if original is None and charges is not None:
        original = amount - charges
    elif original is not None and charges is None:
        charges = amount - original
    if (
        original is not None
        and charges is not None
        and (original + charges != amount or original <= 0 or charges < 0)
    ):
        problems.append("return_sum")
    return ReturnDebit(
        amount=amount,
        original_amount=original,
        charges=charges,
        reason=detail.reason,
        end_to_end_id="" if detail.end_to_end_id in NOT_PROVIDED else detail.end_to_end_id,
        mandate_id=detail.mandate_id,
        iban=detail.iban,
        name=detail.name,
        batch_id=detail.batch_id or entry.batch_id,
        text=detail.text,
        is_bundle=is_bundle,
        problems=tuple(problems),
    )

"""ISO 20022 camt.052, camt.053 and camt.054, versions 02 to 10 and what banks make of them.

The schema never decides whether a statement is read: elements are looked up by their local names,
in the places of all versions. Read as a stream by a parser that expands no entities, loads nothing
and knows limits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from io import BytesIO
from typing import Any

from lxml import etree

from .records import (
    Detail,
    Entry,
    Statement,
    StatementError,
    check_details,
    clean,
    prove,
    read_amount,
    read_date,
)

MAX_DEPTH = 40
MAX_ENTRIES = 500_000
KINDS = {"Stmt": "statement", "Rpt": "report", "Ntfctn": "notification"}
# Balances by ISO: the first that is there counts.
OPENING = ("OPBD", "PRCD")
CLOSING = ("CLBD", "ITBD")


def read(content: bytes) -> Iterator[Statement]:
    """The statements of a file, proved where it has the balances for it."""
    found = False
    try:
        for statement in _read_stream(content):
            found = True
            yield statement
    except (etree.LxmlError, ValueError, LookupError) as error:
        line = getattr(error, "lineno", None) or 0
        raise StatementError("malformed", message=str(error)[:200], line=line) from error
    if not found:
        raise StatementError("no_statement")


def _read_stream(content: bytes) -> Iterator[Statement]:
    # Entities stay unexpanded, nothing is fetched, libxml2 keeps its limits of size and depth.
    parser = etree.iterparse(
        BytesIO(content),
        events=("start", "end"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    depth, message_id, entries = 0, "", list[Entry]()
    for event, element in parser:
        if event == "start":
            depth += 1
            _check_start(element, depth)
            continue
        depth -= 1
        name = etree.QName(element).localname
        if name == "GrpHdr":
            message_id = _text(element, "MsgId")
        elif name == "Ntry" and _name(element.getparent()) in KINDS:
            entries.append(_read_entry(element, len(entries) + 1))
            if len(entries) > MAX_ENTRIES:
                raise StatementError("too_many", limit=MAX_ENTRIES)
            _forget(element)
        elif name in KINDS:
            yield _read_statement(element, KINDS[name], message_id, tuple(entries))
            entries = []
            _forget(element)


def _check_start(element: Any, depth: int) -> None:  # noqa: ANN401 - lxml has no types
    if depth == 1 and element.getroottree().docinfo.internalDTD is not None:
        raise StatementError("doctype")
    if depth > MAX_DEPTH:
        raise StatementError("too_deep", limit=MAX_DEPTH)


def _forget(element: Any) -> None:  # noqa: ANN401
    """Keep memory flat: what was read is dropped, with the text before it."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        previous = element.getprevious()
        if _name(previous) not in {"Ntry", *KINDS}:
            break
        parent.remove(previous)


# === LOOKING UP === #


@cache
def _path(path: str) -> str:
    return "/".join(f"{{*}}{name}" for name in path.split("/"))


def _name(element: Any) -> str:  # noqa: ANN401
    return "" if element is None else etree.QName(element).localname


def _text(element: Any, *paths: str) -> str:  # noqa: ANN401
    """The first text that is there at one of the paths."""
    for path in paths:
        for found in element.iterfind(_path(path)):
            text = clean(found.text)
            if text:
                return text
    return ""


def _all(element: Any, path: str) -> list[Any]:  # noqa: ANN401
    return list(element.iterfind(_path(path)))


def _money(element: Any, path: str, place: str) -> tuple[Decimal, str] | None:  # noqa: ANN401
    """Amount and currency at a path; ``None`` when there is none."""
    found = element.find(_path(path))
    if found is None:
        return None
    currency = (found.get("Ccy") or "").upper()
    return read_amount(found.text, currency, place), currency


def _soft_money(element: Any, paths: tuple[str, ...]) -> tuple[Decimal, str] | None:  # noqa: ANN401
    """As ``_money`` for what only informs: an amount that cannot be read is not there."""
    for path in paths:
        try:
            money = _money(element, path, path)
        except StatementError:
            continue
        if money:
            return money
    return None


def _sign(element: Any) -> int | None:  # noqa: ANN401
    return {"CRDT": 1, "DBIT": -1}.get(_text(element, "CdtDbtInd").upper())


def _codes(element: Any) -> tuple[str, ...]:  # noqa: ANN401
    """Bank transaction codes: ISO domain, family and sub-family in one, then the bank's own."""
    iso = [_text(element, f"BkTxCd/Domn/{part}") for part in ("Cd", "Fmly/Cd", "Fmly/SubFmlyCd")]
    own = _text(element, "BkTxCd/Prtry/Cd")
    return tuple(filter(None, ("/".join(iso).strip("/"), own)))


# === STATEMENT === #


def _read_statement(
    element: Any,  # noqa: ANN401
    kind: str,
    message_id: str,
    entries: tuple[Entry, ...],
) -> Statement:
    account = clean(_text(element, "Acct/Id/IBAN", "Acct/Id/Othr/Id", "Acct/Id/PrtryAcct/Id"))
    if not account:
        raise StatementError("no_account", statement=_text(element, "Id"))
    currency = _account_currency(element, entries)
    balances = _balances(element, currency)
    opening = next((balances[code] for code in OPENING if code in balances), None)
    closing = next((balances[code] for code in CLOSING if code in balances), None)
    statement = Statement(
        kind=kind,
        account=account.replace(" ", "").upper(),
        currency=currency,
        id=_text(element, "Id"),
        number=_text(element, "LglSeqNb", "ElctrncSeqNb"),
        message_id=message_id,
        date=closing[1] if closing else read_date(_text(element, "CreDtTm")),
        opening=opening[0] if opening else None,
        closing=closing[0] if closing else None,
        entries=entries,
        problems=_foreign(account, currency, entries),
    )
    # Reports and notifications list only a part of what moved their balances.
    return prove(statement) if kind == "statement" else statement


def _account_currency(element: Any, entries: tuple[Entry, ...]) -> str:  # noqa: ANN401
    said = _text(element, "Acct/Ccy").upper()
    if said:
        return said
    if entries:
        return entries[0].currency
    balance = element.find(_path("Bal/Amt"))
    return (balance.get("Ccy") or "").upper() if balance is not None else ""


def _foreign(
    account: str, currency: str, entries: tuple[Entry, ...]
) -> tuple[StatementError, ...]:
    """An account moves in one currency: entries in another would be booked wrongly."""
    others = sorted({entry.currency for entry in entries if entry.is_booked} - {currency})
    if not others:
        return ()
    return (StatementError("currency", account=account, currency=currency, others=others),)


def _balances(
    element: Any,  # noqa: ANN401
    currency: str,
) -> dict[str, tuple[Decimal, date | None]]:
    """Code -> signed amount and date. Of several the first opens and the last closes.

    Available balances say nothing of the entries, those in another currency prove nothing.
    """
    balances: dict[str, tuple[Decimal, date | None]] = {}
    for balance in _all(element, "Bal"):
        code = _text(balance, "Tp/CdOrPrtry/Cd", "Tp/CdOrPrtry/Prtry", "Tp/Cd").upper()
        if code not in OPENING + CLOSING or (code in balances and code in OPENING):
            continue
        money = _money(balance, "Amt", "Bal")
        sign = _sign(balance)
        if money and sign and money[1] == currency:
            day = read_date(_text(balance, "Dt/Dt", "Dt/DtTm"), "Bal")
            balances[code] = (sign * money[0], day)
    return balances


# === ENTRY === #


def _read_entry(element: Any, number: int) -> Entry:  # noqa: ANN401
    place = f"Ntry {number}"
    money, sign = _money(element, "Amt", place), _sign(element)
    if money is None or sign is None:
        raise StatementError("amount", value="", place=place)
    amount, currency = sign * money[0], money[1]
    details = tuple(
        _read_detail(detail, sign, currency) for detail in _all(element, "NtryDtls/TxDtls")
    )
    if len(details) == 1:
        details = (_complete(details[0], amount),)
    count = _text(element, "NtryDtls/Btch/NbOfTxs")
    entry = Entry(
        amount=amount,
        currency=currency,
        booking_date=read_date(_text(element, "BookgDt/Dt", "BookgDt/DtTm"), place),
        value_date=read_date(_text(element, "ValDt/Dt", "ValDt/DtTm"), place),
        status=(_text(element, "Sts/Cd", "Sts", "Sts/Prtry") or "BOOK").upper(),
        is_reversal=_text(element, "RvslInd").lower() in ("true", "1"),
        codes=_codes(element),
        reference=_text(element, "AcctSvcrRef"),
        entry_reference=_text(element, "NtryRef"),
        batch_id=_text(element, "NtryDtls/Btch/PmtInfId"),
        batch_count=int(count) if count.isascii() and count.isdigit() and len(count) < 9 else None,
        charges=_charges(element),
        info=_text(element, "AddtlNtryInf"),
        details=details,
    )
    return check_details(entry)


def _complete(detail: Detail, amount: Decimal) -> Detail:
    """An only payment is the entry: some banks leave its amount out, or give the original's."""
    if detail.amount is None or not detail.amount:
        return replace(detail, amount=amount)
    return detail


def _charges(element: Any) -> Decimal | None:  # noqa: ANN401
    """The sum of charges: one per bank in version 02, records in later ones."""
    total, found = Decimal(0), False
    for charge in _all(element, "Chrgs") + _all(element, "Chrgs/Rcrd"):
        try:
            money = _money(charge, "Amt", "Chrgs")
        except StatementError:
            continue
        if money:
            total, found = total + money[0], True
    if found:
        return total
    whole = _soft_money(element, ("Chrgs/TtlChrgsAndTaxAmt",))
    return whole[0] if whole else None


def _read_detail(element: Any, sign: int, currency: str) -> Detail:  # noqa: ANN401
    own = _sign(element) or sign
    money = _soft_money(element, ("Amt", "AmtDtls/TxAmt/Amt"))
    instructed = _soft_money(element, ("AmtDtls/InstdAmt/Amt",))
    original = _soft_money(
        element, ("RtrInf/OrgnlTxRef/Amt/InstdAmt", "OrgnlTxRef/IntrBkSttlmAmt")
    )
    is_same = money is not None and money[1] in ("", currency)
    name, iban, bic = _other_side(element, own)
    return Detail(
        amount=own * money[0] if money and is_same else None,
        currency=money[1] if money else "",
        end_to_end_id=_text(element, "Refs/EndToEndId"),
        # Version 02 was published with a slip that some banks copied.
        mandate_id=_text(element, "Refs/MndtId", "Refs/MntId"),
        creditor_id=_text(
            element,
            "RltdPties/Cdtr/Id/PrvtId/Othr/Id",
            "RltdPties/Cdtr/Pty/Id/PrvtId/Othr/Id",
        ),
        transaction_id=_text(element, "Refs/TxId", "Refs/AcctSvcrRef", "Refs/InstrId"),
        batch_id=_text(element, "Refs/PmtInfId"),
        instructed_amount=instructed[0] if instructed else None,
        original_amount=(original or instructed or (None,))[0],
        charges=_charges(element),
        reason=_text(element, "RtrInf/Rsn/Cd", "RtrInf/Rsn/Prtry", "RtrInf/RtrRsn/Cd"),
        name=name,
        iban=iban,
        bic=bic,
        remittance=_remittance(element),
        reference=_text(element, "RmtInf/Strd/CdtrRefInf/Ref", "RmtInf/Strd/CdtrRefInf/CdtrRef"),
        codes=_codes(element),
    )


def _other_side(element: Any, sign: int) -> tuple[str, str, str]:  # noqa: ANN401
    """Name, IBAN and BIC of who paid or was paid. For a return that is the debtor again."""
    is_return = element.find(_path("RtrInf")) is not None or "IDDT" in "".join(_codes(element))
    # A return goes the way back: what comes in was our transfer, what goes out our collection.
    role = "Dbtr" if (sign > 0) != is_return else "Cdtr"
    if sign > 0 and "IDDT" in "".join(_codes(element)):
        role = "Dbtr"
    name = _text(
        element,
        f"RltdPties/{role}/Nm",
        f"RltdPties/{role}/Pty/Nm",
        f"RltdPties/Ultmt{role}/Nm",
        f"RltdPties/Ultmt{role}/Pty/Nm",
    )
    iban = _text(element, f"RltdPties/{role}Acct/Id/IBAN", f"RltdPties/{role}Acct/Id/Othr/Id")
    agent = f"RltdAgts/{role}Agt/FinInstnId"
    bic = _text(element, f"{agent}/BICFI", f"{agent}/BIC")
    return name, iban.replace(" ", "").upper(), bic


def _remittance(element: Any) -> tuple[str, ...]:  # noqa: ANN401
    lines = [clean(line.text) for line in _all(element, "RmtInf/Ustrd")]
    lines += [clean(line.text) for line in _all(element, "RmtInf/Strd/AddtlRmtInf")]
    lines.append(_text(element, "RmtInf/Strd/RfrdDocInf/Nb"))
    if not any(lines):
        lines.append(_text(element, "AddtlTxInf"))
    return tuple(filter(None, lines))

"""Lessons of real files, each a test: lenient reading, strict sums."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.bank_statement_matching.core import detect, returns
from odoo.addons.bank_statement_matching.core.records import Statement, StatementError


def camt(
    body: str, head: str = "", kind: str = "BkToCstmrStmt/Stmt", version: str = "08"
) -> bytes:
    outer, inner = kind.split("/")
    return (
        f'<?xml version="1.0"?>{head}'
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}">'
        f"<{outer}><GrpHdr><MsgId>M</MsgId></GrpHdr><{inner}><Id>S</Id>"
        f"<Acct><Id><IBAN>DE02300606010002474689</IBAN></Id><Ccy>EUR</Ccy></Acct>{body}"
        f"</{inner}></{outer}></Document>"
    ).encode()


def balances(opening: str, closing: str) -> str:
    return "".join(
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
        f'<Amt Ccy="EUR">{amount.lstrip("-")}</Amt>'
        f"<CdtDbtInd>{'DBIT' if amount[0] == '-' else 'CRDT'}</CdtDbtInd>"
        "<Dt><Dt>2026-01-20</Dt></Dt></Bal>"
        for code, amount in (("OPBD", opening), ("CLBD", closing))
    )


def entry(amount: str, sign: str = "CRDT", inner: str = "", currency: str = "EUR") -> str:
    return (
        f'<Ntry><Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd>'
        f"<Sts>BOOK</Sts><BookgDt><Dt>2026-01-20</Dt></BookgDt>{inner}</Ntry>"
    )


def read(content: bytes) -> tuple[Statement, ...]:
    return detect.read(content)[1]


def refused(content: bytes, limit: int = detect.MAX_BYTES) -> str:
    with pytest.raises(StatementError) as error:
        detect.read(content, limit)
    return error.value.code


# === CAMT === #


@pytest.mark.parametrize("version", ["02", "04", "06", "08", "10"])
def test_versions_are_read_alike(version: str) -> None:
    [statement] = read(camt(balances("10.00", "15.00") + entry("5.00"), version=version))
    assert statement.is_proved
    assert [item.amount for item in statement.entries] == [Decimal("5.00")]


@pytest.mark.parametrize("status", ["<Sts>BOOK</Sts>", "<Sts><Cd>BOOK</Cd></Sts>", ""])
def test_status_in_all_shapes(status: str) -> None:
    body = entry("5").replace("<Sts>BOOK</Sts>", status)
    assert read(camt(body))[0].entries[0].is_booked


def test_pending_entries_are_no_money() -> None:
    pending = entry("7").replace("BOOK</Sts>", "PDNG</Sts>")
    [statement] = read(camt(balances("10", "15") + entry("5") + pending))
    assert statement.is_proved
    assert [item.is_booked for item in statement.entries] == [True, False]


def test_without_namespace_and_with_prefix() -> None:
    plain = camt(entry("5")).replace(
        b' xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"', b""
    )
    assert read(plain)[0].entries[0].amount == 5
    prefixed = (
        b'<n:Document xmlns:n="x"><n:BkToCstmrStmt><n:Stmt><n:Acct><n:Id><n:IBAN>X1</n:IBAN>'
    )
    prefixed += b"</n:Id></n:Acct></n:Stmt></n:BkToCstmrStmt></n:Document>"
    assert read(prefixed)[0].account == "X1"


def test_sum_that_does_not_fit() -> None:
    [statement] = read(camt(balances("10", "20") + entry("5")))
    [problem] = statement.problems
    assert (problem.code, problem.data["difference"]) == ("sum", "5.00")
    assert not statement.is_proved


@pytest.mark.parametrize(("closing", "amount"), [("5.00", -5), ("15.00", 5)])
def test_sign_of_a_reversal_is_what_the_balances_prove(closing: str, amount: int) -> None:
    body = entry("5", inner="<RvslInd>true</RvslInd>")
    [statement] = read(camt(balances("10.00", closing) + body))
    assert statement.is_proved
    assert statement.entries[0].amount == amount


def test_several_accounts_in_one_file() -> None:
    second = camt("").replace(b"DE02300606010002474689", b"DE99")
    inner = second[second.index(b"<Stmt>") : second.index(b"</BkTo")]
    content = camt(entry("5")).replace(b"</BkTo", inner + b"</BkTo")
    assert [(s.account[:4], len(s.entries)) for s in read(content)] == [("DE02", 1), ("DE99", 0)]


def test_amounts_beyond_the_currency() -> None:
    assert read(camt(entry("18.15000")))[0].entries[0].amount == Decimal("18.15")
    assert refused(camt(entry("18.15001"))) == "precision"
    assert refused(camt(entry("1e5"))) == "amount"
    assert refused(camt(entry(""))) == "amount"


def test_foreign_currency_is_a_problem() -> None:
    [statement] = read(camt(entry("5", currency="USD")))
    assert [problem.code for problem in statement.problems] == ["currency"]


def test_returned_transfer_is_no_return_debit() -> None:
    detail = "<NtryDtls><TxDtls><RtrInf><Rsn><Cd>AC01</Cd></Rsn></RtrInf></TxDtls></NtryDtls>"
    [statement] = read(camt(entry("5", "CRDT", detail)))
    assert returns.classify(statement.entries[0]) == ()


RETURN = (
    "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>IDDT</Cd><SubFmlyCd>UPDD</SubFmlyCd></Fmly></Domn>"
    "</BkTxCd><NtryDtls>{batch}<TxDtls><Refs><EndToEndId>E1</EndToEndId><MndtId>M1</MndtId></Refs>"
    "{money}{charges}<RtrInf><Rsn><Cd>MS03</Cd></Rsn></RtrInf></TxDtls></NtryDtls>"
)
INSTRUCTED = '<AmtDtls><InstdAmt><Amt Ccy="EUR">10.00</Amt></InstdAmt></AmtDtls>'
CHARGE = '<Chrgs><Amt Ccy="EUR">{}</Amt></Chrgs>'
RECORDS = '<Chrgs><Rcrd><Amt Ccy="EUR">5.50</Amt></Rcrd></Chrgs>'


@pytest.mark.parametrize(
    ("money", "charges"),
    [
        (INSTRUCTED, CHARGE.format("3.00") + CHARGE.format("2.50")),
        (INSTRUCTED, RECORDS),
        (INSTRUCTED, ""),
        ("", RECORDS),
    ],
)
def test_return_splits_into_original_and_charges(money: str, charges: str) -> None:
    inner = RETURN.format(batch="", money=money, charges=charges)
    [statement] = read(camt(entry("15.50", "DBIT", inner)))
    [found] = returns.classify(statement.entries[0])
    assert (found.amount, found.original_amount, found.charges) == (
        Decimal("15.50"),
        Decimal("10.00"),
        Decimal("5.50"),
    )
    assert (found.reason, found.end_to_end_id, found.mandate_id) == ("MS03", "E1", "M1")
    assert not found.problems


def test_return_whose_parts_do_not_add_up_needs_a_look() -> None:
    inner = RETURN.format(batch="", money=INSTRUCTED, charges=CHARGE.format("1.00"))
    [statement] = read(camt(entry("15.50", "DBIT", inner)))
    [found] = returns.classify(statement.entries[0])
    assert found.problems == ("return_sum",)


def test_bundle_of_returns_without_any_detail() -> None:
    code = "<BkTxCd><Prtry><Cd>NRTI+109+00931</Cd></Prtry></BkTxCd>"
    [statement] = read(camt(entry("30", "DBIT", code)))
    [found] = returns.classify(statement.entries[0])
    assert found.is_bundle
    assert found.original_amount is None


def test_own_payment_by_debit_is_no_return() -> None:
    code = (
        "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RDDT</Cd><SubFmlyCd>ESDD</SubFmlyCd></Fmly></Domn>"
        "</BkTxCd><NtryDtls><TxDtls><RmtInf><Ustrd>Entgelt Ruecklastschrift</Ustrd></RmtInf>"
        "</TxDtls></NtryDtls>"
    )
    [statement] = read(camt(entry("30", "DBIT", code)))
    assert returns.classify(statement.entries[0]) == ()


def test_batch_and_payments_that_do_not_add_up() -> None:
    inner = (
        "<NtryDtls><Btch><PmtInfId>P1</PmtInfId><NbOfTxs>2</NbOfTxs></Btch>"
        '<TxDtls><Amt Ccy="EUR">1</Amt></TxDtls>'
        '<TxDtls><Amt Ccy="EUR">{}</Amt></TxDtls></NtryDtls>'
    )
    [good] = read(camt(entry("5", inner=inner.format("4"))))[0].entries
    [bad] = read(camt(entry("5", inner=inner.format("3"))))[0].entries
    assert (good.batch_id, good.batch_count, good.problems) == ("P1", 2, ())
    assert bad.problems == ("detail_sum",)


# === MT940 === #


def mt940(*lines: str) -> bytes:
    return "\r\n".join([":20:X", ":25:20070000/0123456601", ":28C:1/1", *lines, "-"]).encode()


RETURNED = (
    ":61:2606080608D12,35NRTIKREF+//201602",
    "/OCMT/EUR11,85//CHGS/EUR0,50/",
    ":86:109",
    "?00RETOURE?20EREF+A1.200080779.400143254?21.4961336 KREF+1234567890 MR?22EF+230852",
    " SVWZ+RUECKGABE?31DE50712345600200691329?32TES",
    "TER?34914?60 GRUND: SONSTIGE",
)


def test_mt940_return_with_split_keywords() -> None:
    [statement] = read(mt940(":60F:C260605EUR20,00", *RETURNED, ":62F:C260608EUR7,65"))
    assert statement.is_proved
    [found] = returns.classify(statement.entries[0])
    assert found.end_to_end_id == "A1.200080779.400143254.4961336"
    assert (found.mandate_id, found.reason, found.name) == ("230852", "MS03", "TESTER")
    assert (found.original_amount, found.charges) == (Decimal("11.85"), Decimal("0.50"))
    assert "GRUND" in found.text


def test_mt940_date_of_zeros_and_impossible_day() -> None:
    line = ":61:2602310228C5,NTRFNONREF"
    [statement] = read(mt940(":60F:C000000EUR0,", line, ":62F:C260228EUR5,"))
    assert statement.is_proved
    assert statement.entries[0].value_date == date(2026, 2, 28)


def test_mt940_booking_in_another_year() -> None:
    line = ":61:2512310102C5,NTRFNONREF"
    [statement] = read(mt940(":60F:C251231EUR0,", line, ":62F:C260102EUR5,"))
    assert statement.entries[0].booking_date == date(2026, 1, 2)


@pytest.mark.parametrize(("mark", "amount"), [("RD", 5), ("RC", -5), ("DR", -5), ("CR", 5)])
def test_mt940_marks(mark: str, amount: int) -> None:
    closing = f"{'C' if amount > 0 else 'D'}260102EUR5,"
    line = f":61:2601020102{mark}5,NTRFNONREF"
    [statement] = read(mt940(":60F:C260101EUR0,", line, f":62F:{closing}"))
    assert statement.entries[0].amount == amount
    assert statement.is_proved


def test_mt940_in_old_encoding() -> None:
    text = mt940(":60F:C260101EUR0,", ":61:260102C5,NTRF", ":86:166?00X?32M\u00fcller")
    [statement] = read(text.decode().encode("cp1252"))
    assert statement.entries[0].details[0].name == "M\u00fcller"


# === CSV-CAMT === #

HEADER = (
    '"Auftragskonto";"Buchungstag";"Valutadatum";"Buchungstext";"Verwendungszweck";'
    '"Mandatsreferenz";"Kundenreferenz (End-to-End)";"Lastschrift Ursprungsbetrag";'
    '"Auslagenersatz Ruecklastschrift";"Betrag";"Waehrung";"Info"\n'
)


def test_csv_return() -> None:
    row = '"DE66";"23.07.26";"23.07.26";"RUECKLASTSCHRIFT";"Rueckgabegrund: AC04 Konto";"M1";"E1";'
    row += '"-11,85";"-0,50";"-12,35";"EUR";"Umsatz gebucht"\n'
    [statement] = read((HEADER + row).encode("cp1252"))
    [found] = returns.classify(statement.entries[0])
    assert (found.reason, found.original_amount, found.charges) == (
        "AC04",
        Decimal("11.85"),
        Decimal("0.50"),
    )


def test_csv_without_a_column() -> None:
    assert refused(HEADER.replace("Waehrung", "W").encode() + b'"x"\n') == "columns"


# === FILES THAT ARE NOT RIGHT === #

LAUGHS = (
    '<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa">'
    + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]>"
)
OUTSIDE = '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"hello", "unknown_format"),
        (b"\xff\xfe\x00\x01binary\x00", "encoding"),
        (camt("<AddtlStmtInf>&i;</AddtlStmtInf>", LAUGHS), "doctype"),
        (camt("<AddtlStmtInf>&x;</AddtlStmtInf>", OUTSIDE), "doctype"),
        (camt(entry("5"))[:-40], "malformed"),
        (camt("<a>" * 60 + "</a>" * 60), "too_deep"),
        (camt(entry("5")).replace(b"<Id>S", b"<Id>\xe4"), "malformed"),
        (b"<html><body>Login</body></html>", "no_statement"),
        (b'<?xml version="1.0" encoding="klingon"?><a/>', "malformed"),
        (camt("").replace(b"DE02300606010002474689", b""), "no_account"),
        (camt(entry("5")).replace(b"2026-01-20", b"2026-13-20"), "date"),
        (b"PK\x03\x04broken", "malformed"),
    ],
)
def test_refused(content: bytes, code: str) -> None:
    assert refused(content) == code


def test_too_large() -> None:
    assert refused(b"x" * 101, limit=100) == "too_large"


def test_zip_holds_several_and_no_bomb() -> None:
    import io
    import zipfile

    def pack(*parts: bytes) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for number, part in enumerate(parts):
                archive.writestr(f"{number}.xml", part)
        return out.getvalue()

    assert len(read(pack(camt(entry("5")), camt(entry("6"))))) == 2
    assert refused(pack(b" " * 5_000_000), limit=1_000_000) == "too_large"
    assert refused(pack(pack(camt("")))) == "unknown_format"


@given(st.lists(st.decimals(Decimal("-999"), Decimal("999"), places=2), max_size=20))
def test_sums_prove_whatever_the_entries(amounts: list[Decimal]) -> None:
    entries = "".join(entry(str(abs(a)), "DBIT" if a < 0 else "CRDT") for a in amounts)
    total = sum(amounts, Decimal("100.00"))
    [right] = read(camt(balances("100.00", f"{total:.2f}") + entries))
    [wrong] = read(camt(balances("100.00", f"{total + 1:.2f}") + entries))
    assert right.is_proved
    assert not right.problems
    assert [problem.code for problem in wrong.problems] == ["sum"]

"""MT940 and CSV-CAMT in the shapes that banks give them, and the limits of all files."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.bank_statement_matching.core import detect, returns
from odoo.addons.bank_statement_matching.core.records import StatementError

from .test_reading import camt, entry, mt940, read, refused

D = Decimal

# === MT940 === #


@pytest.mark.parametrize(
    ("value", "booked", "expected"),
    [
        ("260102", "1231", date(2025, 12, 31)),
        ("251231", "0102", date(2026, 1, 2)),
        ("260301", "0301", date(2026, 3, 1)),
        ("260301", "", date(2026, 3, 1)),
        ("000000", "", date(2026, 1, 1)),
        ("000000", "0105", date(2026, 1, 5)),
    ],
)
def test_mt940_booking_days(value: str, booked: str, expected: date) -> None:
    line = f":61:{value}{booked}C5,NTRFNONREF"
    [statement] = read(mt940(":60F:C260101EUR0,", line, ":62F:C260102EUR5,"))
    assert statement.entries[0].booking_date == expected


def test_mt940_amounts_of_the_bank() -> None:
    text = ":86:109?00X?20OAMT+11,85?21COAM+0,50?22EREF+A1"
    [statement] = read(
        mt940(":60F:C260101EUR20,", ":61:260102D12,35NTRF", text, ":62F:C260102EUR7,65")
    )
    [found] = returns.classify(statement.entries[0])
    assert (found.original_amount, found.charges, found.problems) == (D("11.85"), D("0.50"), ())
    assert refused(mt940(":60F:C260101JPY20,5", ":62F:C260102JPY20,5")) == "precision"
    debit = mt940(":60F:D260101EUR5,", ":61:260102C5,NTRF", ":62F:C260102EUR0,")
    assert read(debit)[0].is_proved


def test_mt940_keywords_and_the_line_below_the_entry() -> None:
    """What the keywords say counts; what they do not say is taken from the entry."""
    line = ":61:260102D12,35NTRFMYREF//BANKREF\r\n/OCMT/EUR11,85//CHGS/EUR0,50/"
    for words, expected in (("COAM+0,40", ("11.85", "0.40")), ("OAMT+11,95", ("11.95", "0.50"))):
        text = f":86:109?00X?20{words}?21EREF+A1?32NA?33ME?30BIC1?31DE 12"
        [statement] = read(mt940(":60F:C260101EUR20,", line, text, ":62F:C260102EUR7,65"))
        [item] = statement.entries
        [detail] = item.details
        assert (detail.original_amount, detail.charges) == tuple(map(D, expected))
        assert (item.reference, item.entry_reference) == ("BANKREF", "MYREF")
        assert (detail.name, detail.bic, detail.iban) == ("NAME", "BIC1", "DE12")
        assert item.codes == ("NTRF", "109")


def test_mt940_messages_and_what_stands_between() -> None:
    first = ":60F:C260101EUR0,", ":61:260102C5,NTRFNONREF", ":62F:C260102EUR5,"
    second = ":60F:C000000EUR5,", ":61:260103C2,NTRFNONREF", ":62F:C260103EUR7,"
    both = read(b"{1:}\r\n:99:x\r\n" + mt940(*first) + b"\r\n" + mt940(*second))
    assert [(s.opening, s.closing, s.date, s.number) for s in both] == [
        (0, 5, date(2026, 1, 2), "1/1"),
        (5, 7, date(2026, 1, 3), "1/1"),
    ]
    open_end = mt940(":60F:C260101EUR0,", ":61:260102C5,NTRFNONREF")
    [statement] = read(open_end)
    assert (statement.date, statement.closing) == (date(2026, 1, 1), None)
    # A text after the closing balance is about the statement, not about its last entry.
    [told] = read(mt940(*first, ":86:Saldo"))
    assert told.entries[0].details[0].text == ""
    assert refused(b":20:X\r\n:60F:C260101EUR0,\r\n-") == "no_statement"


@pytest.mark.parametrize(
    ("digits", "expected"),
    [
        ("260131", date(2026, 1, 31)),
        ("260431", date(2026, 4, 30)),
        ("240230", date(2024, 2, 29)),
        ("791231", date(2079, 12, 31)),
        ("800101", date(1980, 1, 1)),
        ("260132", None),
        ("261301", None),
        ("260001", None),
        ("260100", None),
    ],
)
def test_mt940_days(digits: str, expected: date | None) -> None:
    content = mt940(f":60F:C{digits}EUR0,", f":62F:C{digits}EUR0,")
    if expected is None:
        assert refused(content) == "date"
    else:
        assert read(content)[0].date == expected


def test_mt940_entries_are_named_by_their_number() -> None:
    for bad, code in ((":61:260102Cfive", "amount"), (":61:269902C5,NTRF", "date")):
        with pytest.raises(StatementError) as error:
            detect.read(mt940(":60F:C260101EUR0,", ":61:260102C5,NTRF", bad))
        assert (error.value.code, error.value.data["place"]) == (code, ":61: 2")


# === CSV-CAMT === #

COLUMNS = "Auftragskonto;Buchungstag;Betrag;Waehrung;Verwendungszweck;Buchungstext;Info\n"


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("01.02.26", date(2026, 2, 1)),
        ("1.2.2026", date(2026, 2, 1)),
        ("2026-02-01", date(2026, 2, 1)),
        ("01.02.99", date(2099, 2, 1)),
        ("00.00.00", None),
    ],
)
def test_csv_days(day: str, expected: date | None) -> None:
    [statement] = read(f"{COLUMNS}DE1;{day};5;EUR;x;y;\n".encode())
    assert statement.entries[0].booking_date == expected
    assert statement.date == expected


def test_csv_rows() -> None:
    rows = (
        "DE1;01.02.26;1.234,50;EUR;a;GUTSCHRIFT;Umsatz gebucht\n"
        "\n"
        "DE2;03.02.26;-5;EUR;Rueckgabegrund: AM04;RETOURE;\n"
        "de 1;02.02.26;7;EUR;b;GUTSCHRIFT;Umsatz vorgemerkt\n"
        "DE1;02.02.26;5;EUR;Rueckgabegrund: AM04;RETOURE;\n"
        "DE1;02.02.26;-2;EUR;AM04;ENTGELT;\n"
    )
    first, second = read((COLUMNS + rows).encode())
    assert (first.account, first.date) == ("DE1", date(2026, 2, 2))
    assert [(e.amount, e.is_booked) for e in first.entries] == [
        (D("1234.50"), True),
        (D(7), False),
        (D(5), True),
        (D(-2), True),
    ]
    assert not any(map(returns.classify, first.entries))
    assert [r.reason for e in second.entries for r in returns.classify(e)] == ["AM04"]
    with pytest.raises(StatementError) as error:
        detect.read(f"{COLUMNS}DE1;01.02.26;5;EUR;;;\nDE1;01.02.26;five;EUR;;;\n".encode())
    assert error.value.data["place"] == "line 3"
    assert refused(COLUMNS.encode()) == "no_statement"
    assert refused(COLUMNS.encode() + b";01.02.26;5;EUR;;;\n") == "malformed"
    assert refused(COLUMNS.encode() + b"DE1;01.02.26;5;Euro;;;\n") == "malformed"
    assert refused(COLUMNS.encode() + b"DE1;32.02.26;5;EUR;;;\n") == "date"
    assert refused(COLUMNS.encode() + b'DE1;01.02.26;5;EUR;"' + b"x" * 200_000) == "malformed"


def test_mt940_charges_in_another_currency_are_no_charges() -> None:
    line = ":61:260102D12,35NTRFNONREF\r\n/OCMT/USD11,85//CHGS/USD0,50/"
    [statement] = read(mt940(":60F:C260101EUR20,", line, ":62F:C260102EUR7,65"))
    [detail] = statement.entries[0].details
    assert (detail.original_amount, detail.charges) == (None, None)


# === FILES === #


@given(st.integers(0, 3))
def test_limits_of_size_are_exact(more: int) -> None:
    content = camt(entry("5"))
    if more:
        assert refused(content, limit=len(content) - more) == "too_large"
    else:
        assert detect.read(content, len(content))[0] == "camt"


def test_limit_is_told_in_megabytes() -> None:
    with pytest.raises(StatementError) as error:
        detect.read(b"x" * (3 * 1024 * 1024 + 1), 3 * 1024 * 1024)
    assert error.value.data["limit"] == 3


def test_marks_before_a_file() -> None:
    body, mark = camt(entry("5")), b"\xef\xbb\xbf"
    plain = body.split(b"?>", 1)[1]
    lines = mt940(":60F:C260101EUR0,", ":62F:C260102EUR0,")
    for content in (body, mark + body, plain, b"\n  " + plain):
        assert detect.read(content)[0] == "camt"
    for content in (lines, mark + lines, b"\r\n" + lines):
        assert detect.read(content)[0] == "mt940"


def test_utf_16_is_read() -> None:
    content = camt(entry("5")).decode().encode("utf-16")
    assert detect.read(content)[1][0].entries[0].amount == 5

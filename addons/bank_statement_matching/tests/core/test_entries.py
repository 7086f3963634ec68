"""Entries as banks shape them: whose side, which charges, which of them came back."""

from dataclasses import replace
from decimal import Decimal

import pytest

from odoo.addons.bank_statement_matching.core import detect, returns
from odoo.addons.bank_statement_matching.core.records import (
    Detail,
    Entry,
    Statement,
    StatementError,
    check_details,
    prove,
    read_amount,
)

from .test_reading import balances, camt, entry, read, refused

D = Decimal
OUT = Entry(D("-15.50"), "EUR")
IDDT = ("PMNT/IDDT/UPDD",)
COLLECTED = Detail(end_to_end_id="E1", original_amount=D(10))


# === WHAT CAME BACK === #


@pytest.mark.parametrize(
    ("changes", "detail", "is_return"),
    [
        ({"codes": IDDT}, COLLECTED, True),
        ({"codes": ("NRTI+109+00931",)}, COLLECTED, True),
        ({"codes": ("NTRF", "108")}, COLLECTED, True),
        ({"codes": ("1091",)}, COLLECTED, False),
        # A reason without a code of the bank, or with the family of our debits.
        ({}, replace(COLLECTED, reason="AM04"), True),
        ({"codes": ("PMNT/ICDT/ESCT",)}, replace(COLLECTED, reason="AM04"), False),
        # The bank takes a booking back: ours only when it says which.
        ({"is_reversal": True}, COLLECTED, True),
        ({"is_reversal": True}, replace(COLLECTED, end_to_end_id="NOTPROVIDED"), False),
        ({"is_reversal": True}, replace(COLLECTED, end_to_end_id=""), False),
        ({}, COLLECTED, False),
        # Words count where no code says otherwise.
        ({"info": "Ruecklastschrift"}, COLLECTED, True),
        ({}, replace(COLLECTED, remittance=("Retoure SEPA Lastschr.",)), True),
        ({"info": "Ruecklastschrift", "codes": ("PMNT/RDDT/ESDD",)}, COLLECTED, False),
        ({"amount": D(0), "codes": IDDT}, COLLECTED, False),
        ({"amount": D("15.50"), "codes": IDDT}, COLLECTED, False),
    ],
)
def test_what_is_a_return(changes: dict[str, object], detail: Detail, is_return: bool) -> None:
    found = returns.classify(replace(OUT, details=(detail,), **changes))  # type: ignore[arg-type]
    assert bool(found) is is_return


@pytest.mark.parametrize(
    ("original", "charges", "expected"),
    [
        ("10", "5.50", ("10", "5.50", ())),
        ("10", None, ("10", "5.50", ())),
        (None, "5.50", ("10", "5.50", ())),
        (None, None, (None, None, ())),
        ("15.50", None, ("15.50", "0", ())),
        ("10", "5.00", ("10", "5.00", ("return_sum",))),
        ("16", None, ("16", "-0.50", ("return_sum",))),
        ("0", None, ("0", "15.50", ("return_sum",))),
        (None, "15.50", ("0", "15.50", ("return_sum",))),
        ("1", "14.50", ("1", "14.50", ())),
    ],
)
def test_split(original: str | None, charges: str | None, expected: tuple[object, ...]) -> None:
    detail = Detail(
        original_amount=None if original is None else D(original),
        charges=None if charges is None else D(charges),
    )
    [found] = returns.classify(replace(OUT, codes=IDDT, details=(detail,)))
    wanted = tuple(v if v is None or isinstance(v, tuple) else D(str(v)) for v in expected)
    assert (found.original_amount, found.charges, found.problems) == wanted
    assert found.amount == D("15.50")


def test_charges_of_the_entry_are_those_of_its_only_payment() -> None:
    [found] = returns.classify(
        replace(OUT, codes=IDDT, charges=D("5.50"), details=(Detail(amount=D(-10)),))
    )
    assert (found.amount, found.original_amount, found.charges) == (D("15.50"), D(10), D("5.50"))
    two = (Detail(amount=D("-5.50")), Detail())
    first, second = returns.classify(replace(OUT, codes=IDDT, charges=D("5.50"), details=two))
    assert (first.charges, second.charges) == (None, None)
    # One that gives no amount of its own is as much as the entry says.
    assert (first.amount, second.amount) == (D("5.50"), D("15.50"))


@pytest.mark.parametrize(("count", "is_bundle"), [(None, False), (1, False), (2, True)])
def test_payments_that_are_not_listed(count: int | None, is_bundle: bool) -> None:
    [found] = returns.classify(replace(OUT, codes=IDDT, batch_count=count, details=(COLLECTED,)))
    assert found.is_bundle is is_bundle


def test_what_a_return_carries() -> None:
    detail = replace(
        COLLECTED, end_to_end_id="NONREF", mandate_id="M", iban="I", name="N", remittance=("t",)
    )
    marked = replace(OUT, codes=IDDT, batch_id="B", problems=("detail_sum",), details=(detail,))
    [found] = returns.classify(marked)
    said = (found.end_to_end_id, found.mandate_id, found.iban, found.name, found.text)
    assert said == ("", "M", "I", "N", "t")
    assert (found.batch_id, found.problems) == ("B", ("detail_sum",))
    [own] = returns.classify(replace(marked, details=(replace(detail, batch_id="P"),)))
    assert own.batch_id == "P"


@pytest.mark.parametrize(
    ("code", "key", "text", "reason"),
    [
        ("109", "903", "", "AC06"),
        ("108", " 901 ", "AM04", "AC01"),
        ("109", "999", "Rückgabegrund: ac04", "AC04"),
        ("109", "", "SONSTIGE GRÜNDE", "MS03"),
        ("109", "", "Lastschriftwiderspruch", "MD06"),
        ("109", "", "KONTO ERLOSCHEN", "AC04"),
        ("109", "", "AM04X", ""),
        ("109", "", "nothing", ""),
        ("110", "903", "MD06", ""),
    ],
)
def test_reasons(code: str, key: str, text: str, reason: str) -> None:
    assert returns.read_reason(code, key, text) == reason


# === SUMS === #

REVERSED = Entry(D(5), "EUR", is_reversal=True, details=(Detail(amount=D(5)), Detail()))
PENDING = Entry(D(7), "EUR", status="PDNG", is_reversal=True)


def test_reversals_are_turned_with_their_payments_and_nothing_else() -> None:
    plain = Entry(D(3), "EUR")
    said = Statement(
        "statement", "X", "EUR", opening=D(9), closing=D(7), entries=(plain, REVERSED, PENDING)
    )
    proved = prove(said)
    assert [item.amount for item in proved.entries] == [3, -5, 7]
    assert [detail.amount for detail in proved.entries[1].details] == [-5, None]
    assert proved.is_proved
    wrong = prove(replace(said, closing=D(8)))
    assert [problem.data["entries"] for problem in wrong.problems] == ["8"]
    assert wrong.entries == said.entries


@pytest.mark.parametrize("gone", ["opening", "closing"])
def test_with_one_balance_nothing_is_proved(gone: str) -> None:
    said = Statement("statement", "X", "EUR", opening=D(9), closing=D(9), entries=())
    assert prove(said).is_proved
    half = replace(said, **{gone: None})  # type: ignore[arg-type]
    assert (prove(half).is_proved, prove(half).problems) == (False, ())


@pytest.mark.parametrize(
    ("amount", "charges", "details", "fits"),
    [
        ("-13", None, [("-10", None), ("-3", None)], True),
        ("-13", "3", [("-10", None)], True),
        ("-13", None, [("-10", "3")], True),
        ("-13", None, [("-4", "1"), ("-6", "2")], True),
        ("-10", None, [("-10", "3")], True),
        ("-12", None, [("-10", "3")], False),
        ("-11", None, [("-10", None)], False),
        ("-9", None, [("-10", None)], False),
        ("-13", "2", [("-10", None)], False),
        ("-13", None, [("-10", None), (None, None)], True),
        ("-13", None, [], True),
    ],
)
def test_payments_add_up(
    amount: str, charges: str | None, details: list[tuple[str | None, str | None]], fits: bool
) -> None:
    parts = tuple(
        Detail(amount=None if a is None else D(a), charges=None if c is None else D(c))
        for a, c in details
    )
    item = Entry(D(amount), "EUR", charges=charges and D(charges) or None, details=parts)
    assert (check_details(item).problems == ()) is fits


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [
        ("5", "EUR", "5.00"),
        ("5,1", "EUR", "5.10"),
        ("-0.00", "EUR", "0"),
        ("-0", "EUR", "0"),
        ("5.123", "BHD", "5.123"),
        ("5.1234", "BHD", None),
        ("5.123", "KWD", "5.123"),
        ("5.123", "OMR", "5.123"),
        ("5.123", "TND", "5.123"),
        ("5.1234", "TND", None),
        ("500.5", "CLP", None),
        ("500.5", "ISK", None),
        ("500.5", "KRW", None),
        ("500.5", "VND", None),
        ("5.123", "EUR", None),
        ("500", "JPY", "500"),
        ("500.5", "JPY", None),
        ("1,234.50", "EUR", None),
        ("1 000", "EUR", None),
        ("", "EUR", None),
        ("NaN", "EUR", None),
        ("Infinity", "EUR", None),
        ("1e3", "EUR", None),
        ("9" * 18, "EUR", "9" * 18),
        ("9" * 19, "EUR", None),
        ("٣", "EUR", None),
    ],
)
def test_amounts(text: str, currency: str, amount: str | None) -> None:
    if amount is None:
        with pytest.raises(StatementError):
            read_amount(text, currency)
    else:
        assert read_amount(text, currency) == D(amount)


def test_negative_zero_is_nothing() -> None:
    [statement] = read(camt(balances("-0.00", "0.00") + entry("0.00", "DBIT")))
    assert statement.is_proved
    assert returns.classify(statement.entries[0]) == ()


# === CAMT === #

PARTIES = "<RltdPties>{}</RltdPties><RltdAgts>{}</RltdAgts>".format(
    "".join(
        f"<{side}><Pty><Nm>{side}</Nm></Pty></{side}><{side}Acct><Id><IBAN>i {side}</IBAN></Id>"
        f"</{side}Acct>"
        for side in ("Dbtr", "Cdtr")
    ),
    "".join(
        f"<{side}Agt><FinInstnId><BICFI>B{side}</BICFI></FinInstnId></{side}Agt>"
        for side in ("Dbtr", "Cdtr")
    ),
)
RETURNED = "<RtrInf><Rsn><Cd>AC01</Cd></Rsn></RtrInf>"
FAMILY = "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>{}</Cd></Fmly></Domn></BkTxCd>".format


@pytest.mark.parametrize(
    ("sign", "inner", "side"),
    [
        ("CRDT", "", "Dbtr"),
        ("DBIT", "", "Cdtr"),
        # Our collection goes back to who was debited, our transfer comes from who was paid.
        ("DBIT", RETURNED, "Dbtr"),
        ("CRDT", RETURNED, "Cdtr"),
        ("DBIT", FAMILY("IDDT"), "Dbtr"),
        ("CRDT", FAMILY("IDDT"), "Dbtr"),
        ("DBIT", FAMILY("RDDT"), "Cdtr"),
    ],
)
def test_who_is_on_the_other_side(sign: str, inner: str, side: str) -> None:
    parts = f"<NtryDtls><TxDtls>{PARTIES}{inner}</TxDtls></NtryDtls>"
    [statement] = read(camt(entry("5", sign, parts)))
    [detail] = statement.entries[0].details
    assert (detail.name, detail.iban, detail.bic) == (side, f"I{side.upper()}", f"B{side}")


@pytest.mark.parametrize("gone", ['<Amt Ccy="EUR">6</Amt>', "<CdtDbtInd>CRDT</CdtDbtInd>"])
def test_entry_without_amount_or_sign_is_named(gone: str) -> None:
    with pytest.raises(StatementError) as error:
        detect.read(camt(entry("5") + entry("6").replace(gone, "")))
    assert (error.value.code, error.value.data["place"]) == ("amount", "Ntry 2")


def test_comments_and_instructions_are_not_in_the_text() -> None:
    text = "<RmtInf><Ustrd>a<!-- c -->b<?p i?>c</Ustrd></RmtInf>"
    [statement] = read(camt(entry("5", inner=f"<NtryDtls><TxDtls>{text}</TxDtls></NtryDtls>")))
    assert statement.entries[0].details[0].text == "abc"


REMITTANCE = "<RmtInf>{}</RmtInf><AddtlTxInf>more</AddtlTxInf>".format


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        ("<Ustrd>a</Ustrd><Ustrd> b </Ustrd>", "a b"),
        ("<Strd><AddtlRmtInf>c</AddtlRmtInf></Strd>", "c"),
        ("<Strd><RfrdDocInf><Nb>N1</Nb></RfrdDocInf></Strd>", "N1"),
        ("<Ustrd>a</Ustrd><Strd><RfrdDocInf><Nb>N1</Nb></RfrdDocInf></Strd>", "a N1"),
        ("<Ustrd> </Ustrd>", "more"),
        ("", "more"),
    ],
)
def test_what_the_payer_wrote(inner: str, text: str) -> None:
    parts = f"<NtryDtls><TxDtls>{REMITTANCE(inner)}</TxDtls></NtryDtls>"
    [statement] = read(camt(entry("5", inner=parts)))
    assert statement.entries[0].details[0].text == text


def test_one_element_of_many_megabytes() -> None:
    """The parser keeps its own limits too."""
    huge = "x" * 10_500_000
    assert refused(camt(entry("5", inner=f"<AddtlNtryInf>{huge}</AddtlNtryInf>"))) == "malformed"


def test_first_opening_and_last_closing_balance_count() -> None:
    middle = balances("1", "2")
    [statement] = read(camt(balances("10", "15") + entry("5") + middle))
    assert (statement.opening, statement.closing) == (10, 2)
    available = balances("10", "15").replace("OPBD", "CLAV").replace("CLBD", "FWAV")
    [bare] = read(camt(available + entry("5")))
    assert (bare.opening, bare.closing, bare.is_proved) == (None, None, False)
    foreign = balances("10", "15").replace('Ccy="EUR"', 'Ccy="USD"')
    assert read(camt(foreign + entry("5")))[0].opening is None


def test_earlier_names_of_balances() -> None:
    other = balances("10", "15").replace("OPBD", "PRCD").replace("CLBD", "ITBD")
    assert read(camt(other + entry("5")))[0].is_proved


@pytest.mark.parametrize("version", ["01", "11", "13", "99"])
def test_versions_that_nobody_knows_are_read_by_their_names(version: str) -> None:
    [statement] = read(camt(balances("10.00", "15.00") + entry("5.00"), version=version))
    assert statement.is_proved


def test_amount_of_an_only_payment() -> None:
    inner = "<NtryDtls><TxDtls>{}</TxDtls></NtryDtls>".format
    for own, expected in (("", 5), ('<Amt Ccy="EUR">0</Amt>', 5), ('<Amt Ccy="EUR">4</Amt>', 4)):
        [statement] = read(camt(entry("5", inner=inner(own))))
        assert statement.entries[0].details[0].amount == expected
    foreign = '<AmtDtls><TxAmt><Amt Ccy="USD">9</Amt></TxAmt></AmtDtls>'
    [statement] = read(camt(entry("5", inner=inner(foreign))))
    assert statement.entries[0].details[0].amount == 5

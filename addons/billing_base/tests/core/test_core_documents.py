"""Tests of the rules behind printed documents; run by pytest without a database."""

import doctest
from decimal import Decimal
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from segno import helpers

from odoo.addons.billing_base.core import credit_transfer, document, letter
from odoo.addons.billing_base.core.credit_transfer import CreditTransfer, TransferError
from odoo.addons.billing_base.core.document import DocumentRow

IBAN = "DE02120300000000202051"
amounts = st.decimals(Decimal("0.01"), Decimal("999999999.99"), places=2)
texts = st.text(max_size=200)


@pytest.mark.parametrize("module", [credit_transfer, document, letter])
def test_doctests(module: ModuleType) -> None:
    result = doctest.testmod(module)
    assert result.attempted
    assert not result.failed


# === TRANSFER === #


@given(texts, amounts, texts)
def test_every_payload_fits_the_standard(name: str, amount: Decimal, text: str) -> None:
    transfer = CreditTransfer(name, IBAN, amount, text)
    if not credit_transfer.one_line(name):
        with pytest.raises(TransferError, match="name"):
            credit_transfer.transfer_payload(transfer)
        return
    payload = credit_transfer.transfer_payload(transfer)
    lines = payload.split("\n")
    assert len(payload.encode()) <= 331
    assert lines[:4] == ["BCD", "002", "1", "SCT"]
    assert 1 <= len(lines[5]) <= 70
    assert lines[6:8] == [IBAN, f"EUR{amount:.2f}"]
    reference, message = (*lines[9:], "", "")[:2]
    assert not (reference and message)
    assert len(reference) <= 35
    assert len(message) <= 140
    assert len(lines) <= 12


@given(amounts)
def test_payload_is_that_of_another_writer(amount: Decimal) -> None:
    """Two writers of the standard agree; ours always prints the cents."""
    ours = credit_transfer.transfer_payload(CreditTransfer("Ex GmbH", IBAN, amount, "INV/1"))
    theirs = helpers._make_epc_qr_data(
        name="Ex GmbH", iban=IBAN, amount=amount, text="INV/1", encoding="utf-8"
    ).decode()
    mine, other = ours.split("\n"), theirs.rstrip("\n").split("\n")
    assert Decimal(mine.pop(7)[3:]) == Decimal(other.pop(7)[3:])
    assert mine == other


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"name": " \n"}, "name"),
        ({"iban": "DE02120300000000202052"}, "iban"),
        ({"iban": ""}, "iban"),
        ({"iban": "0123456789"}, "iban"),
        ({"bic": "NOPE"}, "bic"),
        ({"amount": Decimal("0")}, "amount"),
        ({"amount": Decimal("-1")}, "amount"),
        ({"amount": Decimal("1.005")}, "amount"),
        ({"amount": Decimal("1000000000")}, "amount"),
    ],
)
def test_refused(values: dict[str, object], code: str) -> None:
    right = {"name": "Ex GmbH", "iban": IBAN, "amount": Decimal(1)}
    with pytest.raises(TransferError) as caught:
        credit_transfer.transfer_payload(CreditTransfer(**{**right, **values}))
    assert caught.value.code == code


def test_long_names_and_texts_are_cut() -> None:
    payload = credit_transfer.transfer_payload(
        CreditTransfer("N" * 71, IBAN, Decimal(1), "T" * 141)
    )
    lines = payload.split("\n")
    assert (len(lines[5]), len(lines[10])) == (70, 140)


# === TABLE === #

rows = st.lists(
    st.builds(
        DocumentRow,
        kind=st.sampled_from(["item", "section", "subsection", "note"]),
        text=st.just("x"),
        amount=st.none() | st.decimals(-9999, 9999, places=2),
        is_summed=st.booleans(),
    )
)


@given(rows)
def test_carried_sums(found: list[DocumentRow]) -> None:
    placed = document.place_rows(found)
    assert [one.row for one in placed] == found
    numbers = [one.number for one in placed if one.number is not None]
    assert numbers == list(range(1, len(numbers) + 1))
    before = Decimal(0)
    for one in placed:
        counts = one.row.kind == "item" or one.row.is_summed
        assert one.carried - before == (one.row.amount or 0 if counts else 0)
        before = one.carried


@given(st.decimals(-(10**9), 10**9, places=6), st.integers(0, 4), st.integers(4, 6))
def test_digits_lose_nothing_that_fits(value: Decimal, at_least: int, at_most: int) -> None:
    digits = document.digits_needed(value, at_least, at_most)
    assert at_least <= digits <= at_most
    assert round(value, digits) == round(value, at_most)


# === LETTER === #


@given(st.lists(texts, max_size=12))
def test_address_fits_its_field(lines: list[str]) -> None:
    found = letter.address_lines(lines)
    assert len(found) <= letter.MAX_ADDRESS_LINES
    assert len(set(found)) == len(found)
    assert all(line == " ".join(line.split()) and line for line in found)
    wanted = [" ".join(line.split()) for line in lines if line.split()]
    assert set(found) <= set(wanted)
    if wanted:
        assert found[0] == wanted[0]


@given(st.integers(0, 0xFFFFFF))
def test_text_is_legible_on_every_colour(number: int) -> None:
    colour = f"#{number:06x}"
    assert letter.contrast(letter.text_colour(colour), colour) >= 4.0
    assert letter.contrast(letter.ink(colour), "#ffffff") >= 4.5

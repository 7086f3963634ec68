"""Identifiers: what banks take, refuse, and take for the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import iso11649

from odoo.addons.sepa_debit.core.identifiers import (
    IBAN_LENGTHS,
    OUTSIDE_EEA,
    SEPA,
    IdentifierError,
    check_bic,
    check_creditor_id,
    check_iban,
    check_reference,
    creditor_reference,
    mandate_key,
    needs_address,
)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("A" * 36, "too_long"),
        ("INV_1", "characters"),
        ("INV#1", "characters"),
        ("Kündigung", "characters"),
        ("A\nB", "characters"),
        ("/A", "slash"),
        ("A/", "slash"),
        ("A//B", "slash"),
        (" A", "spaces"),
    ],
)
def test_refused_references(value, code):
    with pytest.raises(IdentifierError) as refused:
        check_reference(value)
    assert refused.value.code == code


@pytest.mark.parametrize("value", ["INV/2026/00012", "SDD0001/LOT1/3", "A B", "A" * 35, "1"])
def test_references(value):
    assert check_reference(value) == value


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("DE99ZZZ09999999999", "check_digits"),
        ("DE98ZZZ0999999999", "length"),
        ("XX", "form"),
        ("", "empty"),
        ("DE98ZZZ" + "0" * 40, "too_long"),
    ],
)
def test_refused_creditor_ids(value, code):
    with pytest.raises(IdentifierError) as refused:
        check_creditor_id(value)
    assert refused.value.code == code


def test_umr_is_unique_whatever_case_and_business_code():
    assert mandate_key("DE98ZZZ09999999999", "Abc") == mandate_key("de98 abc 09999999999", "aBC ")
    assert mandate_key("DE98ZZZ09999999999", "1") != mandate_key("AT61ZZZ01234567890", "1")


def test_countries_of_the_scheme():
    assert len(SEPA) == 42
    assert set(IBAN_LENGTHS) == SEPA
    assert {"AL", "MD", "ME", "MK", "RS", "CH", "GB"} <= OUTSIDE_EEA
    assert all(needs_address(country + "00") for country in OUTSIDE_EEA)
    assert not needs_address("LI00")


@pytest.mark.parametrize(
    "value",
    [
        "AL47212110090000000235698741",
        "MD24AG000225100013104168",
        "ME25505000012345678951",
        "MK07250120000058984",
        "RS35260005601001611379",
        "CH9300762011623852957",
        "GB82WEST12345698765432",
    ],
)
def test_accounts_outside_the_eea(value):
    assert check_iban(value) == value
    assert needs_address(value)


@pytest.mark.parametrize(
    ("value", "code"),
    [("", "empty"), ("12345", "form"), ("DE00370400440532013000", "check_digits")],
)
def test_refused_ibans(value, code):
    with pytest.raises(IdentifierError) as refused:
        check_iban(value)
    assert refused.value.code == code


@pytest.mark.parametrize("value", ["COBADEFF1", "1OBADEFF", ""])
def test_refused_bics(value):
    with pytest.raises(IdentifierError):
        check_bic(value)


@given(st.from_regex(r"[A-Z0-9][A-Z0-9/-]{0,19}", fullmatch=True))
def test_structured_references_are_valid(number):
    assert iso11649.is_valid(creditor_reference(number))


@pytest.mark.parametrize(("number", "code"), [("//", "empty"), ("A" * 22, "too_long")])
def test_numbers_that_give_no_reference(number, code):
    with pytest.raises(IdentifierError) as refused:
        creditor_reference(number)
    assert refused.value.code == code

"""What a reader by others makes of our files: the library ``sepa`` shares no line with the writer.

It knows version 7 of the message. For all that is compared here its elements are named as in
versions 2 and 8, but for the BIC, which version 2 calls otherwise. It reads without namespaces.
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from sepa import parser

from odoo.addons.sepa_debit.core.mandate import Amendment
from odoo.addons.sepa_debit.core.profile import PROFILES

from .test_pain008 import DEBIT, FILE, GROUP, VARIANTS, all_profiles, content, file_of

IBANS = ("DE89370400440532013000", "AT611904300234573201", "FR1420041010050500013M02606")


def read(data):
    """The file as the foreign library sees it."""
    tree = etree.fromstring(data)
    for element in tree.iter("*"):
        element.tag = etree.QName(element).localname
    return parser.parse(parser.customer_direct_debit_initiation, tree)


def told(found):
    """What is told of a debit, in the words of the writer."""
    mandate = found["transaction"]["mandate"]
    amount = found["amount"]
    remittance = found.get("remittance_information", {})
    return {
        "end_to_end_id": found["id"]["end_to_end"],
        "cents": int(Decimal(amount["_value"]) * 100),
        "currency": amount["currency"],
        "mandate": mandate["id"],
        "signed_on": date.fromisoformat(mandate["date"]),
        "is_amended": mandate.get("amendment_indicator") == "true",
        "debtor": found["debtor"]["name"],
        "iban": found["debtor_account"]["id"]["iban"],
        "text": remittance.get("unstructured", ""),
    }


def expected(debit):
    return {
        "end_to_end_id": debit.end_to_end_id,
        "cents": debit.cents,
        "currency": "EUR",
        "mandate": debit.mandate,
        "signed_on": debit.signed_on,
        "is_amended": debit.amendment != Amendment(),
        "iban": debit.iban,
    }


@all_profiles
@pytest.mark.parametrize("debit", VARIANTS.values(), ids=VARIANTS.keys())
def test_debit(profile, debit):
    [payment] = read(content(file_of(debit), profile))["payments"]
    [found] = payment["transactions"]
    values = told(found)
    name, text = values.pop("debtor"), values.pop("text")
    assert values == expected(debit)
    # Profiles convert what their banks do not take; what is plain stays as it is.
    if debit.debtor.name.isascii() and "&" not in debit.debtor.name:
        assert name == debit.debtor.name
    if debit.text.isascii() and not set("<>&'") & set(debit.text):
        assert text == debit.text


@all_profiles
def test_header_and_group(profile):
    second = replace(GROUP, payment_id="SDD1-2", sequence="FRST", collect_on=date(2026, 4, 9))
    found = read(content(replace(FILE, groups=(GROUP, second)), profile))
    header = found["group_header"]
    assert (header["message_id"], header["transaction_count"]) == ("SDD1", "2")
    assert Decimal(header["control_sum"]) == Decimal("238.00")
    for group, payment in zip((GROUP, second), found["payments"], strict=True):
        assert payment["id"] == group.payment_id
        assert payment["type"]["sequence_type"] == group.sequence
        assert payment["type"]["local_instrument"]["code"] == group.scheme
        assert payment["collection_date"] == group.collect_on.isoformat()
        assert payment["creditor_account"]["id"]["iban"] == group.iban
        assert Decimal(payment["control_sum"]) == Decimal(group.cents) / 100


@settings(max_examples=25)
@given(
    st.sampled_from(list(PROFILES.values())),
    st.lists(
        st.tuples(
            st.integers(1, 99_999_999_999),
            st.sampled_from(IBANS),
            st.dates(date(2010, 1, 1), date(2026, 1, 1)),
        ),
        min_size=1,
        max_size=20,
    ),
)
def test_sums(profile, drawn):
    """Any amounts: each debit is found once, with its cents, and the sums are theirs."""
    debits = [
        replace(DEBIT, end_to_end_id=f"E{n}", cents=cents, iban=iban, signed_on=day, bic="")
        for n, (cents, iban, day) in enumerate(drawn)
    ]
    found = read(content(file_of(*debits), profile))
    [payment] = found["payments"]
    values = [told(debit) for debit in payment["transactions"]]
    keys = ("end_to_end_id", "cents", "iban", "signed_on")
    assert [tuple(v[k] for k in keys) for v in values] == [
        tuple(getattr(debit, k) for k in keys) for debit in debits
    ]
    total = Decimal(sum(debit.cents for debit in debits)) / 100
    assert Decimal(found["group_header"]["control_sum"]) == total
    assert int(payment["transaction_count"]) == len(debits)

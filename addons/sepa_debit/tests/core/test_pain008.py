"""Files: valid for schema and profiles, byte for byte the same, exact to the cent."""

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
import sepaxml
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from odoo.addons.sepa_debit.core.charset import Policy, convert
from odoo.addons.sepa_debit.core.checks import Defect, check_debit, check_file, check_group
from odoo.addons.sepa_debit.core.inspection import inspect
from odoo.addons.sepa_debit.core.mandate import Amendment
from odoo.addons.sepa_debit.core.pain008 import (
    Address,
    ControlError,
    Debit,
    File,
    Group,
    Party,
    render,
)
from odoo.addons.sepa_debit.core.profile import (
    AUSTRIA,
    EPC,
    GERMANY,
    GERMANY_LEGACY,
    PROFILES,
)

SCHEMAS = Path(sepaxml.__file__).parent / "schemas"
HOME = Address("Hauptstraße 5", postcode="10115", town="Berlin", country="DE")
DEBIT = Debit(
    end_to_end_id="INV/2026/00012",
    cents=11900,
    mandate="KD-1001",
    signed_on=date(2025, 2, 28),
    debtor=Party("Jörg Müller & Söhne", HOME),
    iban="DE89370400440532013000",
    bic="COBADEFFXXX",
    text="Rechnung INV/2026/00012",
)
GROUP = Group(
    payment_id="SDD1-1",
    scheme="CORE",
    sequence="RCUR",
    collect_on=date(2026, 4, 7),
    creditor=Party("Muster GmbH", HOME),
    creditor_id="DE98ZZZ09999999999",
    iban="DE89370400440532013000",
    count=1,
    cents=11900,
    debits=(DEBIT,),
)
FILE = File(
    "SDD1", datetime(2026, 3, 20, 9, 5, 7, tzinfo=timezone(timedelta(hours=1))), "Muster", (GROUP,)
)
all_profiles = pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES.keys())


def file_of(*debits, **group):
    sums = {"count": len(debits), "cents": sum(d.cents for d in debits), "debits": debits}
    return replace(FILE, groups=(replace(GROUP, **(sums | group)),))


def content(file, profile):
    return b"".join(render(file, profile))


def assert_valid(data, profile):
    schema = etree.XMLSchema(etree.parse(SCHEMAS / f"{profile.variant.value}.xsd"))
    schema.assertValid(etree.fromstring(data))
    assert inspect(data, profile) == []


def values(data, name):
    return [element.text for element in etree.fromstring(data).iter(f"{{*}}{name}")]


VARIANTS = {
    "plain": DEBIT,
    "no bic": replace(DEBIT, bic=""),
    "no address": replace(DEBIT, debtor=Party("X")),
    "outside": replace(
        DEBIT,
        iban="CH9300762011623852957",
        debtor=Party("X", Address("Weg 1", "Hof", "8000", "Zürich", "ZH", "CH")),
    ),
    "smnda": replace(DEBIT, amendment=Amendment(same_mandate_new_account=True)),
    "old account": replace(DEBIT, amendment=Amendment(iban="AT611904300234573201")),
    "old mandate": replace(DEBIT, amendment=Amendment(reference="OLD-1")),
    "old creditor": replace(
        DEBIT, amendment=Amendment(creditor_id="AT61ZZZ01234567890", creditor_name="Älter AG")
    ),
    "reference": replace(DEBIT, text="", reference="RF18539007547034"),
    "other debtor": replace(DEBIT, ultimate_debtor="Kind Müller", purpose="OTHR"),
    "no text": replace(DEBIT, text=""),
    "markup": replace(DEBIT, text="<b>&amp; 'x'"),
}


@all_profiles
@pytest.mark.parametrize("debit", VARIANTS.values(), ids=VARIANTS.keys())
def test_accepted(profile, debit):
    file = file_of(debit, category_purpose="SUPP", ultimate_creditor="Verein", bic="COBADEFFXXX")
    assert check_debit(debit, profile) == []
    assert check_group(file.groups[0], profile) == []
    assert check_file(file, profile) == []
    assert_valid(content(file, profile), profile)


LINES = Address(country="DE", lines=("Hauptstr. 5", "10115 Berlin"))
NO_TOWN = Address(postcode="10115", country="DE", lines=("Hauptstr. 5",))
HYBRID = Address(postcode="10115", town="Berlin", country="DE", lines=("Hauptstr. 5",))
ALL = (EPC, GERMANY, AUSTRIA, GERMANY_LEGACY)
NEW = (EPC, GERMANY, AUSTRIA)
# Mutations of a valid debit, the field that has to be named, and the profiles that refuse it.
MUTATIONS = [
    ({"debtor": Party("N" * 100)}, Defect("debtor_name", "too_long", "N" * 100, 70), ALL),
    ({"debtor": Party("N" * 70)}, None, ()),
    ({"debtor": Party(" ")}, Defect("debtor_name", "missing"), ALL),
    ({"debtor": Party("X", NO_TOWN)}, ("debtor_address", "unstructured"), NEW),
    ({"debtor": Party("X", HYBRID)}, ("debtor_address", "lines"), (EPC, AUSTRIA)),
    ({"debtor": Party("X", LINES)}, ("debtor_address", "unstructured"), NEW),
    ({"end_to_end_id": "A_1"}, ("end_to_end_id", "characters"), ALL),
    ({"end_to_end_id": "A#1"}, ("end_to_end_id", "characters"), ALL),
    ({"end_to_end_id": "A" * 36}, ("end_to_end_id", "too_long"), ALL),
    ({"mandate": "MÜ1"}, ("mandate", "characters"), ALL),
    ({"mandate": "M 1"}, None, ()),
    ({"mandate": "M1/"}, ("mandate", "slash"), ALL),
    ({"signed_on": None}, ("signed_on", "missing"), ALL),
    ({"cents": 0}, ("amount", "too_small"), ALL),
    ({"cents": -5}, ("amount", "too_small"), ALL),
    ({"cents": 100000000000}, ("amount", "too_large"), ALL),
    ({"cents": 99999999999}, None, ()),
    ({"text": "T" * 141}, ("text", "too_long"), ALL),
    ({"text": "  "}, ("text", "missing"), ALL),
    ({"reference": "RF18539007547034"}, ("text", "both"), ALL),
    ({"text": "", "reference": "RF19539007547034"}, ("reference", "check_digits"), ALL),
    ({"iban": "DE00370400440532013000"}, ("iban", "check_digits"), ALL),
    ({"iban": "DE89 3704 0044 0532 0130 00"}, ("iban", "not_normalised"), ALL),
    ({"bic": "NOTPROVIDED"}, ("bic", "form"), ALL),
    ({"purpose": "rent!"}, ("purpose", "form"), ALL),
    ({"ultimate_debtor": "N" * 71}, ("ultimate_debtor", "too_long"), ALL),
    ({"iban": "GB82WEST12345698765432", "debtor": Party("X")}, ("debtor_address", "missing"), ALL),
    (
        {"amendment": Amendment(iban="AT611904300234573201", same_mandate_new_account=True)},
        ("original_iban", "both"),
        ALL,
    ),
]


@pytest.mark.parametrize(("change", "defect", "refusing"), MUTATIONS)
@all_profiles
def test_mutations(profile, change, defect, refusing):
    found = check_debit(replace(DEBIT, **change), profile)
    if profile in refusing:
        first = found[0]
        assert first == defect or (first.field, first.code) == defect
    else:
        assert found == []


OUTSIDE = [
    "AL47212110090000000235698741",
    "MD24AG000225100013104168",
    "ME25505000012345678951",
    "MK07250120000058984",
    "RS35260005601001611379",
    "CH9300762011623852957",
    "GB82WEST12345698765432",
]


@all_profiles
@pytest.mark.parametrize("iban", OUTSIDE)
def test_accounts_outside_the_eea_need_an_address(profile, iban):
    without = replace(DEBIT, iban=iban, bic="", debtor=Party("X"))
    assert [(d.field, d.code) for d in check_debit(without, profile)] == [
        ("debtor_address", "missing")
    ]
    address = Address("Weg 1", postcode="1000", town="Town", country=iban[:2])
    debit = replace(without, debtor=Party("X", address))
    assert check_debit(debit, profile) == []
    assert_valid(content(file_of(debit), profile), profile)


@all_profiles
@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"collect_on": date(2026, 4, 3)}, ("collect_on", "closed")),
        ({"collect_on": date(2026, 5, 1)}, ("collect_on", "closed")),
        ({"collect_on": date(2026, 12, 25)}, ("collect_on", "closed")),
        ({"creditor_id": "DE99ZZZ09999999999"}, ("creditor_id", "check_digits")),
        ({"payment_id": "SDD//1"}, ("payment_id", "slash")),
        ({"scheme": "COR1"}, ("scheme", "form")),
        ({"sequence": "RPRE"}, ("sequence", "form")),
        ({"creditor": Party("N" * 71)}, ("creditor_name", "too_long")),
        ({"iban": "DE1"}, ("creditor_iban", "form")),
        ({"count": 0}, ("count", "too_small")),
    ],
)
def test_group_mutations(profile, change, expected):
    (found,) = check_group(replace(GROUP, **change), profile)
    assert (found.field, found.code) == expected


def test_files_keep_schemes_apart():
    mixed = replace(FILE, groups=(GROUP, replace(GROUP, payment_id="SDD1-2", scheme="B2B")))
    assert [d.code for d in check_file(mixed, GERMANY)] == ["mixed"]
    assert check_file(mixed, AUSTRIA) == []
    assert [d.code for d in inspect(content(mixed, GERMANY), GERMANY)] == ["mixed"]
    twice = replace(FILE, groups=(GROUP, GROUP))
    assert [d.code for d in check_file(twice, GERMANY)] == ["twice"]


# What other programs write (table of mutations on bytes): refused by the subsets although ISO
# takes it. (old bytes, new bytes, profiles that refuse)
FOREIGN = [
    (b"</Nm><PstlAdr>", b"</Nm><Id/><PstlAdr>", ALL, "Cdtr/Id"),
    (b"</IBAN></Id></DbtrAcct>", b"</IBAN></Id><Ccy>EUR</Ccy></DbtrAcct>", ALL, "Ccy"),
    (b"<CtrlSum>119.00</CtrlSum><InitgPty>", b"<InitgPty>", ALL, "GrpHdr/CtrlSum"),
    (b"</Ustrd>", b"</Ustrd><Ustrd>2</Ustrd>", ALL, "RmtInf"),
    (b"<DtOfSgntr>2025-02-28</DtOfSgntr>", b"", ALL, "DtOfSgntr"),
    (b">119.00</InstdAmt>", b">0.00</InstdAmt>", ALL, "InstdAmt"),
    (b"COBADEFFXXX", b"NOTPROVIDED", ALL, "BIC"),
    (b"+01:00</CreDtTm>", b"</CreDtTm>", (AUSTRIA,), "CreDtTm"),
    (b"<TwnNm>Berlin</TwnNm>", b"<AdrLine>Berlin</AdrLine>", NEW, "TwnNm"),
]


@all_profiles
@pytest.mark.parametrize(("old", "new", "refusing", "where"), FOREIGN)
def test_inspection_of_foreign_files(profile, old, new, refusing, where):
    data = content(FILE, profile)
    if old not in data:
        pytest.skip("not written by this profile")
    found = inspect(data.replace(old, new), profile)
    assert bool(found) == (profile in refusing)
    if found:
        assert any(where in defect.field for defect in found)


def test_same_facts_same_bytes():
    assert content(FILE, GERMANY) == content(FILE, GERMANY)
    assert content(FILE, GERMANY).startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n<Document ')
    assert values(content(FILE, GERMANY), "CreDtTm")[0] == "2026-03-20T09:05:07"
    assert values(content(FILE, AUSTRIA), "CreDtTm")[0] == "2026-03-20T09:05:07+01:00"


@given(st.lists(st.integers(1, 99999999999), min_size=1, max_size=40))
@settings(max_examples=50)
def test_sums_in_cents(amounts):
    debits = [
        replace(DEBIT, cents=cents, end_to_end_id=f"E{i}") for i, cents in enumerate(amounts)
    ]
    data = content(file_of(*debits), GERMANY)
    written = [Decimal(text) for text in values(data, "InstdAmt")]
    assert written == [Decimal(cents) / 100 for cents in amounts]
    assert values(data, "CtrlSum") == [str(sum(written))] * 2
    assert values(data, "NbOfTxs") == [str(len(amounts))] * 2


def test_wrong_sums_are_not_written():
    with pytest.raises(ControlError):
        content(file_of(DEBIT, cents=11901), GERMANY)
    with pytest.raises(ControlError):
        content(file_of(DEBIT, count=2), GERMANY)


@given(st.text(min_size=1, max_size=60))
@settings(max_examples=200)
def test_any_name_gives_a_valid_file(name):
    debit = replace(DEBIT, debtor=Party(name), text="")
    for profile in (GERMANY, EPC):
        if check_debit(debit, profile):
            continue
        data = content(file_of(debit), profile)
        assert_valid(data, profile)
        assert values(data, "Nm")[-1] == convert(name, profile.policy)


def test_one_piece_at_a_time():
    """The writer asks for debits as it goes: nothing holds the whole file."""
    asked = []

    def debits():
        for i in range(2000):
            asked.append(i)
            yield DEBIT

    file = file_of(count=2000, cents=2000 * 11900, debits=debits())
    pieces = render(file, GERMANY)
    next(pieces), next(pieces), next(pieces)
    assert len(asked) == 500
    assert sum(1 for _piece in pieces) == 5


def test_characters():
    data = content(FILE, GERMANY)
    assert values(data, "Nm")[-1] == "Jörg Müller & Söhne"
    assert values(content(FILE, EPC), "Nm")[-1] == "Joerg Mueller + Soehne"
    assert Policy.GERMAN is GERMANY.policy

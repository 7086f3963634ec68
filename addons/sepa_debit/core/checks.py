"""What a bank would refuse, found before a file exists: field by field.

A defect names the field and carries what a message needs; the caller adds the record. Texts are
measured after conversion into the bank's characters, as they will be written.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .calendar import is_target_day
from .charset import convert
from .identifiers import (
    IdentifierError,
    check_bic,
    check_creditor_id,
    check_creditor_reference,
    check_iban,
    check_reference,
    needs_address,
)
from .pain008 import Address, Debit, File, Group
from .profile import AddressForm, Profile

ADDRESS_LENGTHS = {
    "street": 70, "building": 35, "postcode": 16, "town": 35, "subdivision": 35,
}  # fmt: skip
LINE_LENGTH = 70
COUNTRY = re.compile(r"[A-Z]{2}")
PURPOSE = re.compile(r"[A-Z0-9]{1,4}")
SCHEMES = {"CORE", "B2B"}
SEQUENCES = {"FRST", "RCUR", "FNAL", "OOFF"}


@dataclass(frozen=True)
class Defect:
    """Something a bank would refuse.

    :ivar field: what is wrong, e.g. "debtor_name", "mandate", "amount"
    :ivar code: how it is wrong, e.g. "too_long"; codes of ``IdentifierError`` included
    :ivar value: as it would be written
    :ivar limit: of length or amount, where the code needs one
    """

    field: str
    code: str
    value: str = ""
    limit: int = 0


def check_debit(debit: Debit, profile: Profile) -> list[Defect]:
    """Return everything that is wrong with one debit, the first field first.

    >>> from datetime import date
    >>> from .pain008 import Party
    >>> from .profile import GERMANY
    >>> debit = Debit("E_1", 0, "M1", None, Party("Ä" * 71), "DE89370400440532013000", text="T")
    >>> [(defect.field, defect.code) for defect in check_debit(debit, GERMANY)]
    [('end_to_end_id', 'characters'), ('amount', 'too_small'), ('signed_on', 'missing'), \
('debtor_name', 'too_long')]
    """
    return [defect for defect in _debit_defects(debit, profile) if defect]


def _debit_defects(debit: Debit, profile: Profile) -> Iterator[Defect | None]:
    yield _identifier("end_to_end_id", check_reference, debit.end_to_end_id)
    yield _amount(debit.cents, profile)
    yield _identifier("mandate", check_reference, debit.mandate)
    if debit.signed_on is None:
        yield Defect("signed_on", "missing")
    yield from _amendment(debit, profile)
    yield _identifier("iban", check_iban, debit.iban)
    if debit.bic:
        yield _identifier("bic", check_bic, debit.bic)
    yield _text("debtor_name", debit.debtor.name, profile.name_length, profile, required=True)
    yield from check_address("debtor_address", debit.debtor.address, profile)
    if needs_address(debit.iban) and not debit.debtor.address:
        yield Defect("debtor_address", "missing", debit.iban[:2])
    if debit.ultimate_debtor:
        yield _text("ultimate_debtor", debit.ultimate_debtor, profile.name_length, profile)
    if debit.purpose and not PURPOSE.fullmatch(debit.purpose):
        yield Defect("purpose", "form", debit.purpose)
    yield from _remittance(debit, profile)


def _amount(cents: int, profile: Profile) -> Defect | None:
    if cents < 1:
        return Defect("amount", "too_small", str(cents))
    if cents > profile.max_cents:
        return Defect("amount", "too_large", str(cents), profile.max_cents)
    return None


def _amendment(debit: Debit, profile: Profile) -> Iterator[Defect | None]:
    old = debit.amendment
    if old.reference:
        yield _identifier("original_mandate", check_reference, old.reference)
    if old.creditor_id:
        yield _identifier("original_creditor_id", check_creditor_id, old.creditor_id)
    if old.creditor_name:
        yield _text("original_creditor_name", old.creditor_name, profile.name_length, profile)
    if old.iban and old.same_mandate_new_account:
        yield Defect("original_iban", "both", old.iban)
    if old.iban:
        yield _identifier("original_iban", check_iban, old.iban)


def _remittance(debit: Debit, profile: Profile) -> Iterator[Defect | None]:
    if debit.text and debit.reference:
        yield Defect("text", "both", debit.text)
    if debit.text:
        yield _text("text", debit.text, profile.text_length, profile)
    if debit.reference:
        yield _identifier("reference", check_creditor_reference, debit.reference)


def check_address(field: str, address: Address, profile: Profile) -> Iterator[Defect]:
    """Yield what is wrong with an address; one without town or country is not written."""
    if profile.address is AddressForm.STRUCTURED:
        yield from _structured_address(field, address, profile)
    if len(address.lines) > profile.address_lines:
        count = str(len(address.lines))
        yield Defect(field, "lines", count, profile.address_lines)
    for line in address.lines:
        if defect := _text(field, line, LINE_LENGTH, profile):
            yield defect
    if address.country and not COUNTRY.fullmatch(address.country):
        yield Defect(field, "country", address.country)


def _structured_address(field: str, address: Address, profile: Profile) -> Iterator[Defect]:
    if address.lines and not address:
        yield Defect(field, "unstructured", address.lines[0])
    if not address:
        return
    for name, length in ADDRESS_LENGTHS.items():
        value = getattr(address, name)
        if value and (defect := _text(f"{field}.{name}", value, length, profile)):
            yield defect


def check_group(group: Group, profile: Profile) -> list[Defect]:
    """Return everything that is wrong with a group, its debits left out."""
    return [defect for defect in _group_defects(group, profile) if defect]


def _group_defects(group: Group, profile: Profile) -> Iterator[Defect | None]:
    yield _identifier("payment_id", check_reference, group.payment_id)
    if group.scheme not in SCHEMES:
        yield Defect("scheme", "form", group.scheme)
    if group.sequence not in SEQUENCES:
        yield Defect("sequence", "form", group.sequence)
    if not is_target_day(group.collect_on):
        yield Defect("collect_on", "closed", group.collect_on.isoformat())
    yield _text("creditor_name", group.creditor.name, profile.name_length, profile, required=True)
    yield from check_address("creditor_address", group.creditor.address, profile)
    yield _identifier("creditor_id", check_creditor_id, group.creditor_id)
    yield _identifier("creditor_iban", check_iban, group.iban)
    if group.bic:
        yield _identifier("creditor_bic", check_bic, group.bic)
    if group.ultimate_creditor:
        yield _text("ultimate_creditor", group.ultimate_creditor, profile.name_length, profile)
    if group.category_purpose and not PURPOSE.fullmatch(group.category_purpose):
        yield Defect("category_purpose", "form", group.category_purpose)
    if group.count < 1:
        yield Defect("count", "too_small", str(group.count))


def check_file(file: File, profile: Profile) -> list[Defect]:
    """Return everything that is wrong with a file, its groups left out."""
    return [defect for defect in _file_defects(file, profile) if defect]


def _file_defects(file: File, profile: Profile) -> Iterator[Defect | None]:
    yield _identifier("message_id", check_reference, file.message_id)
    yield _text("initiator", file.initiator, profile.name_length, profile, required=True)
    if file.created_at.tzinfo is None:
        yield Defect("created_at", "offset")
    if not file.groups:
        yield Defect("groups", "missing")
    schemes = {group.scheme for group in file.groups}
    if profile.one_scheme and len(schemes) > 1:
        yield Defect("scheme", "mixed", ", ".join(sorted(schemes)))
    identifiers = [group.payment_id for group in file.groups]
    if len(set(identifiers)) < len(identifiers):
        yield Defect("payment_id", "twice")


# === PARTS === #


def _identifier(field: str, check: Callable[[str], str], value: str) -> Defect | None:
    try:
        written = check(value)
    except IdentifierError as error:
        return Defect(field, error.code, value, error.expected)
    return None if written == value else Defect(field, "not_normalised", value)


def _text(
    field: str, value: str, length: int, profile: Profile, *, required: bool = False
) -> Defect | None:
    written = convert(value, profile.policy)
    if not written:
        # A text of blanks only may cost the whole file.
        return Defect(field, "missing") if required or value else None
    if len(written) > length:
        return Defect(field, "too_long", written, length)
    return None

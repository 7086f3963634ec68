"""Identifiers of SEPA direct debit: creditor, mandate, message, account and references.

Each function returns the value in the form in which it is stored, or raises an
``IdentifierError`` whose code says what is wrong. Nothing is ever transliterated here: an
identifier that has been changed silently is another identifier.
"""

import re

from stdnum import bic as stdnum_bic
from stdnum import iso11649
from stdnum.eu import at_02
from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_97_10

MAX_REFERENCE = 35
REFERENCE = re.compile(r"[A-Za-z0-9+?/\-:().,' ]+")
MAX_CREDITOR_ID = 35
# Length of a creditor identifier per country, as far as national rules fix it (EPC262-08).
CREDITOR_ID_LENGTHS = {"DE": 18, "AT": 18, "NL": 19, "FR": 13, "ES": 16, "IT": 23}
CREDITOR_ID = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{3}[A-Z0-9+?/\-:().,']+")

EEA = frozenset(
    {
        "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE",
        "IS", "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
    }
)  # fmt: skip
# The other countries of the scheme (EPC409-09 v8.0), with the IBANs of Gibraltar. Guernsey,
# Jersey and the Isle of Man use British IBANs.
OUTSIDE_EEA = frozenset(["AD", "AL", "CH", "GB", "GI", "MC", "MD", "ME", "MK", "RS", "SM", "VA"])
SEPA = EEA | OUTSIDE_EEA
# Length of the IBANs of the scheme (registry of SWIFT). Not from python-stdnum: its table cannot
# be read inside Odoo 19, whose import hook hides the data files of the package.
IBAN_LENGTHS = {
    "AD": 24, "AL": 28, "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22,
    "DK": 18, "EE": 20, "ES": 24, "FI": 18, "FR": 27, "GB": 22, "GI": 23, "GR": 27, "HR": 21,
    "HU": 28, "IE": 22, "IS": 26, "IT": 27, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MC": 27,
    "MD": 24, "ME": 22, "MK": 19, "MT": 31, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24,
    "RS": 22, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "VA": 22,
}  # fmt: skip


class IdentifierError(ValueError):
    """An identifier that banks would refuse.

    :ivar code: "empty", "too_long", "characters", "slash", "spaces", "form", "check_digits",
        "length" or "country"
    """

    def __init__(self, code: str, value: str, expected: int = 0) -> None:
        super().__init__(f"{code}: {value!r}")
        self.code = code
        self.value = value
        self.expected = expected


def check_reference(value: str) -> str:
    """Return a mandate reference, message, batch or end-to-end id that every bank accepts.

    1-35 characters of the basic set; no slash at either end and no two in a row (EPC230-15); no
    space at either end, which systems on the way would strip.

    >>> check_reference("INV/2026/00012")
    'INV/2026/00012'
    >>> check_reference("M_1")
    Traceback (most recent call last):
        ...
    odoo.addons.sepa_debit.core.identifiers.IdentifierError: characters: 'M_1'
    >>> check_reference("A//B")
    Traceback (most recent call last):
        ...
    odoo.addons.sepa_debit.core.identifiers.IdentifierError: slash: 'A//B'
    """
    if not value.strip():
        raise IdentifierError("empty", value)
    if len(value) > MAX_REFERENCE:
        raise IdentifierError("too_long", value, MAX_REFERENCE)
    if not REFERENCE.fullmatch(value):
        raise IdentifierError("characters", value)
    if value.startswith("/") or value.endswith("/") or "//" in value:
        raise IdentifierError("slash", value)
    if value != value.strip():
        raise IdentifierError("spaces", value)
    return value


def check_creditor_id(value: str) -> str:
    """Return a creditor identifier without spaces and in capitals.

    The three characters after the check digits (business code) do not count for the check.

    >>> check_creditor_id("de98 zzz 0999 9999 999")
    'DE98ZZZ09999999999'
    >>> check_creditor_id("DE98ABC09999999999")
    'DE98ABC09999999999'
    >>> check_creditor_id("DE99ZZZ09999999999")
    Traceback (most recent call last):
        ...
    odoo.addons.sepa_debit.core.identifiers.IdentifierError: check_digits: 'DE99ZZZ09999999999'
    """
    number = re.sub(r"\s", "", value).upper()
    if not number:
        raise IdentifierError("empty", value)
    if len(number) > MAX_CREDITOR_ID:
        raise IdentifierError("too_long", number, MAX_CREDITOR_ID)
    if not CREDITOR_ID.fullmatch(number):
        raise IdentifierError("form", number)
    length = CREDITOR_ID_LENGTHS.get(number[:2])
    if length and len(number) != length:
        raise IdentifierError("length", number, length)
    try:
        at_02.validate(number)
    except ValidationError as error:
        raise IdentifierError("check_digits", number) from error
    return number


def mandate_key(creditor_id: str, reference: str) -> str:
    """Return what must be unique: the creditor without business code, and the reference.

    Two references that differ in case only are one to banks.

    >>> mandate_key("DE98ABC09999999999", "Kd-1") == mandate_key("DE98ZZZ09999999999", "KD-1")
    True
    >>> mandate_key("DE98ZZZ09999999999", "KD-1") == mandate_key("DE98ZZZ09999999999", "KD-2")
    False
    """
    number = re.sub(r"\s", "", creditor_id).upper()
    return f"{number[:4]}{number[7:]} {reference.strip().upper()}"


def check_iban(value: str) -> str:
    """Return an IBAN without spaces and in capitals.

    >>> check_iban("de89 3704 0044 0532 0130 00")
    'DE89370400440532013000'
    >>> check_iban("DE89370400440532013001")
    Traceback (most recent call last):
        ...
    odoo.addons.sepa_debit.core.identifiers.IdentifierError: check_digits: 'DE89370400440532013001'
    >>> check_iban("TR330006100519786457841326")
    Traceback (most recent call last):
        ...
    odoo.addons.sepa_debit.core.identifiers.IdentifierError: country: 'TR330006100519786457841326'
    """
    number = re.sub(r"[\s-]", "", value).upper()
    if not number:
        raise IdentifierError("empty", value)
    if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{1,30}", number):
        raise IdentifierError("form", number)
    if not mod_97_10.is_valid(number[4:] + number[:4]):
        raise IdentifierError("check_digits", number)
    if number[:2] not in SEPA:
        raise IdentifierError("country", number)
    if len(number) != IBAN_LENGTHS[number[:2]]:
        raise IdentifierError("length", number, IBAN_LENGTHS[number[:2]])
    return number


def check_bic(value: str) -> str:
    """Return a BIC of 8 or 11 characters in capitals.

    >>> check_bic("cobadeff xxx")
    'COBADEFFXXX'
    >>> check_bic("NOTPROVIDED")
    Traceback (most recent call last):
        ...
    odoo.addons.sepa_debit.core.identifiers.IdentifierError: form: 'NOTPROVIDED'
    """
    number = re.sub(r"\s", "", value).upper()
    # It has the form of a BIC and is what careless writers put into the field of one.
    if number == "NOTPROVIDED":
        raise IdentifierError("form", number)
    try:
        return str(stdnum_bic.validate(number))
    except ValidationError as error:
        raise IdentifierError("form", number) from error


def needs_address(iban: str) -> bool:
    """Whether the debtor's address is compulsory: the account is outside the EEA.

    >>> needs_address("CH9300762011623852957"), needs_address("DE89370400440532013000")
    (True, False)
    """
    return iban[:2].upper() not in EEA


def creditor_reference(number: str) -> str:
    """Return the structured reference (ISO 11649) of a document number.

    Signs and spaces are left out, since a reference has none.

    >>> creditor_reference("INV/2026/00012")
    'RF70INV202600012'
    """
    base = re.sub(r"[^A-Za-z0-9]", "", number).upper()
    if not base:
        raise IdentifierError("empty", number)
    if len(base) > 21:
        raise IdentifierError("too_long", number, 21)
    return f"RF{mod_97_10.calc_check_digits(base + 'RF')}{base}"


def check_creditor_reference(value: str) -> str:
    """Return a structured reference without spaces and in capitals.

    >>> check_creditor_reference("rf18 5390 0754 7034")
    'RF18539007547034'
    """
    try:
        return str(iso11649.validate(value)).upper()
    except ValidationError as error:
        raise IdentifierError("check_digits", value) from error

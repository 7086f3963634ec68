"""The text of the QR code from which a banking application fills in a transfer.

Source: European Payments Council, EPC069-12 version 3.1, "Quick Response Code: guidelines to
enable data capture for the initiation of a SEPA credit transfer". The code that carries the text
has error level M and at most version 13, hence at most 331 bytes.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from stdnum import bic as bic_rules
from stdnum import iso11649
from stdnum.iso7064 import mod_97_10

MAX_NAME = 70
MAX_TEXT = 140
MAX_BYTES = 331
MAX_VERSION = 13
ERROR_LEVEL = "M"
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_SMALLEST, _LARGEST = Decimal("0.01"), Decimal("999999999.99")


class TransferError(ValueError):
    """A transfer that no code can stand for; ``code`` names what is wrong with it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class CreditTransfer:
    """What is to be transferred.

    ``amount`` is in euros, exact to the cent. ``reference`` is what the payer has to state: an RF
    creditor reference (ISO 11649) or any text. ``bic`` may be empty within the EEA.
    """

    name: str
    iban: str
    amount: Decimal
    reference: str = ""
    bic: str = ""


def is_creditor_reference(reference: str) -> bool:
    """Whether ``reference`` is an RF reference whose check digits are right.

    >>> is_creditor_reference("RF18 5390 0754 7034"), is_creditor_reference("RF18 5390 0754 7035")
    (True, False)
    >>> is_creditor_reference("INV/2026/00012")
    False
    """
    return bool(iso11649.is_valid(reference))


def compact_iban(iban: str) -> str:
    """Return ``iban`` without spaces, in capitals."""
    return "".join(iban.split()).upper()


def is_iban(iban: str) -> bool:
    """Whether form and check digits of ``iban`` are right (ISO 13616); its bank is not checked.

    >>> is_iban("de02 1203 0000 0000 2020 51"), is_iban("DE03120300000000202051"), is_iban("42")
    (True, False, False)
    """
    # Not stdnum.iban: its table of countries cannot be read inside Odoo, which wraps the import.
    compact = compact_iban(iban)
    return bool(_IBAN.fullmatch(compact) and mod_97_10.is_valid(compact[4:] + compact[:4]))


def group_iban(iban: str) -> str:
    """Return ``iban`` in groups of four.

    >>> group_iban("DE02120300000000202051")
    'DE02 1203 0000 0000 2020 51'
    """
    compact = compact_iban(iban)
    return " ".join(compact[start : start + 4] for start in range(0, len(compact), 4))


def transfer_payload(transfer: CreditTransfer) -> str:
    r"""Return the text of the code. Raise ``TransferError`` with the code ``name``, ``iban``,
    ``bic`` or ``amount`` if a bank would refuse it.

    Name and text are cut to what the standard allows; no character is cut in half.

    >>> transfer_payload(CreditTransfer("Example GmbH", "DE02 1203 0000 0000 2020 51",
    ...                                 Decimal("119"), "INV/2026/00012"))
    'BCD\n002\n1\nSCT\n\nExample GmbH\nDE02120300000000202051\nEUR119.00\n\n\nINV/2026/00012'
    >>> transfer_payload(CreditTransfer("Example GmbH", "DE02120300000000202051",
    ...                                 Decimal("0.50"), "RF18 5390 0754 7034", "BYLADEM1001"))
    'BCD\n002\n1\nSCT\nBYLADEM1001\nExample GmbH\nDE02120300000000202051\nEUR0.50\n\nRF18539007547034'
    >>> transfer_payload(CreditTransfer("Example GmbH", "DE03120300000000202051", Decimal(1)))
    Traceback (most recent call last):
    ...
    odoo.addons.billing_base.core.credit_transfer.TransferError: iban
    """
    name = one_line(transfer.name)[:MAX_NAME].strip()
    if not name:
        raise TransferError("name")
    if not is_iban(transfer.iban):
        raise TransferError("iban")
    if transfer.bic and not bic_rules.is_valid(transfer.bic):
        raise TransferError("bic")
    if not _SMALLEST <= transfer.amount <= _LARGEST:
        raise TransferError("amount")
    if transfer.amount != transfer.amount.quantize(_SMALLEST):
        raise TransferError("amount")
    reference, text = "", one_line(transfer.reference)[:MAX_TEXT].strip()
    if is_creditor_reference(transfer.reference):
        reference, text = iso11649.compact(transfer.reference), ""
    lines = [
        "BCD",
        "002",
        "1",  # UTF-8
        "SCT",
        bic_rules.compact(transfer.bic) if transfer.bic else "",
        name,
        compact_iban(transfer.iban),
        f"EUR{transfer.amount:.2f}",
        "",  # purpose
        reference,
        text,
    ]
    return _cut_to_bytes("\n".join(lines)).rstrip("\n")


def one_line(text: str) -> str:
    r"""Return ``text`` without line breaks and control characters.

    >>> one_line("  Example\r\nGmbH\t& Co.\x00 ")
    'Example GmbH & Co.'
    """
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", " ", text).split())


def _cut_to_bytes(payload: str) -> str:
    """Shorten the text at the end, if it is in a script of many bytes per character."""
    return payload.encode()[:MAX_BYTES].decode(errors="ignore")

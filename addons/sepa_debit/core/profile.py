"""What a bank expects of a file of debits: one profile per family of banks."""

from dataclasses import dataclass
from enum import Enum

from .charset import Policy


class Variant(str, Enum):
    """Version of the message pain.008."""

    V08 = "pain.008.001.08"
    V02 = "pain.008.001.02"

    @property
    def namespace(self) -> str:
        return f"urn:iso:std:iso:20022:tech:xsd:{self.value}"


class AddressForm(str, Enum):
    """How an address is written."""

    STRUCTURED = "structured"
    LINES = "lines"


@dataclass(frozen=True)
class Profile:
    """What a bank expects.

    :ivar key: stored on the bank's settings
    :ivar variant: version of the message
    :ivar policy: characters in names and texts
    :ivar name_length: of parties; 140 in the schema, 70 in the scheme
    :ivar text_length: of the unstructured remittance text
    :ivar address: how addresses are written
    :ivar address_lines: how many unstructured lines are taken at most
    :ivar hybrid_address: whether lines may stand beside structured parts
    :ivar offset: whether the time of creation carries its offset from UTC
    :ivar one_scheme: whether Core and B2B go into files of their own
    :ivar max_cents: largest amount of a single debit
    """

    key: str
    variant: Variant
    policy: Policy
    name_length: int = 70
    text_length: int = 140
    address: AddressForm = AddressForm.STRUCTURED
    address_lines: int = 0
    hybrid_address: bool = False
    offset: bool = False
    one_scheme: bool = False
    max_cents: int = 99999999999

    @property
    def has_bicfi(self) -> bool:
        """Whether the element of a BIC is called BICFI."""
        return self.variant is Variant.V08


EPC = Profile("epc", Variant.V08, Policy.BASIC, one_scheme=True)
# Subset GBIC_5 of the German banking industry, in force since 2025.
GERMANY = Profile(
    "de", Variant.V08, Policy.GERMAN, address_lines=2, hybrid_address=True, one_scheme=True
)
AUSTRIA = Profile("at", Variant.V08, Policy.GERMAN, offset=True)
# Subset GBIC_3, for banks and programs that still take the old format.
GERMANY_LEGACY = Profile(
    "de_legacy",
    Variant.V02,
    Policy.GERMAN,
    address=AddressForm.LINES,
    address_lines=2,
    one_scheme=True,
)
PROFILES = {profile.key: profile for profile in (EPC, GERMANY, AUSTRIA, GERMANY_LEGACY)}

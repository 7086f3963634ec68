"""Files of direct debits (pain.008): frozen facts in, bytes out.

The same facts give the same bytes. Debits are streamed: a file of any size needs the memory of
one piece. What is written is expected to be checked (``checks``); here nothing is repaired but
characters that the bank's set does not have.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from xml.sax.saxutils import escape

from .charset import convert
from .mandate import Amendment
from .profile import AddressForm, Profile

PIECE = 500
NOT_PROVIDED = "<FinInstnId><Othr><Id>NOTPROVIDED</Id></Othr></FinInstnId>"


class ControlError(ValueError):
    """What a group contains is not what it announced."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a party lives; of use with town and country only.

    :ivar lines: up to two unstructured lines, beside the rest where a bank allows it
    """

    street: str = ""
    building: str = ""
    postcode: str = ""
    town: str = ""
    subdivision: str = ""
    country: str = ""
    lines: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.town and self.country)


@dataclass(frozen=True, slots=True)
class Party:
    """A creditor, debtor, or whom they act for."""

    name: str
    address: Address = Address()


@dataclass(frozen=True, slots=True)
class Debit:
    """One amount to be collected from one account.

    :ivar cents: amount in cents of a euro
    :ivar mandate: its reference
    :ivar amendment: old values of the mandate that the debtor's bank does not know of yet
    :ivar ultimate_debtor: whose debt it is, if not the account holder's
    :ivar purpose: code of four letters
    :ivar text: unstructured remittance text, or ...
    :ivar reference: ... a structured one (ISO 11649); never both
    """

    end_to_end_id: str
    cents: int
    mandate: str
    signed_on: date | None
    debtor: Party
    iban: str
    bic: str = ""
    amendment: Amendment = Amendment()
    ultimate_debtor: str = ""
    purpose: str = ""
    text: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Debits of one day, account, scheme and sequence type (PmtInf).

    :ivar count: number of debits, and ``cents`` their sum, known before they are read
    :ivar debits: read once, while the file is written
    """

    payment_id: str
    scheme: str
    sequence: str
    collect_on: date
    creditor: Party
    creditor_id: str
    iban: str
    count: int
    cents: int
    debits: Iterable[Debit]
    bic: str = ""
    is_one_booking: bool = True
    category_purpose: str = ""
    ultimate_creditor: str = ""


@dataclass(frozen=True, slots=True)
class File:
    """One message to one bank.

    :ivar created_at: aware; its offset is written where the bank wants it
    """

    message_id: str
    created_at: datetime
    initiator: str
    groups: tuple[Group, ...]

    @property
    def count(self) -> int:
        return sum(group.count for group in self.groups)

    @property
    def cents(self) -> int:
        return sum(group.cents for group in self.groups)


def amount(cents: int) -> str:
    """Return cents as euros with two decimals.

    >>> amount(1), amount(123456), amount(100)
    ('0.01', '1234.56', '1.00')
    """
    return f"{cents // 100}.{cents % 100:02d}"


def render(file: File, profile: Profile) -> Iterator[bytes]:
    """Yield the bytes of a file.

    :raise ControlError: when the debits of a group are not as many or as much as announced
    """
    yield from _Writer(profile).render(file)


class _Writer:
    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._bic_tag = "BICFI" if profile.has_bicfi else "BIC"

    def render(self, file: File) -> Iterator[bytes]:
        namespace = self._profile.variant.namespace
        yield (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<Document xmlns="{namespace}"><CstmrDrctDbtInitn>'
            f"<GrpHdr><MsgId>{escape(file.message_id)}</MsgId>"
            f"<CreDtTm>{self._created(file.created_at)}</CreDtTm>"
            f"<NbOfTxs>{file.count}</NbOfTxs><CtrlSum>{amount(file.cents)}</CtrlSum>"
            f"<InitgPty>{self._name(file.initiator)}</InitgPty></GrpHdr>\n"
        ).encode()
        for group in file.groups:
            yield self._group_head(group).encode()
            yield from self._debits(group)
            yield b"</PmtInf>\n"
        yield b"</CstmrDrctDbtInitn></Document>\n"

    def _created(self, moment: datetime) -> str:
        seconds = moment.replace(microsecond=0)
        if self._profile.offset:
            return seconds.isoformat()
        return seconds.replace(tzinfo=None).isoformat()

    # === GROUP === #

    def _group_head(self, group: Group) -> str:
        purpose = group.category_purpose
        return (
            f"<PmtInf><PmtInfId>{escape(group.payment_id)}</PmtInfId><PmtMtd>DD</PmtMtd>"
            f"<BtchBookg>{'true' if group.is_one_booking else 'false'}</BtchBookg>"
            f"<NbOfTxs>{group.count}</NbOfTxs><CtrlSum>{amount(group.cents)}</CtrlSum>"
            "<PmtTpInf><SvcLvl><Cd>SEPA</Cd></SvcLvl>"
            f"<LclInstrm><Cd>{group.scheme}</Cd></LclInstrm><SeqTp>{group.sequence}</SeqTp>"
            + (f"<CtgyPurp><Cd>{purpose}</Cd></CtgyPurp>" if purpose else "")
            + f"</PmtTpInf><ReqdColltnDt>{group.collect_on.isoformat()}</ReqdColltnDt>"
            f"<Cdtr>{self._party(group.creditor)}</Cdtr>"
            f"<CdtrAcct><Id><IBAN>{group.iban}</IBAN></Id></CdtrAcct>"
            f"<CdtrAgt>{self._agent(group.bic)}</CdtrAgt>"
            + self._ultimate("UltmtCdtr", group.ultimate_creditor)
            + "<ChrgBr>SLEV</ChrgBr>"
            f"<CdtrSchmeId>{_scheme_id(group.creditor_id)}</CdtrSchmeId>\n"
        )

    def _debits(self, group: Group) -> Iterator[bytes]:
        count = cents = 0
        debits = iter(group.debits)
        while piece := tuple(islice(debits, PIECE)):
            count += len(piece)
            cents += sum(debit.cents for debit in piece)
            yield "".join(map(self._debit, piece)).encode()
        if (count, cents) != (group.count, group.cents):
            raise ControlError(group.payment_id)

    # === DEBIT === #

    def _debit(self, debit: Debit) -> str:
        signed = debit.signed_on.isoformat() if debit.signed_on else ""
        purpose = f"<Purp><Cd>{debit.purpose}</Cd></Purp>" if debit.purpose else ""
        return (
            f"<DrctDbtTxInf><PmtId><EndToEndId>{escape(debit.end_to_end_id)}</EndToEndId></PmtId>"
            f'<InstdAmt Ccy="EUR">{amount(debit.cents)}</InstdAmt>'
            f"<DrctDbtTx><MndtRltdInf><MndtId>{escape(debit.mandate)}</MndtId>"
            f"<DtOfSgntr>{signed}</DtOfSgntr>{self._amendment(debit.amendment)}"
            f"</MndtRltdInf></DrctDbtTx><DbtrAgt>{self._agent(debit.bic)}</DbtrAgt>"
            f"<Dbtr>{self._party(debit.debtor)}</Dbtr>"
            f"<DbtrAcct><Id><IBAN>{debit.iban}</IBAN></Id></DbtrAcct>"
            f"{self._ultimate('UltmtDbtr', debit.ultimate_debtor)}{purpose}"
            f"{self._remittance(debit)}</DrctDbtTxInf>\n"
        )

    def _amendment(self, amendment: Amendment) -> str:
        if not amendment:
            return ""
        old = ""
        if amendment.reference:
            old += f"<OrgnlMndtId>{escape(amendment.reference)}</OrgnlMndtId>"
        if amendment.creditor_id or amendment.creditor_name:
            name = self._name(amendment.creditor_name) if amendment.creditor_name else ""
            number = _scheme_id(amendment.creditor_id) if amendment.creditor_id else ""
            old += f"<OrgnlCdtrSchmeId>{name}{number}</OrgnlCdtrSchmeId>"
        if amendment.same_mandate_new_account:
            old += "<OrgnlDbtrAcct><Id><Othr><Id>SMNDA</Id></Othr></Id></OrgnlDbtrAcct>"
        elif amendment.iban:
            old += f"<OrgnlDbtrAcct><Id><IBAN>{amendment.iban}</IBAN></Id></OrgnlDbtrAcct>"
        return f"<AmdmntInd>true</AmdmntInd><AmdmntInfDtls>{old}</AmdmntInfDtls>"

    def _remittance(self, debit: Debit) -> str:
        if debit.reference:
            return (
                "<RmtInf><Strd><CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry>"
                f"<Issr>ISO</Issr></Tp><Ref>{debit.reference}</Ref></CdtrRefInf></Strd></RmtInf>"
            )
        return f"<RmtInf><Ustrd>{self._text(debit.text)}</Ustrd></RmtInf>" if debit.text else ""

    # === PARTS === #

    def _agent(self, bic: str) -> str:
        if not bic:
            return NOT_PROVIDED
        return f"<FinInstnId><{self._bic_tag}>{bic}</{self._bic_tag}></FinInstnId>"

    def _ultimate(self, tag: str, name: str) -> str:
        return f"<{tag}>{self._name(name)}</{tag}>" if name else ""

    def _party(self, party: Party) -> str:
        return self._name(party.name) + self._address(party.address)

    def _name(self, name: str) -> str:
        return f"<Nm>{self._text(name)}</Nm>"

    def _address(self, address: Address) -> str:
        if self._profile.address is AddressForm.LINES:
            return self._address_in_lines(address)
        if not address:
            return ""
        parts = (
            ("StrtNm", address.street),
            ("BldgNm", address.building),
            ("PstCd", address.postcode),
            ("TwnNm", address.town),
            ("CtrySubDvsn", address.subdivision),
            ("Ctry", address.country),
            *(("AdrLine", line) for line in address.lines),
        )
        return f"<PstlAdr>{self._elements(parts)}</PstlAdr>"

    def _address_in_lines(self, address: Address) -> str:
        if not address.country:
            return ""
        town = f"{address.postcode} {address.town}".strip()
        lines = address.lines or tuple(filter(None, (address.street, town)))
        parts = (("Ctry", address.country), *(("AdrLine", line) for line in lines))
        return f"<PstlAdr>{self._elements(parts)}</PstlAdr>"

    def _elements(self, parts: Iterable[tuple[str, str]]) -> str:
        return "".join(f"<{tag}>{self._text(text)}</{tag}>" for tag, text in parts if text)

    def _text(self, text: str) -> str:
        return escape(convert(text, self._profile.policy))


def _scheme_id(creditor_id: str) -> str:
    return (
        f"<Id><PrvtId><Othr><Id>{escape(creditor_id)}</Id>"
        "<SchmeNm><Prtry>SEPA</Prtry></SchmeNm></Othr></PrvtId></Id>"
    )

"""Whether the bytes of a file keep to a profile: what the ISO schema leaves open.

For files from anywhere: ours in tests, another program's when a customer asks why the bank
refuses them. Finds what the German and Austrian subsets forbid although ISO 20022 allows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO

from lxml import etree

from .checks import Defect
from .identifiers import IdentifierError, check_reference
from .profile import AddressForm, Profile

IDENTIFIERS = {"MsgId", "PmtInfId", "EndToEndId", "InstrId", "MndtId", "OrgnlMndtId"}
PARTIES = {"Cdtr", "Dbtr", "UltmtCdtr", "UltmtDbtr", "InitgPty", "OrgnlCdtrSchmeId"}
OFFSET = re.compile(r"(\.\d*[1-9])?(Z|[+-]\d\d:\d\d)$")
LINES_ONLY = {"Ctry", "AdrLine"}


def inspect(content: bytes, profile: Profile) -> list[Defect]:
    """Return what a bank of this profile would refuse, in the order of the file.

    ``field`` of a defect is the path of the element below the message.
    """
    root = etree.parse(BytesIO(content), etree.XMLParser(resolve_entities=False)).getroot()
    if etree.QName(root).namespace != profile.variant.namespace:
        return [Defect("Document", "namespace", etree.QName(root).namespace or "")]
    return list(_defects(root, profile))


def _defects(root: etree._Element, profile: Profile) -> Iterator[Defect]:
    schemes = set()
    for element in root.iter(tag=etree.Element):
        name = _name(element)
        if name in IDENTIFIERS:
            yield from _identifier(element)
        elif name == "PstlAdr":
            yield from _address(element, profile)
        elif name in {"GrpHdr", "PmtInf"}:
            yield from _totals(element)
        elif name == "CreDtTm" and profile.offset and not OFFSET.search(_value(element)):
            yield Defect(_path(element), "offset", _value(element))
        elif name == "DrctDbtTxInf":
            yield from _debit(element)
        elif name == "LclInstrm":
            schemes.add("".join(str(text) for text in element.itertext()).strip())
        elif name in PARTIES:
            yield from _party(element, profile)
    if profile.one_scheme and len(schemes) > 1:
        yield Defect("LclInstrm", "mixed", ", ".join(sorted(schemes)))


def _identifier(element: etree._Element) -> Iterator[Defect]:
    try:
        check_reference(_value(element))
    except IdentifierError as error:
        yield Defect(_path(element), error.code, error.value, error.expected)


def _totals(element: etree._Element) -> Iterator[Defect]:
    for name in ("NbOfTxs", "CtrlSum"):
        if _child(element, name) is None:
            yield Defect(f"{_path(element)}/{name}", "missing")


def _party(element: etree._Element, profile: Profile) -> Iterator[Defect]:
    name = _value(_child(element, "Nm"))
    if len(name) > profile.name_length:
        yield Defect(f"{_path(element)}/Nm", "too_long", name, profile.name_length)
    if _name(element) == "Cdtr" and _child(element, "Id") is not None:
        yield Defect(f"{_path(element)}/Id", "forbidden")


def _debit(element: etree._Element) -> Iterator[Defect]:
    path = _path(element)
    amount = _value(_child(element, "InstdAmt"))
    if not amount or float(amount) <= 0:
        yield Defect(f"{path}/InstdAmt", "too_small", amount)
    mandate = next(element.iter("{*}MndtRltdInf"), None)
    if not _value(_child(mandate, "DtOfSgntr")):
        yield Defect(f"{path}/DtOfSgntr", "missing")
    if _child(_child(element, "DbtrAcct"), "Ccy") is not None:
        yield Defect(f"{path}/DbtrAcct/Ccy", "forbidden")
    texts = list(element.iter("{*}Ustrd"))
    structured = list(element.iter("{*}Strd"))
    if len(texts) + len(structured) > 1:
        yield Defect(f"{path}/RmtInf", "both")
    for bic in element.iter("{*}BICFI", "{*}BIC"):
        if _value(bic) == "NOTPROVIDED":
            yield Defect(_path(bic), "form", _value(bic))


def _address(element: etree._Element, profile: Profile) -> Iterator[Defect]:
    path = _path(element)
    names = [_name(child) for child in element.iterchildren(tag=etree.Element)]
    lines = names.count("AdrLine")
    if profile.address is AddressForm.LINES:
        if set(names) - LINES_ONLY:
            yield Defect(path, "structured")
        elif lines > profile.address_lines:
            yield Defect(path, "lines", str(lines), profile.address_lines)
        return
    yield from (Defect(f"{path}/{n}", "missing") for n in ("TwnNm", "Ctry") if n not in names)
    if lines > profile.address_lines:
        yield Defect(f"{path}/AdrLine", "lines", str(lines), profile.address_lines)


# === READING === #


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname


def _child(element: etree._Element | None, name: str) -> etree._Element | None:
    return None if element is None else next(element.iterchildren(f"{{*}}{name}"), None)


def _value(element: etree._Element | None) -> str:
    return "" if element is None else (element.text or "")


def _path(element: etree._Element) -> str:
    names = [_name(element), *(_name(parent) for parent in element.iterancestors())]
    return "/".join(reversed(names[:-2]))

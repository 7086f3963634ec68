"""Status reports (pain.002): what the bank says about a file, on all three levels."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

MAX_BYTES = 50 * 1024 * 1024


class ReportError(ValueError):
    """A file that is no status report.

    :ivar code: "size", "entities", "xml" or "kind"
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Status:
    """What is said about one thing: a file, a group or a debit.

    :ivar code: "RJCT", "ACCP", "ACTC", "ACSP", "ACSC", "PDNG", "PART" ...; empty if not said
    :ivar reasons: codes, proprietary ones verbatim
    """

    identifier: str
    code: str
    reasons: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()


@dataclass(frozen=True)
class GroupStatus:
    """What is said about a group (PmtInf) and its debits, by their end-to-end ids."""

    status: Status
    debits: tuple[Status, ...] = ()


@dataclass(frozen=True)
class Report:
    """A status report.

    :ivar file: about the file as a whole, by its message id
    """

    message_id: str
    file: Status
    groups: tuple[GroupStatus, ...] = ()

    @property
    def is_file_rejected(self) -> bool:
        """Whether nothing of the file was taken; then groups and debits may be missing."""
        return self.file.code == "RJCT"

    def rejections(self) -> tuple[tuple[str, str, Status], ...]:
        """Return what was rejected as (level, id, status), the highest level only.

        A rejected file or group says nothing of what is inside; whoever has it knows.
        """
        if self.is_file_rejected:
            return (("file", self.file.identifier, self.file),)
        found: list[tuple[str, str, Status]] = []
        for group in self.groups:
            if group.status.code == "RJCT":
                found.append(("group", group.status.identifier, group.status))
                continue
            found += [
                ("debit", debit.identifier, debit)
                for debit in group.debits
                if debit.code == "RJCT"
            ]
        return tuple(found)


def read(content: bytes) -> Report:
    """Read a status report of any version, whatever its namespace or prefix.

    :raise ReportError: when it is none, is broken, or would expand entities
    """
    root = _parse(content)
    message = next((e for e in root.iter(_any("CstmrPmtStsRpt"), _any("pain.002.001.03"))), None)
    if message is None:
        raise ReportError("kind")
    original = _child(message, "OrgnlGrpInfAndSts")
    return Report(
        message_id=_text(_child(message, "GrpHdr"), "MsgId"),
        file=_status(original, "OrgnlMsgId", "GrpSts"),
        groups=tuple(_group(e) for e in message.iterchildren(_any("OrgnlPmtInfAndSts"))),
    )


def _group(element: etree._Element) -> GroupStatus:
    return GroupStatus(
        _status(element, "OrgnlPmtInfId", "PmtInfSts"),
        tuple(
            _status(e, "OrgnlEndToEndId", "TxSts")
            for e in element.iterchildren(_any("TxInfAndSts"))
        ),
    )


def _status(element: etree._Element | None, id_tag: str, status_tag: str) -> Status:
    if element is None:
        return Status("", "")
    reasons, texts = [], []
    for info in element.iterchildren(_any("StsRsnInf")):
        reason = _child(info, "Rsn")
        code = _text(reason, "Cd") or _text(reason, "Prtry")
        if code:
            reasons.append(code)
        texts += [(e.text or "").strip() for e in info.iterchildren(_any("AddtlInf"))]
    return Status(_text(element, id_tag), _text(element, status_tag), tuple(reasons), tuple(texts))


def _parse(content: bytes) -> etree._Element:
    if len(content) > MAX_BYTES:
        raise ReportError("size")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ReportError("xml") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise ReportError("entities")
    return root


def _any(tag: str) -> str:
    return f"{{*}}{tag}"


def _child(element: etree._Element | None, tag: str) -> etree._Element | None:
    return None if element is None else next(element.iterchildren(_any(tag)), None)


def _text(element: etree._Element | None, tag: str) -> str:
    child = _child(element, tag)
    return "" if child is None else (child.text or "").strip()

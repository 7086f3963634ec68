"""Status reports on three levels, whatever the shape."""

import pytest

from odoo.addons.sepa_debit.core.pain002 import ReportError, read


def report(content, version="10", prefix=""):
    colon = f"{prefix}:" if prefix else ""
    names = f"xmlns{':' + prefix if prefix else ''}"
    return (
        f'<{colon}Document {names}="urn:iso:std:iso:20022:tech:xsd:pain.002.001.{version}">'
        f"{content}</{colon}Document>"
    ).encode()


FILE = """<CstmrPmtStsRpt><GrpHdr><MsgId>B1</MsgId></GrpHdr>
<OrgnlGrpInfAndSts><OrgnlMsgId>SDD1</OrgnlMsgId><GrpSts>RJCT</GrpSts>
<StsRsnInf><Rsn><Cd>FF01</Cd></Rsn><AddtlInf>line 7</AddtlInf></StsRsnInf>
</OrgnlGrpInfAndSts></CstmrPmtStsRpt>"""
GROUP = """<CstmrPmtStsRpt><GrpHdr><MsgId>B1</MsgId></GrpHdr>
<OrgnlGrpInfAndSts><OrgnlMsgId>SDD1</OrgnlMsgId></OrgnlGrpInfAndSts>
<OrgnlPmtInfAndSts><OrgnlPmtInfId>SDD1-1</OrgnlPmtInfId><PmtInfSts>RJCT</PmtInfSts>
<StsRsnInf><Rsn><Prtry>House 7</Prtry></Rsn></StsRsnInf></OrgnlPmtInfAndSts>
<OrgnlPmtInfAndSts><OrgnlPmtInfId>SDD1-2</OrgnlPmtInfId>
<TxInfAndSts><OrgnlEndToEndId>E1</OrgnlEndToEndId><TxSts>RJCT</TxSts>
<StsRsnInf><Rsn><Cd>AC01</Cd></Rsn></StsRsnInf></TxInfAndSts>
<TxInfAndSts><OrgnlEndToEndId>E2</OrgnlEndToEndId><TxSts>ACCP</TxSts></TxInfAndSts>
</OrgnlPmtInfAndSts></CstmrPmtStsRpt>"""


@pytest.mark.parametrize("version", ["03", "10", "12"])
def test_file_level(version):
    found = read(report(FILE, version))
    ((level, identifier, status),) = found.rejections()
    assert (level, identifier) == ("file", "SDD1")
    assert status.reasons == ("FF01",)
    assert status.texts == ("line 7",)


def test_group_and_debit_level():
    found = read(report(GROUP))
    assert [(level, key, s.reasons) for level, key, s in found.rejections()] == [
        ("group", "SDD1-1", ("House 7",)),
        ("debit", "E1", ("AC01",)),
    ]
    assert found.groups[1].debits[1].code == "ACCP"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "xml"),
        (b"<Document/>", "kind"),
        (b"PK\x03\x04", "xml"),
        (report(FILE)[:-30], "xml"),
        (b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "entities"),
        (
            b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><a>&b;</a>',
            "entities",
        ),
    ],
)
def test_refused(content, code):
    with pytest.raises(ReportError) as refused:
        read(content)
    assert refused.value.code == code

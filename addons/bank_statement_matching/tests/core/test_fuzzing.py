"""Whatever bytes arrive: statements or an error with a code, never anything else."""

import contextlib

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.bank_statement_matching.core import detect, returns
from odoo.addons.bank_statement_matching.core.records import StatementError

SEEDS = [
    b'<?xml version="1.0"?><Document xmlns="x"><BkToCstmrStmt><GrpHdr><MsgId>M</MsgId></GrpHdr>'
    b"<Stmt><Id>S</Id><Acct><Id><IBAN>DE02300606010002474689</IBAN></Id><Ccy>EUR</Ccy></Acct>"
    b"<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy='EUR'>10</Amt>"
    b"<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-01-20</Dt></Dt></Bal><Ntry><Amt Ccy='EUR'>5</Amt>"
    b"<CdtDbtInd>DBIT</CdtDbtInd><RvslInd>true</RvslInd><BookgDt><Dt>2026-01-20</Dt></BookgDt>"
    b"<NtryDtls><Btch><NbOfTxs>1</NbOfTxs></Btch><TxDtls><Refs><EndToEndId>E</EndToEndId></Refs>"
    b"<Chrgs><Rcrd><Amt Ccy='EUR'>1</Amt></Rcrd></Chrgs><RtrInf><Rsn><Cd>MS03</Cd></Rsn></RtrInf>"
    b"</TxDtls></NtryDtls></Ntry></Stmt></BkToCstmrStmt></Document>",
    b":20:X\r\n:25:20070000/0123456601\r\n:28C:1/1\r\n:60F:C260605EUR20,00\r\n"
    b":61:2606080608D12,35NRTIKREF+//201602\r\n/OCMT/EUR11,85//CHGS/EUR0,50/\r\n:86:109\r\n"
    b"?00RETOURE?20EREF+A1 MR?22EF+23 SVWZ+RUECK?31DE50?34914\r\n:62F:C260608EUR7,65\r\n-",
    b"Auftragskonto;Buchungstag;Betrag;Waehrung;Lastschrift Ursprungsbetrag\n"
    b"DE66;23.07.26;-12,35;EUR;-11,85\n",
]


def never_crashes(content: bytes) -> None:
    """An error with a code is the only one that may come."""
    with contextlib.suppress(StatementError):
        _kind, statements = detect.read(content)
        for statement in statements:
            for item in statement.entries:
                returns.classify(item)


@given(st.sampled_from(SEEDS), st.integers(0, 2000), st.binary(max_size=12), st.integers(0, 12))
@settings(max_examples=400)
def test_damaged_files_never_crash(seed: bytes, at: int, junk: bytes, gone: int) -> None:
    never_crashes(seed[:at] + junk + seed[at + gone :])


@given(st.sampled_from(SEEDS), st.integers(0, 2000))
@settings(max_examples=300)
def test_cut_files_never_crash(seed: bytes, at: int) -> None:
    never_crashes(seed[:at])


@given(st.binary(max_size=300))
def test_random_bytes_never_crash(content: bytes) -> None:
    never_crashes(content)

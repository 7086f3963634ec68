"""Base class for tests of statements and of addons that build on them (public API)."""

from datetime import date

from odoo.addons.billing_base.tests.common import BillingCommon

IBAN = "DE02300606010002474689"


class StatementCommon(BillingCommon):
    """A bank journal with an IBAN, and short ways to files of statements."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bank = cls.company_data["default_journal_bank"]
        cls.bank_account = cls.env["res.partner.bank"].create(
            {"acc_number": IBAN, "partner_id": cls.company.partner_id.id}
        )
        cls.bank.bank_account_id = cls.bank_account
        cls.currency = cls.company.currency_id.name

    @classmethod
    def _camt(cls, *entries, opening="100.00", closing=None, number="1", **options):
        """Return a camt.053 file of entries made by ``_entry``; the sum is right by default."""
        kind = options.get("kind", "camt.053")
        outer, inner = {
            "camt.053": ("BkToCstmrStmt", "Stmt"),
            "camt.054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn"),
        }[kind]
        total = sum(amount for amount, _xml in entries)
        closing = closing or f"{float(opening) + total:.2f}"
        day = options.get("day", date(2026, 1, 20))
        balances = "".join(
            f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
            f'<Amt Ccy="{cls.currency}">{abs(float(amount)):.2f}</Amt>'
            f"<CdtDbtInd>{'DBIT' if float(amount) < 0 else 'CRDT'}</CdtDbtInd>"
            f"<Dt><Dt>{day}</Dt></Dt></Bal>"
            for code, amount in (("OPBD", opening), ("CLBD", closing))
        )
        body = "".join(xml for _amount, xml in entries)
        return (
            f'<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:{kind}.001.08">'
            f"<{outer}><GrpHdr><MsgId>M{number}</MsgId></GrpHdr><{inner}><Id>S{number}</Id>"
            f"<LglSeqNb>{number}</LglSeqNb><CreDtTm>{day}T20:00:00</CreDtTm>"
            f"<Acct><Id><IBAN>{options.get('iban', IBAN)}</IBAN></Id>"
            f"<Ccy>{cls.currency}</Ccy></Acct>"
            f"{balances if kind == 'camt.053' else ''}{body}</{inner}></{outer}></Document>"
        ).encode()

    @classmethod
    def _entry(cls, amount, *details, day="2026-01-20", codes="", extra="", ref=""):
        """Return (amount, XML of an entry)."""
        sign = "DBIT" if amount < 0 else "CRDT"
        code = f"<BkTxCd>{codes}</BkTxCd>" if codes else ""
        inner = "".join(details)
        reference = f"<AcctSvcrRef>{ref}</AcctSvcrRef>" if ref else ""
        return amount, (
            f'<Ntry><Amt Ccy="{cls.currency}">{abs(amount):.2f}</Amt>'
            f"<CdtDbtInd>{sign}</CdtDbtInd>{extra}<Sts><Cd>BOOK</Cd></Sts>"
            f"<BookgDt><Dt>{day}</Dt></BookgDt>{reference}{code}"
            f"<NtryDtls>{inner}</NtryDtls></Ntry>"
        )

    @classmethod
    def _detail(cls, text="", **values):
        """Return the XML of a payment: ``eref``, ``mandate``, ``name``, ``iban``, ``amount``."""
        side = values.get("side", "Dbtr")
        amount = values.get("amount")
        refs = (
            f"<EndToEndId>{values.get('eref', 'NOTPROVIDED')}</EndToEndId>"
            f"<MndtId>{values.get('mandate', '')}</MndtId>"
        )
        money = f'<Amt Ccy="{cls.currency}">{amount}</Amt>' if amount else ""
        return (
            f"<TxDtls><Refs>{refs}</Refs>{money}{values.get('extra', '')}<RltdPties>"
            f"<{side}><Pty><Nm>{values.get('name', '')}</Nm></Pty></{side}>"
            f"<{side}Acct><Id><IBAN>{values.get('iban', '')}</IBAN></Id></{side}Acct>"
            f"</RltdPties><RmtInf><Ustrd>{text}</Ustrd></RmtInf>{values.get('after', '')}</TxDtls>"
        )

    @classmethod
    def _import(cls, content, name="statement.xml", journal=None):
        return cls.env["bank.statement.import"]._take_in(name, content, cls.company, journal)

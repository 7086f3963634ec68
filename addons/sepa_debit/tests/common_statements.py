"""Base class for tests in which the bank answers: statements, returns, status reports."""

from datetime import date

from odoo.addons.bank_statement_matching.tests.common import StatementCommon

from .common import SepaCommon

IBAN = "DE89370400440532013000"
UPDD = "<Domn><Cd>PMNT</Cd><Fmly><Cd>IDDT</Cd><SubFmlyCd>UPDD</SubFmlyCd></Fmly></Domn>"
PMDD = "<Domn><Cd>PMNT</Cd><Fmly><Cd>RDDT</Cd><SubFmlyCd>PMDD</SubFmlyCd></Fmly></Domn>"
SUBMITTED, DUE, RETURNED = date(2026, 3, 19), date(2026, 3, 20), date(2026, 3, 24)


class SepaStatementCommon(SepaCommon, StatementCommon):
    """Debits that are with the bank, and what the bank says of them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.currency = "EUR"
        cls.number = 0
        cls.charge_account = cls.company_data["default_account_expense"]
        cls.creditor.charge_account_id = cls.charge_account

    # === DEBITS === #

    def _submit(self, invoices):
        batch = self._make_batch(invoices)
        batch.action_write()
        batch.action_submit()
        return batch

    def _collect(self, invoices):
        """Submit, book on the day, and have the bank credit the file."""
        batch = self._submit(invoices)
        self._set_today(DUE)
        self._run()
        self._read(self._credit(batch))
        self.assertEqual(batch.state, "settled")
        return batch

    # === STATEMENTS === #

    def _read(self, *entries, day=DUE, **options):
        """Import a statement of some entries; return its lines."""
        type(self).number += 1
        number = str(self.number)
        content = self._camt(*entries, iban=IBAN, number=number, day=day, **options)
        self.last = self._import(content, f"s{number}.xml")
        return self.last.line_ids

    def _credit(self, batch, amount=None, reference=None):
        """The credit of a whole file."""
        total = batch.amount if amount is None else amount
        reference = batch.payment_id if reference is None else reference
        btch = f"<Btch><PmtInfId>{reference}</PmtInfId></Btch>" if reference else ""
        amount, xml = self._entry(total, btch, day=str(DUE), codes=PMDD, ref=f"C{self.number}")
        return amount, xml

    def _come_back(self, collection, reason="MS03", charges=5.5, **told):
        """The entry of a return; ``told`` says what the bank tells of it."""
        told = {"eref": collection.end_to_end_id, "original": True} | told
        amount = collection.amount + charges
        extra = ""
        if told.pop("original"):
            extra = (
                f'<AmtDtls><InstdAmt><Amt Ccy="EUR">{collection.amount:.2f}</Amt></InstdAmt>'
                f'</AmtDtls><Chrgs><Rcrd><Amt Ccy="EUR">{charges:.2f}</Amt></Rcrd></Chrgs>'
            )
        after = f"<RtrInf><Rsn><Cd>{reason}</Cd></Rsn></RtrInf>" if reason else ""
        text = told.pop("text", "Rueckgabe")
        detail = self._detail(text, amount=f"{amount:.2f}", extra=extra, after=after, **told)
        day = told.get("day", str(RETURNED))
        return self._entry(-amount, detail, day=day, codes=UPDD, ref=f"R{collection.id}")

    def _get_return(self, invoice):
        return self._collections(invoice).return_ids

    # === STATUS REPORTS === #

    def _report(self, batch, *, file="", group="", debits=(), name=None):
        """Return a status report; ``debits`` are (end-to-end id, reason)."""

        def reason(code):
            return f"<StsRsnInf><Rsn><Cd>{code}</Cd></Rsn></StsRsnInf>" if code else ""

        file_status = f"<GrpSts>RJCT</GrpSts>{reason(file)}" if file else "<GrpSts>PART</GrpSts>"
        group_status = f"<PmtInfSts>RJCT</PmtInfSts>{reason(group)}" if group else ""
        items = "".join(
            f"<TxInfAndSts><OrgnlEndToEndId>{eref}</OrgnlEndToEndId><TxSts>RJCT</TxSts>"
            f"{reason(code)}</TxInfAndSts>"
            for eref, code in debits
        )
        groups = (
            f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{batch.payment_id}</OrgnlPmtInfId>"
            f"{group_status}{items}</OrgnlPmtInfAndSts>"
            if group or debits
            else ""
        )
        return (
            '<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:'
            'pain.002.001.10"><CstmrPmtStsRpt><GrpHdr><MsgId>P1</MsgId></GrpHdr>'
            f"<OrgnlGrpInfAndSts><OrgnlMsgId>{name or batch.name}</OrgnlMsgId>{file_status}"
            f"</OrgnlGrpInfAndSts>{groups}</CstmrPmtStsRpt></Document>"
        ).encode()

from unittest.mock import patch

from odoo.tests import tagged

from .common import StatementCommon

IDDT = "<Domn><Cd>PMNT</Cd><Fmly><Cd>IDDT</Cd><SubFmlyCd>UPDD</SubFmlyCd></Fmly></Domn>"
MONEY = (
    '<AmtDtls><InstdAmt><Amt Ccy="{0}">10.00</Amt></InstdAmt></AmtDtls>'
    '<Chrgs><Rcrd><Amt Ccy="{0}">5.50</Amt></Rcrd></Chrgs>'
)
REASON = "<RtrInf><Rsn><Cd>MS03</Cd></Rsn></RtrInf>"


@tagged("post_install", "-at_install")
class TestStatementReturns(StatementCommon):
    """Return debits: offered to whoever collects, otherwise a person's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.expense = cls.company_data["default_account_expense"]

    def setUp(self):
        super().setUp()
        self.seen = []

    def _return(self, eref="E1", amount=-15.5, kind="camt.053", details=None, **options):
        detail = self._detail(
            "x", eref=eref, extra=MONEY.format(self.currency), after=REASON, amount="15.50"
        )
        details = [detail] if details is None else details
        entry = self._entry(amount, *details, codes=IDDT, ref="R1")
        return self._camt(entry, kind=kind, opening="500.00", **options)

    def _known(self):
        """As an addon that collects would do it."""
        seen, partner, receivable, expense = (
            self.seen, self.partner_a, self.receivable, self.expense,
        )  # fmt: skip

        def process(line, returned):
            seen.append(returned)
            if returned.end_to_end_id != "E1":
                return None
            none = line.env["account.move.line"]
            shares = (
                (receivable, partner.id, returned.original_amount),
                (expense, False, returned.charges),
            )
            return [
                {
                    "account_id": account.id,
                    "partner_id": owner,
                    "amount": -float(amount),
                    "name": "returned",
                    "items": none,
                }
                for account, owner, amount in shares
            ]

        lines = type(self.env["account.bank.statement.line"])
        return patch.object(lines, "_process_return", process)

    def test_nobody_knows(self):
        line = self._import(self._return()).line_ids
        self.assertTrue(line.is_return)
        self.assertFalse(line.is_reconciled)
        self.assertEqual(line.match_state, "look")
        self.assertEqual(line.match_note, "Return debit, needs a look (MS03)")
        self.assertEqual((line.original_amount, line.charge_amount), (10.0, 5.5))

    def test_never_matched_like_a_payment(self):
        [refund] = self._create_open_invoices(1, 15.5, move_type="out_refund")
        content = self._return().replace(b">x<", f">{refund.name}<".encode())
        line = self._import(content).line_ids
        self.assertFalse(line.is_reconciled)
        self.assertEqual(refund.amount_residual, 15.5)

    def test_known(self):
        with self._known():
            line = self._import(self._return()).line_ids
        self.assertTrue(line.is_reconciled)
        self.assertEqual((line.match_state, line.match_reason), ("matched", "return"))
        balances = {item.account_id: item.balance for item in line.line_ids}
        self.assertEqual(balances[self.receivable], 10.0)
        self.assertEqual(balances[self.expense], 5.5)
        self.assertEqual(len(self.seen), 1)

    def test_two_in_one_entry_of_which_one_is_known(self):
        details = [
            self._detail("x", eref=eref, extra=MONEY.format(self.currency), after=REASON,
                         amount="15.50")
            for eref in ("E1", "E2")
        ]  # fmt: skip
        with self._known():
            line = self._import(self._return(amount=-31.0, details=details)).line_ids
            self.assertEqual((line.match_state, line.is_reconciled), ("look", False))
            self.assertEqual(line._get_open_amount(), -15.5)
            line.action_match_again()
        self.assertEqual([item.end_to_end_id for item in self.seen], ["E1", "E2", "E2"])
        self.assertEqual(line._get_open_amount(), -15.5)

    def test_notification_before_the_statement_is_one_effect(self):
        details = [
            self._detail("x", eref="E1", extra=MONEY.format(self.currency), after=REASON,
                         amount="15.50")
        ]  # fmt: skip
        with self._known():
            notice = self._import(self._return(kind="camt.054", details=details), "c54.xml")
            self.assertEqual((notice.state, len(self.seen)), ("done", 0))
            self.assertFalse(notice.line_ids)
            line = self._import(self._return(details=[])).line_ids
            self.assertTrue(line.is_reconciled)
            self._import(self._return(kind="camt.054", details=details, number="9"), "c54b.xml")
        self.assertEqual(len(self.seen), 1)

    def test_notification_after_the_statement(self):
        details = [
            self._detail("x", eref="E1", extra=MONEY.format(self.currency), after=REASON,
                         amount="15.50")
        ]  # fmt: skip
        with self._known():
            line = self._import(self._return(details=[])).line_ids
            self.assertEqual(line.match_state, "look")
            self._import(self._return(kind="camt.054", details=details), "c54.xml")
        self.assertTrue(line.is_reconciled)

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import StatementCommon


@tagged("post_install", "-at_install")
class TestStatementMatching(StatementCommon):
    """Confirming, choosing, undoing."""

    def _line(self, amount=100.0, text="?", **values):
        record = self._import(self._camt(self._entry(amount, self._detail(text, **values))))
        return record.line_ids

    def _wizard(self, line, **values):
        return self.env["bank.statement.match"].create({"line_id": line.id, **values})

    def _item(self, invoice):
        return invoice.line_ids.filtered(lambda item: item.account_id == self.receivable)

    def test_accept_a_proposal(self):
        [invoice] = self._create_open_invoices(1, 100.0)
        line = self._line(name="partner_a")
        self.assertEqual((line.match_state, line.match_note), ("proposed", "Name and amount"))
        self.assertEqual(line.proposal_difference, 0.0)
        line.action_accept()
        self.assertTrue(line.is_reconciled)
        self.assertEqual((line.match_state, invoice.amount_residual), ("matched", 0.0))
        self.assertEqual(line.partner_id, self.partner_a)
        self.assertFalse(line.proposal_ids)
        with self.assertRaises(UserError):
            line.action_accept()

    def test_proposal_that_was_paid_meanwhile(self):
        [invoice] = self._create_open_invoices(1, 100.0)
        line = self._line(name="partner_a")
        invoice._reverse_moves(cancel=True)
        with self.assertRaisesRegex(UserError, "paid meanwhile"):
            line.action_accept()

    def test_undo(self):
        [invoice] = self._create_open_invoices(1, 100.0)
        line = self._line(text=invoice.name)
        self.assertEqual(invoice.amount_residual, 0.0)
        line.action_undo_match()
        self.assertFalse(line.is_reconciled)
        self.assertEqual((line.match_state, invoice.amount_residual), ("proposed", 100.0))
        self.assertEqual(line.proposal_ids[:1].item_ids, self._item(invoice))
        line.action_accept()
        self.assertEqual(invoice.amount_residual, 0.0)

    def test_match_again_after_the_invoice_was_posted(self):
        line = self._line(text="later")
        self.assertEqual(line.match_state, "open")
        [invoice] = self._create_open_invoices(1, 100.0, payment_reference="LATER-4711-2026")
        line.with_context(skip_account_move_synchronization=True).payment_ref = "LATER-4711-2026"
        line.action_match_again()
        self.assertTrue(line.is_reconciled)
        self.assertEqual(invoice.amount_residual, 0.0)

    def test_choose_open_items(self):
        first, second = self._create_open_invoices(2, 100.0)
        line = self._line(amount=150.0)
        wizard = self._wizard(line, item_ids=(self._item(first) | self._item(second)).ids)
        self.assertEqual(wizard.difference, -50.0)
        wizard.action_apply()
        self.assertTrue(line.is_reconciled)
        self.assertEqual((first | second).mapped("amount_residual"), [0.0, 50.0])

    def test_charges_on_an_account(self):
        [invoice] = self._create_open_invoices(1, 100.0)
        line = self._line(amount=97.0)
        expense = self.company_data["default_account_expense"]
        wizard = self._wizard(
            line, item_ids=self._item(invoice).ids, rest_handling="account", account_id=expense.id
        )
        wizard.action_apply()
        self.assertEqual(invoice.amount_residual, 0.0)
        charge = line.line_ids.filtered(lambda item: item.account_id == expense)
        self.assertEqual(charge.balance, 3.0)
        self.assertTrue(line.is_reconciled)

    def test_a_line_that_is_only_charges(self):
        line = self._line(amount=-3.5)
        expense = self.company_data["default_account_expense"]
        with self.assertRaises(UserError):
            self._wizard(line).action_apply()
        with self.assertRaises(UserError):
            self._wizard(line, rest_handling="account").action_apply()
        wizard = self._wizard(line, rest_handling="account", account_id=expense.id)
        wizard.action_apply()
        self.assertTrue(line.is_reconciled)
        self.assertEqual(line.line_ids.mapped("account_id"),
                         self.bank.default_account_id | expense)  # fmt: skip

    def test_credit_note_and_invoice_together(self):
        [invoice] = self._create_open_invoices(1, 100.0)
        [refund] = self._create_open_invoices(1, 30.0, move_type="out_refund")
        line = self._line(amount=70.0)
        wizard = self._wizard(line, item_ids=(self._item(invoice) | self._item(refund)).ids)
        self.assertEqual(wizard.difference, 0.0)
        wizard.action_apply()
        self.assertEqual((invoice | refund).mapped("amount_residual"), [0.0, 0.0])

    def test_work_list(self):
        line = self._line()
        work = self.env["billing.work.list"].get_work()
        counts = {card["key"]: card["count"] for card in work["cards"]}
        self.assertEqual((counts["statement_open"], counts["statement_look"]), (1, 0))
        self.assertTrue(line)

    def test_candidates_of_an_upper_addon(self):
        """A batch is matched by its id, as one."""
        from unittest.mock import patch

        from ..core.matching import OpenItem

        invoices = self._create_open_invoices(3, 10.0)
        items = self._item(invoices)
        lines = type(self.env["account.bank.statement.line"])
        batch = OpenItem(tuple(items.ids), 30, batch_ids=("P1",))
        detail = "<Btch><PmtInfId>P1</PmtInfId><NbOfTxs>3</NbOfTxs></Btch>"
        with patch.object(lines, "_get_matching_candidates", lambda *args: [batch]):
            line = self._import(self._camt(self._entry(30.0, detail))).line_ids
        self.assertEqual(line.match_reason, "batch")
        self.assertEqual(sum(invoices.mapped("amount_residual")), 0.0)

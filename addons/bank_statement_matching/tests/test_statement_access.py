from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import StatementCommon


@tagged("post_install", "-at_install")
class TestStatementAccess(StatementCommon):
    """A billing user does the daily work; core's rights alone would not allow it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls._create_user("clerk")

    def _line(self, amount=100.0, **values):
        entry = self._entry(amount, self._detail("?", **values))
        return self._import(self._camt(entry, number=str(amount))).line_ids

    def _item(self, invoice):
        return invoice.line_ids.filtered(lambda item: item.account_id == self.receivable)

    def test_clerk_accepts_and_takes_back(self):
        [invoice] = self._create_open_invoices(1, 100.0)
        line = self._line(name="partner_a").with_user(self.clerk)
        with self.assertRaises(AccessError):
            line.check_access("write")
        line.action_accept()
        self.assertEqual((line.match_state, invoice.amount_residual), ("matched", 0.0))
        line.action_undo_match()
        self.assertEqual((line.match_state, invoice.amount_residual), ("proposed", 100.0))
        line.proposal_ids[:1].action_accept()
        self.assertEqual((line.is_reconciled, invoice.amount_residual), (True, 0.0))

    def test_clerk_chooses_and_books_to_an_account(self):
        [invoice] = self._create_open_invoices(1, 100.0)
        line = self._line(amount=97.0).with_user(self.clerk)
        action = line.action_open_match()
        wizard = self.env["bank.statement.match"].with_user(self.clerk).browse(action["res_id"])
        expense = self.company_data["default_account_expense"]
        wizard.write(
            {"item_ids": self._item(invoice).ids, "rest_handling": "account",
             "account_id": expense.id}
        )  # fmt: skip
        wizard.action_apply()
        self.assertEqual((line.match_state, invoice.amount_residual), ("matched", 0.0))
        again = self._line(amount=4.0).with_user(self.clerk)
        self._create_open_invoices(1, 4.0, payment_reference="LATER-4711-2026")
        again.sudo().payment_ref = "LATER-4711-2026"
        again.action_match_again()
        self.assertTrue(again.is_reconciled)

    def test_reader_books_nothing(self):
        """Who may only read accounting sees the entries and changes none."""
        self._create_open_invoices(1, 100.0)
        reader = self._create_user("reader", "account.group_account_readonly")
        line = self._line(name="partner_a").with_user(reader)
        for action in (line.action_match_again, line.action_undo_match):
            with self.subTest(action=action.__name__), self.assertRaises(AccessError):
                action()
        with self.assertRaises(AccessError):
            line.action_accept()
        self.assertFalse(line.is_reconciled)

    def test_items_of_another_currency_are_refused(self):
        foreign = self.setup_other_currency("CHF")
        [invoice] = self._create_open_invoices(1, 100.0, currency_id=foreign.id)
        line = self._line()
        wizard = self.env["bank.statement.match"].create(
            {"line_id": line.id, "item_ids": self._item(invoice).ids}
        )
        with self.assertRaisesRegex(UserError, "cannot be paid by this entry"):
            wizard.action_apply()
        self.assertFalse(line.is_reconciled)

    def test_proposal_whose_item_was_paid_in_part(self):
        [invoice] = self._create_open_invoices(1, 100.0)
        line = self._line(name="partner_a")
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        wizard.create({"journal_id": self.bank.id, "amount": 30.0})._create_payments()
        with self.assertRaisesRegex(UserError, "paid meanwhile"):
            line.action_accept()
        self.assertFalse(line.is_reconciled)

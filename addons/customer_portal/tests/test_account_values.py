from datetime import timedelta

from odoo import Command
from odoo.tests import tagged

from .common import CustomerPortalCommon


@tagged("post_install", "-at_install")
class TestAccountValues(CustomerPortalCommon):
    def _values(self, **kwargs):
        return self.account._prepare_account_values(self.partner_a, **kwargs)

    def _rows(self, moves):
        return self.account._prepare_document_rows(self.partner_a, moves)

    def test_sums_include_credit_notes_and_payments_on_account(self):
        self._create_due_invoice(100.0, self.today - timedelta(days=5))
        self._create_due_invoice(50.0, self.today + timedelta(days=5))
        self._create_due_invoice(30.0, self.today, move_type="out_refund")
        self._create_receipts(1, 10.0)
        [balance] = self._values()["balances"]
        sums = balance["sums"]
        self.assertEqual((sums.open, sums.credit, sums.overdue), (110, 40, 60))
        lines = self.account._get_open_lines(self.partner_a)
        self.assertAlmostEqual(float(sums.open), sum(lines.mapped("amount_residual")))

    def test_currencies_are_kept_apart(self):
        self._create_due_invoice(100.0, self.today)
        foreign = self.setup_other_currency("CHF")
        self._create_due_invoice(70.0, self.today, currency_id=foreign.id)
        sums = {entry["currency"]: entry["sums"].open for entry in self._values()["balances"]}
        self.assertEqual(sums, {self.company.currency_id: 100, foreign: 70})

    def test_more_rows_than_shown_are_counted(self):
        self._create_open_invoices(3, 10.0)
        values = self._values(limit=2)
        self.assertEqual((len(values["rows"]), values["more_count"]), (2, 1))
        self.assertEqual(values["balances"][0]["sums"].open, 30)

    def test_payment_on_account_has_no_number_and_no_link(self):
        [line] = self._create_receipts(1, 10.0)
        [row] = self._values()["rows"]
        self.assertNotIn(line.move_id.name, row["label"])
        self.assertFalse(row["url"] or row["pdf_url"] or row["pay"])
        self.assertEqual(row["status"]["code"], "credit")

    def test_document_statuses(self):
        due = self.today + timedelta(days=3)
        paid, open_, part, cancelled = (self._create_due_invoice(100.0, due) for _i in range(4))
        self._pay(paid)
        self._pay(part, 30.0)
        reversal = cancelled._reverse_moves(cancel=True)
        rows = self._rows(paid + open_ + part + cancelled + reversal)
        texts = {row["label"]: row["status"]["text"] for row in rows}
        self.assertIn("Paid on", texts[paid.name])
        self.assertIn("Open, please pay by", texts[open_.name])
        self.assertRegex(texts[part.name], r"Partly paid, .*70\.00.* left")
        self.assertEqual(texts[cancelled.name], f"Cancelled by {reversal.name}")
        self.assertIn("Settled on", texts[reversal.name])
        amounts = {row["label"]: row["amount"] for row in rows}
        self.assertEqual((amounts[part.name], amounts[reversal.name]), (100.0, -100.0))

    def test_document_with_instalments_shows_the_most_urgent(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "Two",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 40, "nb_days": 0}),
                    Command.create({"value": "percent", "value_amount": 60, "nb_days": 90}),
                ],
            }
        )
        invoice = self._create_open_invoice(100.0, invoice_payment_term_id=term.id)
        [document] = self._rows(invoice)
        self.assertEqual((document["status"]["code"], document["amount"]), ("overdue", 100.0))
        rows = self._values()["rows"]
        self.assertEqual([row["amount"] for row in rows], [40.0, 60.0])
        self.assertEqual({row["kind"] for row in rows}, {"Instalment"})

    def test_documents_of_others_are_left_out(self):
        own = self._create_open_invoice()
        foreign = self._create_open_invoice(partner_id=self.partner_b.id)
        account = self.account.with_user(self.user_a)
        rows = account._prepare_document_rows(self.partner_a, own + foreign)
        self.assertEqual([row["label"] for row in rows], [own.name])

    def test_one_day_overdue_is_singular(self):
        self._create_due_invoice(10.0, self.today - timedelta(days=1))
        self.assertEqual(self._values()["rows"][0]["status"]["text"], "Overdue for 1 day")

    def test_queries_do_not_grow_with_the_items(self):
        self._allow_online_payment()
        self._create_open_invoices(2, 10.0)
        few = self._count_queries()
        self._create_open_invoices(20, 10.0)
        self.assertLessEqual(self._count_queries(), few)

    def _count_queries(self):
        account = self.account.with_user(self.user_a)
        for _warm_up in range(2):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            values = account._prepare_account_values(self.partner_a.with_user(self.user_a))
        self.assertTrue(all(row["pay"] for row in values["rows"]))
        return self.env.cr.sql_log_count - before

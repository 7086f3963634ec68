import base64
from datetime import date

from lxml import etree

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..core.inspection import inspect
from ..core.profile import GERMANY
from .common import SepaCommon


@tagged("post_install", "-at_install")
class TestCollection(SepaCommon):
    """From the posted invoice to the money, and what is left out and why."""

    def _values(self, batch, name):
        root = etree.fromstring(base64.b64decode(batch.file))
        return [element.text for element in root.iter(f"{{*}}{name}")]

    # === PLANNING === #

    def test_invoice_announces_its_collection(self):
        invoice = self._bill()
        collection = self._collections(invoice)
        self.assertRecordValues(
            collection,
            [{"state": "planned", "amount": 119.0, "collect_on": date(2026, 3, 20)}],
        )
        text = invoice._get_payment_notice()
        self.assertIn(self.mandate.name, text.text)
        self.assertIn("DE98ZZZ09999999999", text.text)
        self.assertIn("6199", text.text)
        self.assertFalse(text.is_transfer_expected)
        self.assertEqual(
            self._items(invoice)._get_amount_collectable()[self._items(invoice).id], 0
        )
        self._run()
        self.assertEqual(self._collections(invoice), collection, "nothing is planned twice")

    def test_days(self):
        cases = [
            (date(2026, 3, 2), date(2026, 3, 16)),  # 14 days of notice
            (date(2026, 4, 3), date(2026, 4, 7)),  # Good Friday
            (date(2026, 5, 1), date(2026, 5, 4)),
            (date(2026, 12, 25), date(2026, 12, 28)),
            (date(2026, 12, 31), date(2026, 12, 31)),
        ]
        for due, day in cases:
            with self.subTest(due=due):
                self.assertEqual(self._collections(self._bill(due=due)).collect_on, day)

    def test_shorter_notice_leaves_the_bank_its_time(self):
        self.mandate.notice_days = 1
        for hour, day in ((8, 3), (12, 4)):
            self._set_today(self.today, hour)
            collection = self._collections(self._bill(due=self.today))
            self.assertEqual(collection.collect_on, date(2026, 3, day))

    def test_what_is_left_out_and_why(self):
        b2b = self._create_mandate(self.partner_b, self._account(self.partner_b), scheme="B2B")
        self.partner_b.property_inbound_payment_method_line_id = self.method
        self._assert_left_out(self._bill(partner_id=self.partner_b.id), "unregistered")
        b2b.is_registered = True
        self.mandate.action_suspend()
        invoice = self._bill()
        self._assert_left_out(invoice, "suspended")
        self.mandate.action_activate()
        self._run()
        self.assertTrue(self._collections(invoice))
        self.assertFalse(self.env["sepa.exclusion"].search([("move_id", "=", invoice.id)]))

    def _account(self, partner):
        return self.env["res.partner.bank"].create(
            {"acc_number": "AT611904300234573201", "partner_id": partner.id}
        )

    def _assert_left_out(self, invoice, code):
        exclusion = self.env["sepa.exclusion"].search([("move_id", "=", invoice.id)])
        self.assertEqual(exclusion.code, code)
        self.assertTrue(exclusion.reason)
        self.assertFalse(self._collections(invoice))

    def test_other_payment_methods_are_left_alone(self):
        invoice = self._bill(preferred_payment_method_line_id=False)
        self._run()
        self.assertFalse(self._collections(invoice))
        self.assertFalse(self.env["sepa.exclusion"].search([("move_id", "=", invoice.id)]))
        self.assertTrue(invoice._get_payment_notice().is_transfer_expected)

    def test_one_off_mandate_serves_once(self):
        self.mandate.action_end()
        self._create_mandate(type="one_off")
        first, second = self._bill(), self._bill()
        self.assertEqual(self._collections(first)._get_sequence_type(), "OOFF")
        self._assert_left_out(second, "used")

    def test_paid_meanwhile(self):
        invoice = self._bill()
        self._pay_in_euro(invoice)
        self.assertTrue(invoice._is_settled())
        self._run()
        self.assertEqual(self._collections(invoice).state, "cancelled")

    def _pay_in_euro(self, invoice):
        item = self._items(invoice)
        move = self.env["account.move"].create(
            {
                "move_type": "entry",
                "journal_id": self.company_data["default_journal_misc"].id,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": account.id,
                            "partner_id": item.partner_id.id,
                            "currency_id": self.euro.id,
                            "amount_currency": sign * item.amount_currency,
                            "balance": sign * item.balance,
                        }
                    )
                    for account, sign in (
                        (item.account_id, -1),
                        (self.company_data["default_account_revenue"], 1),
                    )
                ],
            }
        )
        move._post(soft=False)
        (item | self._items(move)).reconcile()

    # === NOTICE === #

    def test_nothing_without_a_delivered_notice(self):
        invoice = self._bill()
        self._set_today(date(2026, 3, 19))
        self._run()
        collection = self._collections(invoice)
        self.assertFalse(collection.batch_id)
        self._set_today(date(2026, 4, 2))
        self._run()
        self.assertEqual(collection.state, "planned")
        self.assertGreaterEqual(collection.collect_on, date(2026, 4, 16))
        delivery = collection._get_deliveries()
        self.assertEqual(len(delivery), 1, "told anew, by a notice of its own")
        delivery._set_delivered()
        self.assertEqual(collection.told_on, date(2026, 4, 2))

    def test_late_delivery_moves_the_day(self):
        invoice = self._bill()
        self._set_today(date(2026, 3, 10))
        self._deliver(invoice)
        self._run()
        collection = self._collections(invoice)
        self.assertEqual(collection.state, "planned")
        self.assertEqual(collection.collect_on, date(2026, 3, 24))
        self.assertFalse(collection.batch_id)

    def test_notice_letter(self):
        pdf = self._collections(self._bill())._get_delivery_pdf()
        self.assertTrue(pdf.startswith(b"%PDF"))

    # === FILE === #

    def test_file(self):
        invoices = self._bill(3, 0.1)
        batch = self._make_batch(invoices)
        self.assertEqual(len(batch), 1)
        batch.action_write()
        content = base64.b64decode(batch.file)
        self.assertEqual(inspect(content, GERMANY), [])
        self.assertEqual(self._values(batch, "CtrlSum"), ["0.30", "0.30"])
        self.assertEqual(self._values(batch, "MsgId"), [batch.name])
        self.assertEqual(self._values(batch, "ReqdColltnDt"), ["2026-03-20"])
        self.assertEqual(self._values(batch, "SeqTp"), ["RCUR"])
        collections = self._collections(invoices)
        self.assertEqual(
            set(self._values(batch, "EndToEndId")), set(collections.mapped("end_to_end_id"))
        )
        self.assertEqual(set(self._values(batch, "Ustrd")), set(invoices.mapped("name")))
        self._run()
        self.assertEqual(len(collections.batch_id), 1)

    def test_refused_debits_are_named_and_the_rest_is_written(self):
        good, bad = self._bill(), self._bill()
        batch = self._make_batch(good | bad)
        self._collections(bad).mandate_id = self._create_mandate(
            account=self.env["res.partner.bank"].create(
                {
                    "acc_number": "CH9300762011623852957",
                    "partner_id": self.customer.id,
                    "acc_holder_name": "N" * 71,
                }
            )
        )
        batch.action_write()
        self.assertEqual(batch.count, 1)
        self.assertIn(bad.name, batch.problems)
        self.assertIn("name of the debtor", batch.problems)
        self.assertNotIn(good.name, batch.problems)
        self.assertFalse(self._collections(bad).batch_id)
        self.assertTrue(self._collections(bad).problem)

    def test_one_file_per_scheme_and_sequence(self):
        self.creditor.announces_first = True
        self._create_mandate(
            self.partner_b, self._account(self.partner_b), scheme="B2B", is_registered=True
        )
        self.partner_b.property_inbound_payment_method_line_id = self.method
        known = self._create_mandate()
        known.was_settled = True
        invoices = self._bill(sepa_mandate_id=self.mandate.id)
        invoices |= self._bill(partner_id=self.partner_b.id)
        third = self._bill(sepa_mandate_id=known.id)
        batches = self._make_batch(invoices | third)
        self.assertEqual(
            sorted(batches.mapped(lambda b: (b.scheme, b.sequence_type))),
            [("B2B", "FRST"), ("CORE", "FRST"), ("CORE", "RCUR")],
        )
        self.assertEqual(len(set(batches.mapped("name"))), 3)

    def test_cancel_and_write_again(self):
        invoice = self._bill()
        first = self._make_batch(invoice)
        first.action_write()
        with self._assert_refused(first.name):
            self._collections(invoice).action_cancel()
        first.action_cancel()
        self._run()
        second = self._collections(invoice).batch_id
        self.assertEqual(second.state, "draft")
        self.assertNotEqual(first.name, second.name)
        with self.assertRaises(UserError):
            first.action_write()
        with self.assertRaises(UserError):
            first.unlink()

    def test_too_late_for_the_bank(self):
        batch = self._make_batch(self._bill())
        batch.action_write()
        self._set_today(date(2026, 3, 20))
        with self._assert_refused(batch.name):
            batch.action_submit()

    def test_sandbox_writes_no_file(self):
        batch = self._make_batch(self._bill())
        self.company.sudo().is_billing_sandbox = True
        with self._assert_refused(batch.name):
            batch.action_write()
        self.assertFalse(batch.file)

    # === MONEY === #

    def _submit(self, invoices):
        batch = self._make_batch(invoices)
        batch.action_write()
        batch.action_submit()
        return batch

    def test_booked_on_the_day_and_settled_by_the_bank(self):
        invoices = self._bill(3)
        batch = self._submit(invoices)
        self.assertEqual(set(self._collections(invoices).mapped("state")), {"submitted"})
        self._run()
        self.assertFalse(batch.move_ids, "not before the day")
        self._set_today(date(2026, 3, 20))
        self._run()
        self._run()
        self.assertEqual(len(batch.move_ids), 1)
        self.assertEqual(invoices.mapped("amount_residual"), [0.0] * 3)
        self.assertFalse(any(invoice._is_settled() for invoice in invoices))
        clearing = batch._get_clearing_lines()
        self.assertEqual(clearing.amount_currency, 357.0)
        for invoice in invoices:
            name = self._collections(invoice).end_to_end_id
            told = [body for body in invoice.message_ids.mapped("body") if name in (body or "")]
            self.assertEqual(len(told), 1, "in its history")
        self._receive(clearing)
        self.assertEqual(batch.state, "settled")
        self.assertTrue(all(invoice._is_settled() for invoice in invoices))
        self.assertTrue(self.mandate.was_settled)
        self.assertEqual(self.mandate.last_presented_on, date(2026, 3, 20))

    def _receive(self, clearing):
        move = self.env["account.move"].create(
            {
                "move_type": "entry",
                "journal_id": self.bank_journal.id,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": account.id,
                            "currency_id": self.euro.id,
                            "amount_currency": sign * clearing.amount_currency,
                            "balance": sign * clearing.balance,
                        }
                    )
                    for account, sign in (
                        (clearing.account_id, -1),
                        (self.bank_journal.default_account_id, 1),
                    )
                ],
            }
        )
        move._post(soft=False)
        other = move.line_ids.filtered(lambda line: line.account_id == clearing.account_id)
        (clearing | other).reconcile()

    def test_booking_goes_on_after_a_crash(self):
        invoices = self._bill(3)
        batch = self._submit(invoices)
        self.assertEqual(batch._book(batch.collect_on, size=2), 2)
        self.assertEqual(batch._book(batch.collect_on, size=2), 1)
        self.assertEqual(batch._book(batch.collect_on, size=2), 0)
        self.assertEqual(sum(batch._get_clearing_lines().mapped("amount_currency")), 357.0)

    def test_reject_frees_the_invoice_and_keeps_the_amendment(self):
        self.mandate.was_settled = True
        self.mandate.partner_bank_id = self._account(self.customer)
        invoice = self._bill()
        batch = self._submit(invoice)
        self.assertEqual(self._values(batch, "AmdmntInd"), ["true"])
        self._collections(invoice)._fail("AC01")
        self.assertEqual(self.mandate.state, "suspended")
        self.assertTrue(self.mandate.has_amendment)
        self.assertEqual(invoice.amount_residual, 119.0)
        self._run()
        self.assertEqual(len(self._collections(invoice)), 1, "nobody has allowed another attempt")

    def test_amendment_ends_when_settled(self):
        self.mandate.was_settled = True
        self.mandate.partner_bank_id = self._account(self.customer)
        batch = self._submit(self._bill())
        batch.action_settle()
        self.assertFalse(self.mandate.has_amendment)
        self.assertEqual(batch.state, "settled")

    def test_no_funds_is_tried_again_once(self):
        invoice = self._bill()
        self._submit(invoice)
        first = self._collections(invoice)
        first._fail("AM04")
        self._run()
        second = self._collections(invoice) - first
        self.assertEqual(second.attempt, 2)
        self.assertEqual(second.state, "planned", "with a notice of its own")
        self.assertNotEqual(first.end_to_end_id, second.end_to_end_id)
        self.assertEqual(self.mandate.state, "active")

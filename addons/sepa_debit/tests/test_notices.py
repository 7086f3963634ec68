from datetime import date

from odoo.tests import tagged

from .common import SepaCommon

DUE = date(2026, 3, 20)


@tagged("post_install", "-at_install")
class TestNotices(SepaCommon):
    """Nothing goes to the bank that the customer was not told of, as it is, in time."""

    def test_periods(self):
        """(agreed days, day of delivery, day of the run, collected on the due date)."""
        cases = [
            (0, date(2026, 3, 6), True),
            (0, date(2026, 3, 7), False),
            (5, date(2026, 3, 15), True),
            (5, date(2026, 3, 16), False),
        ]
        for days, delivered_on, is_in_time in cases:
            with self.subTest(days=days, delivered_on=delivered_on):
                self._set_today(date(2026, 3, 2), 6)
                self.mandate.notice_days = days
                invoice = self._bill(due=DUE)
                self._set_today(delivered_on, 6)
                self._deliver(invoice)
                self._set_today(date(2026, 3, 19), 6)
                self._run()
                collection = self._collections(invoice)
                self.assertEqual(bool(collection.batch_id), is_in_time)
                if not is_in_time:
                    self.assertEqual(collection.state, "planned")
                    self.assertGreater(collection.collect_on, DUE)

    def test_changed_amount(self):
        invoice = self._bill()
        self._deliver(invoice)
        told = self._collections(invoice)
        self.assertEqual(told.state, "notified")
        credit = invoice._reverse_moves(
            [{"invoice_date": self.today, "preferred_payment_method_line_id": False}]
        )
        credit.invoice_line_ids.price_unit = 19.0
        credit._post(soft=False)
        (self._items(invoice) | self._items(credit)).filtered(
            lambda line: not line.reconciled
        ).reconcile()
        self._run()
        self.assertEqual(told.state, "cancelled")
        new = self._collections(invoice) - told
        self.assertEqual(new.amount, self._items(invoice).amount_residual_currency)
        self.assertLess(new.amount, told.amount)
        self._set_today(date(2026, 3, 19), 6)
        self._run()
        self.assertFalse(new.batch_id, "the customer knows of another amount only")
        new._get_deliveries()[:1]._set_delivered()
        self.assertEqual(new.told_amount, new.amount)

    def test_document_that_says_something_else_does_not_count(self):
        invoice = self._bill()
        collection = self._collections(invoice)
        self.mandate.name = "M-NEW"
        self._deliver(invoice)
        self.assertEqual(collection.state, "planned")
        self._run()
        first = collection._get_deliveries()
        self.mandate.name = "M-NEWER"
        self.assertTrue(collection._get_delivery_obstacle())
        first._set_delivered()
        self.assertEqual(collection.state, "planned")
        self._run()
        second = collection._get_deliveries() - first
        self.assertNotEqual(second.cause, first.cause)
        second._set_delivered()
        self.assertEqual(collection.state, "notified")
        self.assertEqual(collection.told_mandate, "M-NEWER")

    def test_mail_that_fails(self):
        self.creditor.notice_channel = "mail"
        invoice = self._bill()
        collection = self._collections(invoice)
        self._run()
        failed = collection._get_deliveries()
        failed._set_failed("Unknown address")
        self._deliver(invoice)
        self._set_today(date(2026, 3, 19), 6)
        self._run()
        self.assertEqual(collection.state, "planned", "the invoice has not announced it")
        self.assertFalse(collection.batch_id)
        self._set_today(date(2026, 3, 24), 6)
        self._run()
        self.assertGreater(collection.collect_on, date(2026, 3, 24))
        self.assertEqual(collection.notice_number, 2)
        self.assertIn(failed.state, ("failed", "cancelled"))

    def test_once_per_content(self):
        self.creditor.notice_channel = "mail"
        invoice = self._bill()
        for _run in range(3):
            self._run()
        self.assertEqual(len(self._collections(invoice)._get_deliveries()), 1)

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import SubscriptionBillingCommon


@tagged("post_install", "-at_install")
class TestCorrection(SubscriptionBillingCommon):
    """Invoices that are taken back: their time is due again, once."""

    def setUp(self):
        super().setUp()
        self.contract = self._create_contract()
        self.months = [
            ("2025-01-01", "2025-02-01", 100.0),
            ("2025-02-01", "2025-03-01", 100.0),
            ("2025-03-01", "2025-04-01", 100.0),
        ]
        self.january = self._run_billing("2025-01-01")
        self.february = self._run_billing("2025-02-01")

    def test_back_to_draft_keeps_the_time_billed(self):
        self.february.button_draft()
        self.assertFalse(self._run_billing("2025-02-01"))
        self.february.action_post()
        self.assertFalse(self._run_billing("2025-02-01"))
        self.assertEqual(self._get_billed(self.contract), self.months[:2])

    def test_deleted_draft_is_due_again(self):
        self.february.button_draft()
        self.february.unlink()
        self.assertEqual(self.contract.next_billing_date, self._day("2025-02-01"))
        self.assertEqual(self._get_billed(self.contract), self.months[:1])
        self.assertEqual(self._get_billed(self.contract, voided=True), self.months[1:2])
        self.assertEqual(len(self._run_billing("2025-02-01")), 1)
        self.assertEqual(self._get_billed(self.contract), self.months[:2])
        self.assertFalse(self._run_billing("2025-02-01"))

    def test_cancelled_draft_is_due_again(self):
        self.february.button_draft()
        self.february.button_cancel()
        self.assertEqual(len(self._run_billing("2025-02-01")), 1)
        self.assertEqual(self._get_billed(self.contract), self.months[:2])

    def test_cancelled_posted_invoice_is_due_again(self):
        """Core's short cut from posted to cancelled."""
        self.february.button_cancel()
        self.assertEqual(self.february.state, "cancel")
        self.assertEqual(len(self._run_billing("2025-02-01")), 1)
        self.assertEqual(self._get_billed(self.contract), self.months[:2])

    def test_cancelled_invoice_cannot_come_back(self):
        """Its time may be on another invoice by now."""
        self.february.button_draft()
        self.february.button_cancel()
        with self.assertRaisesRegex(UserError, "due again"):
            self.february.button_draft()

    def test_gap_is_filled_with_its_own_dates(self):
        self._run_billing("2025-03-01")
        self.january.button_draft()
        self.january.button_cancel()
        self.assertEqual(self.contract.next_billing_date, self._day("2025-01-01"))
        moves = self._run_billing("2025-03-01")
        self.assertEqual(moves.amount_untaxed, 100.0)
        self.assertEqual(self._get_billed(self.contract), self.months)
        self.assertEqual(self.contract.next_billing_date, self._day("2025-04-01"))
        self.assertFalse(self._run_billing("2025-03-01"))

    def test_deleted_line_is_due_again(self):
        plan = self._create_plan("Two", [{"unit_price": 10.0}, {"unit_price": 5.0}])
        contract = self._create_contract(plan)
        move = self._run_billing("2025-02-01", [("id", "=", contract.id)])
        move.button_draft()
        move.invoice_line_ids.filtered(lambda line: line.price_unit == 5.0)[0].unlink()
        again = self._run_billing("2025-02-01", [("id", "=", contract.id)])
        self.assertEqual(again.amount_untaxed, 5.0)
        self.assertEqual(
            self._get_billed(contract),
            [
                ("2025-01-01", "2025-02-01", 10.0),
                ("2025-01-01", "2025-02-01", 5.0),
                ("2025-02-01", "2025-03-01", 10.0),
                ("2025-02-01", "2025-03-01", 5.0),
            ],
        )

    def test_time_of_an_ended_contract_is_due_again(self):
        ending = self._create_contract(end_date="2025-02-01")
        move = self._run_billing("2025-02-01", [("id", "=", ending.id)])
        self.assertEqual(ending.state, "ended")
        move.button_draft()
        move.button_cancel()
        again = self._run_billing("2025-02-02", [("id", "=", ending.id)])
        self.assertEqual(again.amount_untaxed, 100.0)
        self.assertEqual(ending.state, "ended")
        self.assertEqual(self._get_billed(ending), self.months[:1])

    def test_credit_note_leaves_the_time_billed(self):
        self.february._reverse_moves(cancel=True)
        self.assertFalse(self._run_billing("2025-02-01"))
        self.assertEqual(self._get_billed(self.contract), self.months[:2])

    def test_duplicate_of_an_invoice_bills_no_period(self):
        copy = self.february.copy()
        self.assertFalse(copy.invoice_line_ids.billing_period_ids)
        copy.unlink()
        self.assertFalse(self._run_billing("2025-02-01"))

    def test_other_invoices_are_left_alone(self):
        other = self._create_open_invoice()
        other.button_draft()
        other.unlink()
        self.assertEqual(self._get_billed(self.contract), self.months[:2])

from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .change_common import ChangeCommon


@tagged("post_install", "-at_install")
class TestInvoiceDraft(ChangeCommon):
    """Invoices that wait as drafts, and credits as documents of their own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.small.draft_days = 3

    def test_waits_and_is_posted_on_its_day(self):
        contract = self._create_contract(self.small)
        [move] = self._bill("2025-01-01", contract)
        self.assertEqual(move.state, "draft")
        self.assertEqual(move.billing_post_date, self._day("2025-01-04"))
        self.assertFalse(self._bill("2025-01-03", contract))
        self.assertEqual(move.state, "draft")
        self._bill("2025-01-05", contract)
        self.assertRecordValues(
            move,
            [
                {
                    "state": "posted",
                    "invoice_date": self._day("2025-01-05"),
                    "invoice_date_due": self._day("2025-01-05"),
                    "billing_post_date": False,
                    "delivery_date": self._day("2025-01-31"),
                }
            ],
        )
        self.assertFalse(self._bill("2025-01-05", contract))

    def test_facts_come_with_their_step(self):
        contract = self._create_contract(self.small)
        [move] = self._bill("2025-01-01", contract)
        events = self.env["billing.event"].search([("res_id", "=", contract.id)])
        self.assertIn("subscription.invoice_drafted", events.mapped("type"))
        self.assertNotIn("subscription.invoiced", events.mapped("type"))
        move.action_post()
        self._bill("2025-01-05", contract)
        events = self.env["billing.event"].search(
            [("res_id", "=", contract.id), ("type", "=", "subscription.invoiced")]
        )
        self.assertEqual(events.mapped("payload"), [self._payload(move)])

    def _payload(self, move):
        return {
            "invoice_id": move.id,
            "number": move.name,
            "amount_total": move.amount_total,
            "currency": move.currency_id.name,
        }

    def test_edited_draft_is_what_was_debited(self):
        contract = self._create_contract(self.small)
        [move] = self._bill("2025-01-01", contract)
        move.invoice_line_ids.discount = 50.0
        self._bill("2025-01-04", contract)
        self.assertEqual(contract.period_ids.amount, 15.5)
        self.assertEqual(contract.period_ids.explanation["computed_amount"], "31.0")
        contract._cancel(self._day("2025-01-17"))
        self._bill("2025-01-17", contract)
        self._bill("2025-01-20", contract)
        self.assertEqual([row[3] for row in self._get_rows(contract)], [15.5, -7.5])
        self._check_documents(contract)

    def test_deleted_draft_is_due_again(self):
        contract = self._create_contract(self.small)
        self._bill("2025-01-01", contract).unlink()
        self._bill("2025-01-02", contract)
        self._bill("2025-01-05", contract)
        self.assertEqual([row[3] for row in self._get_rows(contract)], [31.0])

    def test_emptied_date_is_left_to_people(self):
        contract = self._create_contract(self.small)
        [move] = self._bill("2025-01-01", contract)
        move.billing_post_date = False
        self._bill("2025-01-10", contract)
        self.assertEqual(move.state, "draft")

    def test_one_that_cannot_be_posted_leaves_the_others_alone(self):
        contracts = self._create_contracts(3, plan=self.small)
        moves = self._bill("2025-01-01", contracts)
        bad, Move = moves[1], self.registry["account.move"]
        origin, reason = Move._post, "no period"

        def post(records, soft=True):
            if bad in records:
                raise UserError(reason)
            return origin(records, soft)

        with patch.object(Move, "_post", post), self.assertLogs(level="WARNING"):
            self._bill("2025-01-04", contracts)
            self._bill("2025-01-04", contracts)
        self.assertEqual(moves.mapped("state"), ["posted", "draft", "posted"])
        self.assertEqual(contracts[1].billing_error, "no period")
        self._bill("2025-01-05", contracts)
        self.assertEqual(bad.state, "posted")
        self.assertFalse(contracts[1].billing_error)

    def test_days_must_not_be_negative(self):
        with (
            self.assertRaises(IntegrityError),
            mute_logger("odoo.sql_db"),
            self.cr.savepoint(),
        ):
            self.small.draft_days = -1
            self.env.flush_all()

    # === CREDITS === #

    def test_credit_note_of_its_own(self):
        self.seats.credit_document = "credit_note"
        contract = self._create_contract(self.seats)
        self._bill("2025-01-01", contract)
        contract._change_quantity(self.seats.charge_ids, 3, self._day("2025-01-17"))
        moves = self._bill("2025-01-17", contract)
        self.assertEqual(
            moves.mapped(lambda move: (move.move_type, move.amount_untaxed)),
            [("out_refund", 30.0), ("out_invoice", 45.0)],
        )
        self.assertEqual(moves.mapped("state"), ["posted", "posted"])
        events = self.env["billing.event"].search(
            [("res_id", "=", contract.id), ("type", "=", "subscription.invoiced")]
        )
        self.assertEqual(len(events), 3)
        self._check_documents(contract)

    def test_line_by_default(self):
        contract = self._create_contract(self.seats)
        self._bill("2025-01-01", contract)
        contract._change_quantity(self.seats.charge_ids, 3, self._day("2025-01-17"))
        [move] = self._bill("2025-01-17", contract)
        self.assertEqual(move.amount_untaxed, 15.0)

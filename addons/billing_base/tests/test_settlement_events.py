from odoo.tests import tagged

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestSettlementEvents(BillingCommon):
    def _get_types(self, moves):
        events = self.env["billing.event"].search(
            [("res_model", "=", "account.move"), ("res_id", "in", moves.ids)],
            order="res_id, sequence",
        )
        return events.mapped("type")

    def test_once_per_transition(self):
        invoice = self._create_open_invoice()
        self.assertFalse(self._get_types(invoice))
        self._pay(invoice, 40.0)
        self.assertFalse(self._get_types(invoice))
        self._pay(invoice)
        self.assertEqual(self._get_types(invoice), ["invoice.settled"])
        self._items(invoice).remove_move_reconcile()
        self.assertEqual(self._get_types(invoice), ["invoice.settled", "invoice.unsettled"])

    def test_content(self):
        unit = self._create_unit("A")
        invoice = self._create_open_invoice(119.5, business_unit_id=unit.id)
        self._pay(invoice)
        event = self.env["billing.event"].search([("res_id", "=", invoice.id)])
        self.assertRecordValues(
            event,
            [
                {
                    "type": "invoice.settled",
                    "res_model": "account.move",
                    "sequence": 1,
                    "company_id": self.company.id,
                    "business_unit_id": unit.id,
                    "partner_id": self.partner_a.id,
                    "payload": {
                        "number": invoice.name,
                        "amount_total": "119.50",
                        "currency": invoice.currency_id.name,
                    },
                }
            ],
        )

    def test_instalments_settle_the_invoice_with_the_last(self):
        invoice = self._create_open_invoice(invoice_payment_term_id=self.pay_terms_b.id)
        first, second = self._items(invoice).sorted("date_maturity")
        (first + self._create_receipts(1, 30.0)).reconcile()
        self.assertFalse(self._get_types(invoice))
        (second + self._create_receipts(1, 70.0)).reconcile()
        self.assertEqual(self._get_types(invoice), ["invoice.settled"])

    def test_payment_moved_between_instalments_is_no_event(self):
        invoice = self._create_open_invoice(invoice_payment_term_id=self.pay_terms_b.id)
        first, second = self._items(invoice).sorted("date_maturity")
        (second + self._create_receipts(1, 70.0)).reconcile()
        receipt = self._create_receipts(1, 30.0)
        with invoice._track_settlement():
            second.remove_move_reconcile()
            (first + receipt).reconcile()
        self.assertFalse(self._get_types(invoice))

    def test_only_customer_invoices(self):
        invoice = self._create_open_invoice()
        refund = invoice._reverse_moves(cancel=True)
        bill = self._create_open_invoice(0.0, move_type="in_invoice")
        self.assertEqual(self._get_types(invoice + refund + bill), ["invoice.settled"])
        self.assertEqual(self._get_types(invoice), ["invoice.settled"])

    def test_batch(self):
        invoices = self._create_open_invoices(3)
        pairs = zip(self._items(invoices), self._create_receipts(3), strict=True)
        self.env["account.move.line"]._reconcile_plan([item + receipt for item, receipt in pairs])
        self.assertEqual(self._get_types(invoices), ["invoice.settled"] * 3)

    def test_user_without_rights_on_events_may_reconcile(self):
        user = self._create_user("reconciler", "account.group_account_invoice")
        invoice = self._create_open_invoice()
        receipt = self._create_receipts(1)
        (self._items(invoice) + receipt).with_user(user).reconcile()
        self.assertEqual(self._get_types(invoice), ["invoice.settled"])

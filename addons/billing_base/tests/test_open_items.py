from odoo.tests import tagged

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestOpenItems(BillingCommon):
    """The customer's form says what is open."""

    def _get_open(self, partner):
        partner.invalidate_recordset()
        return (partner.billing_open_count, partner.billing_open_amount)

    def test_amount_and_list(self):
        partner = self.partner_a
        contact = self.env["res.partner"].create({"name": "X", "parent_id": partner.id})
        self.assertEqual(self._get_open(partner), (0, 0.0))
        invoice = self._create_open_invoice(100.0)
        other = self._create_open_invoice(50.0)
        total = invoice.amount_total + other.amount_total
        self.assertEqual(self._get_open(partner), (2, total))
        self.assertEqual(self._get_open(contact), (2, total))
        found = self.env["account.move.line"].search(partner.action_view_open_items()["domain"])
        self.assertEqual(found.move_id, invoice + other)
        self._pay(invoice)
        self.assertEqual(self._get_open(partner), (1, other.amount_total))

    def test_a_credit_counts_against_it(self):
        invoice = self._create_open_invoice(100.0)
        refund = self._create_open_invoice(40.0, move_type="out_refund")
        self.assertEqual(
            self._get_open(self.partner_a), (2, invoice.amount_total - refund.amount_total)
        )

    def test_drafts_and_other_customers_do_not_count(self):
        self.env["account.move"].create(self._prepare_invoice(100.0))
        self._create_open_invoice(100.0, partner_id=self.partner_b.id)
        self.assertEqual(self._get_open(self.partner_a), (0, 0.0))

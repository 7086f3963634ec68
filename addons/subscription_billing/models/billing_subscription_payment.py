from odoo import fields, models


class BillingSubscription(models.Model):
    """Who pays the invoices of a contract, and how."""

    _inherit = "billing.subscription"

    payment_method_line_id = fields.Many2one(
        "account.payment.method.line",
        string="Payment Method",
        domain="[('payment_type', '=', 'inbound'), ('company_id', 'parent_of', company_id)]",
        help="How the invoices are paid. Empty: as agreed with the customer.",
    )

    def _get_payer(self):
        """Return the partner that pays the invoices.

        Contract: addons with an invoice address of their own override it. Mandates and other ways
        of payment must belong to the company (commercial partner) of this partner.
        """
        self.ensure_one()
        return self.partner_id

    def _get_payment_method_line(self):
        """Return how the invoices of this contract are paid, empty for what the customer agreed.

        Contract: addons that know a way of payment of the contract itself (a mandate, a saved
        card) override it; it is written to ``preferred_payment_method_line_id`` of the invoice,
        which from then on is the only truth.

        :return: ``account.payment.method.line``
        """
        self.ensure_one()
        return self.payment_method_line_id

    def _get_document_key(self):
        return (*super()._get_document_key(), self._get_payment_method_line().id)

    def _prepare_invoice_values(self, items, today, run):
        values = super()._prepare_invoice_values(items, today, run)
        method = self[0]._get_payment_method_line()
        if method and values["move_type"] == "out_invoice":
            values["preferred_payment_method_line_id"] = method.id
        return values

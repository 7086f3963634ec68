from odoo import api, fields, models


class BillingSubscription(models.Model):
    """What a contract keeps of the order it comes from."""

    _inherit = "billing.subscription"

    sale_line_id = fields.Many2one(
        "sale.order.line", string="Order Line", readonly=True, copy=False, ondelete="restrict"
    )
    sale_order_id = fields.Many2one(
        related="sale_line_id.order_id", string="Sales Order", store=True, index="btree_not_null"
    )
    partner_invoice_id = fields.Many2one(
        "res.partner",
        string="Invoice Address",
        check_company=True,
        index="btree_not_null",
        help="Invoices go to this address. Empty: to the customer.",
    )
    partner_shipping_id = fields.Many2one(
        "res.partner", string="Delivery Address", check_company=True, index="btree_not_null"
    )
    fiscal_position_id = fields.Many2one(
        "account.fiscal.position",
        check_company=True,
        help="Empty: found by the addresses for each invoice.",
    )
    payment_token_id = fields.Many2one(
        "payment.token",
        string="Saved Payment Method",
        copy=False,
        readonly=True,
        groups="billing_base.group_billing_user",
        help="Saved when the order was paid.",
    )
    _sale_line_unique = models.UniqueIndex(
        "(sale_line_id) WHERE sale_line_id IS NOT NULL",
        "This order line has concluded its contract already.",
    )

    @api.model
    def _prepare_payment_values(self, order):
        """How the contracts of an order are paid: its saved payment method, and the way agreed.

        Addons that know other ways (a mandate, an account) call ``super()`` and extend the dict.

        :param order: ``sale.order`` that is being confirmed
        :return: dict of fields of ``billing.subscription``
        """
        payments = order.transaction_ids.filtered(
            lambda tx: tx.state in ("pending", "authorized", "done") and tx.token_id.active
        )
        return {
            "payment_token_id": payments.sorted("id")[-1:].token_id.id,
            "payment_method_line_id": order.preferred_payment_method_line_id.id,
        }

    def _add_order_discounts(self, lines):
        """Discounts of order lines go on as discounts of the contract, as long as it runs."""
        self.ensure_one()
        self.env["billing.subscription.discount"].create(
            [
                {
                    "subscription_id": self.id,
                    "name": self.env._("Discount %g %%", line.discount),
                    "kind": "percent",
                    "percent": line.discount,
                    "scope": "products",
                    "product_ids": line.billing_charge_id.product_id.ids,
                }
                for line in lines.filtered("discount")
            ]
        )

    def _get_payer(self):
        return self.partner_invoice_id or super()._get_payer()

    def _get_document_key(self):
        key = super()._get_document_key()
        return (
            *key,
            self.partner_invoice_id.id,
            self.partner_shipping_id.id,
            self.fiscal_position_id.id,
        )

    def _prepare_invoice_values(self, items, today, run):
        """Addresses and payment as agreed; money that came with the order pays the invoice."""
        values = super()._prepare_invoice_values(items, today, run)
        first = self[0]
        agreed = {
            "partner_id": first.partner_invoice_id.id,
            "partner_shipping_id": first.partner_shipping_id.id,
            "fiscal_position_id": first.fiscal_position_id.id,
        }
        values |= {name: value for name, value in agreed.items() if value}
        if values["move_type"] == "out_invoice" and (payments := self._get_order_payments()):
            values["transaction_ids"] = [fields.Command.set(payments.ids)]
        return values

    def _get_order_payments(self):
        """Payments of the orders that are not used up yet."""
        return self.sudo().sale_order_id.transaction_ids.filtered(
            lambda tx: (
                tx.state in ("pending", "authorized")
                or (tx.state == "done" and not tx.payment_id.is_reconciled)
            )
        )

    def action_view_sale_order(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "sale.order",
            "res_id": self.sale_order_id.id,
            "view_mode": "form",
        }

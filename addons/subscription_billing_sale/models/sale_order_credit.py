from odoo import api, fields, models


class SaleOrder(models.Model):
    """A manager's word that the contracts of an order may pass the credit limit."""

    _inherit = "sale.order"

    credit_approval = fields.Char(
        string="Over the Credit Limit Because",
        compute="_compute_credit_approval",
        store=True,
        readonly=False,
        copy=False,
        tracking=True,
        groups="billing_base.group_billing_manager",
        help="Enter why the contracts of this order may pass the credit limit. It holds for this "
        "customer and for the total the order has now; if it grows, it has to be approved anew.",
    )
    credit_approved_amount = fields.Monetary(
        compute="_compute_credit_approved_amount",
        store=True,
        copy=False,
        groups="billing_base.group_billing_manager",
    )

    @api.depends("partner_id", "billing_subscription_id")
    def _compute_credit_approval(self):
        """Another customer has to be approved anew."""
        self.credit_approval = False

    @api.depends("credit_approval")
    def _compute_credit_approved_amount(self):
        """The total at the time of the approval, whatever the order becomes afterwards."""
        for order in self:
            order.credit_approved_amount = order.amount_total if order.credit_approval else 0.0

    def _get_credit_approval(self):
        """The reason of a manager, or False without one, or where the order has grown since."""
        self.ensure_one()
        order = self.sudo()
        approved, total = order.credit_approved_amount, order.amount_total
        is_covered = order.currency_id.compare_amounts(total, approved) <= 0
        return is_covered and order.credit_approval

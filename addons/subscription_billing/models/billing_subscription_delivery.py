from odoo import fields, models


class BillingSubscription(models.Model):
    """What the run posts is delivered: as the contract says, else as customer and unit do."""

    _inherit = "billing.subscription"

    delivery_method = fields.Selection(
        [
            ("mail", "Email"),
            ("portal", "Customer Portal"),
            ("post", "Post"),
            ("none", "Not at All"),
        ],
        "Invoice Delivery",
        tracking=True,
        help="How invoices of this contract reach the customer. Empty: as the customer wishes, "
        "otherwise as the plan or the business unit says, otherwise by email.",
    )

    def _period_invoiced_hook(self, moves):
        """Ask for the delivery in the transaction that posts; sent is later, by its own cron."""
        result = super()._period_invoiced_hook(moves)
        moves._request_delivery(self._get_agreed_delivery(moves))
        return result

    def _get_agreed_delivery(self, moves):
        """The channel that contracts and plans set for their documents.

        A document of several contracts goes the way that the first of them names.

        :return: dict of move id -> channel, without those that follow customer and unit
        """
        agreed = {}
        for move_id, contracts in moves._get_billed_contracts().items():
            named = [method for method in contracts.mapped("delivery_method") if method]
            if (
                not named
                and not contracts.partner_id.commercial_partner_id[:1]
                .with_company(contracts.company_id[:1])
                .invoice_sending_method
            ):
                named = [
                    method for method in contracts.plan_id.mapped("delivery_method") if method
                ]
            if named:
                agreed[move_id] = named[0]
        return agreed


class BillingPlan(models.Model):
    _inherit = "billing.plan"

    delivery_method = fields.Selection(
        [
            ("mail", "Email"),
            ("portal", "Customer Portal"),
            ("post", "Post"),
            ("none", "Not at All"),
        ],
        "Invoice Delivery",
        help="For customers who have made no choice of their own. Empty: as the business unit "
        "says, otherwise by email.",
    )

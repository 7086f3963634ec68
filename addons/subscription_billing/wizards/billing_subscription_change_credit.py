from odoo import api, fields, models

from ..models.billing_subscription_credit import APPROVAL


class BillingSubscriptionChangeWizard(models.TransientModel):
    """A manager lets an increase pass the customer's credit limit, with a reason."""

    _inherit = "billing.subscription.change"

    has_credit_limit = fields.Boolean(related="company_id.account_use_credit_limit")
    approval_reason = fields.Char(
        string="Over the Credit Limit Because",
        help="Lets an increase pass the credit limit of the customer; kept on the contract.",
    )
    preview = fields.Html(compute="_compute_preview", sanitize=False)

    @api.depends("approval_reason")
    def _compute_preview(self):
        return super()._compute_preview()

    def _get_act(self):
        act, reason = super()._get_act(), self.approval_reason
        if act is None or not reason:
            return act
        return lambda contract: act(contract.with_context(**{APPROVAL: reason}))

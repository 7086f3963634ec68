from odoo import fields, models


class BillingSubscriptionResumeWizard(models.TransientModel):
    """The end of a pause."""

    _name = "billing.subscription.resume"
    _description = "Resume Contract"
    _inherit = ["billing.subscription.act"]

    when = fields.Selection(default="date")
    effective_date = fields.Date(string="Resumed From")

    def _get_act(self):
        day = self.effective_date
        return lambda subscription: subscription._resume(day)

    def _get_missing_message(self):
        return self.env._("Resumed From: enter the first day after the pause.")

from odoo import fields, models


class BillingSubscriptionPauseWizard(models.TransientModel):
    """No service and no charge from a day on."""

    _name = "billing.subscription.pause"
    _description = "Pause Contract"
    _inherit = ["billing.subscription.act"]

    effective_date = fields.Date(string="Paused From")
    origin = fields.Char(string="Reason", help="Shown with the hold of the contract.")

    def _get_act(self):
        day, origin = self.effective_date, self.origin
        return lambda subscription: subscription._pause(day, origin or "")

    def _get_missing_message(self):
        return self.env._("Paused From: enter the first day of the pause.")

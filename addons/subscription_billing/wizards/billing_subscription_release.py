from odoo import fields, models


class BillingSubscriptionRelease(models.TransientModel):
    """The reason for which a manager lets a waiting contract start."""

    _name = "billing.subscription.release"
    _description = "Start a Waiting Contract"

    subscription_id = fields.Many2one("billing.subscription", required=True, readonly=True)
    waiting_reason = fields.Text(related="subscription_id.waiting_reason")
    reason = fields.Char(required=True, help="Kept on the contract.")

    def action_confirm(self):
        self.ensure_one()
        self.subscription_id._approve(self.reason)
        return {"type": "ir.actions.act_window_close"}

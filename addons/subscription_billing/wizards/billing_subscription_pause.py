from odoo import api, fields, models


class BillingSubscriptionPauseWizard(models.TransientModel):
    """No service and no charge from a day on."""

    _name = "billing.subscription.pause"
    _description = "Pause Contract"
    _inherit = ["billing.subscription.act"]

    effective_date = fields.Date(string="Paused From")
    until_date = fields.Date(
        string="Goes On From",
        help="The first day after the pause. Empty: until somebody resumes the contract.",
    )
    origin = fields.Char(string="Reason", help="Shown with the hold of the contract.")

    preview = fields.Html(compute="_compute_preview", sanitize=False)

    @api.depends("until_date")
    def _compute_preview(self):
        return super()._compute_preview()

    def _get_act(self):
        day, until, origin = self.effective_date, self.until_date, self.origin
        if until and until <= day:
            return None

        def act(subscription):
            subscription._pause(day, origin or "")
            if until:
                subscription._resume(until)

        return act

    def _get_missing_message(self):
        if self.effective_date and self.until_date:
            return self.env._("Goes On From: enter a day after the first day of the pause.")
        return self.env._("Paused From: enter the first day of the pause.")

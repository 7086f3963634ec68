from odoo import api, fields, models


class BillingSubscriptionCancelWizard(models.TransientModel):
    """The end of a contract on a day, which no longer belongs to it."""

    _name = "billing.subscription.cancel"
    _description = "Cancel Contract"
    _inherit = ["billing.subscription.act"]

    when = fields.Selection(default="period_end")
    effective_date = fields.Date(
        string="End Date", help="The first day that is no longer part of the contract."
    )
    last_day = fields.Date(string="Last Day of the Contract", compute="_compute_last_day")
    is_credited = fields.Boolean(
        string="Credit Paid Time",
        default=True,
        help="Time that is paid beyond the end is given back with the next invoice.",
    )
    preview = fields.Html(compute="_compute_preview", sanitize=False)

    @api.depends("effective_date")
    def _compute_last_day(self):
        for wizard in self:
            end = wizard.effective_date
            wizard.last_day = fields.Date.subtract(end, days=1) if end else False

    @api.depends("is_credited")
    def _compute_preview(self):
        super()._compute_preview()

    def _get_act(self):
        day, credited = self.effective_date, self.is_credited
        return lambda subscription: subscription._cancel(day, credited)

    def _get_missing_message(self):
        return self.env._("End Date: enter the first day after the contract.")

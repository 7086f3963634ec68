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
    is_for_cause = fields.Boolean(
        string="For Good Cause", help="Ends the contract on any day, whatever its terms say."
    )
    earliest_end_reason = fields.Char(related="subscription_id.earliest_end_reason")
    preview = fields.Html(compute="_compute_preview", sanitize=False)

    @api.depends("effective_date")
    def _compute_last_day(self):
        for wizard in self:
            end = wizard.effective_date
            wizard.last_day = fields.Date.subtract(end, days=1) if end else False

    @api.depends("is_credited", "is_for_cause")
    def _compute_preview(self):
        return super()._compute_preview()

    @api.model
    def _get_when_choices(self):
        labels = dict(super()._get_when_choices())
        return list({**labels, "period_end": self.env._("At the earliest ordinary end")}.items())

    def _get_period_end(self, today):
        """The end of what is paid, but not before the terms allow it."""
        end = super()._get_period_end(today)
        return max(end, self.subscription_id.earliest_end_date or end)

    def _get_act(self):
        day, credited, for_cause = self.effective_date, self.is_credited, self.is_for_cause
        return lambda subscription: subscription._cancel(day, credited, for_cause=for_cause)

    def _get_missing_message(self):
        return self.env._("End Date: enter the first day after the contract.")

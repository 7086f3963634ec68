from dateutil.relativedelta import relativedelta

from odoo import api, fields, models


class BillingTestClockAdvance(models.TransientModel):
    _name = "billing.test.clock.advance"
    _description = "Advance Billing Test Clock"

    clock_id = fields.Many2one("billing.test.clock", required=True, readonly=True)
    current_date = fields.Date(related="clock_id.date")
    date = fields.Date(
        "Advance To",
        required=True,
        compute="_compute_date",
        store=True,
        readonly=False,
        precompute=True,
        help="Each day up to this one is run for the customer of the clock.",
    )

    @api.depends("clock_id")
    def _compute_date(self):
        for wizard in self:
            current = wizard.clock_id.date
            wizard.date = current and current + relativedelta(months=1)

    def action_advance(self):
        """Advance the clock and show what happened."""
        self.ensure_one()
        self.clock_id.check_access("write")
        return self.clock_id._go_to(self.date)

from odoo import models
from odoo.fields import Domain


class BillingTestClock(models.Model):
    _inherit = "billing.test.clock"

    def _run_day(self, today):
        """Bill the customer of the clock as of its day."""
        result = super()._run_day(today)
        for clock in self:
            customer = Domain("partner_id.commercial_partner_id", "=", clock.partner_id.id)
            self.env["billing.run"]._run_billing(clock.company_id, today, customer)
        return result

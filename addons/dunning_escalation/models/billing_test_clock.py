from odoo import models
from odoo.fields import Domain


class BillingTestClock(models.Model):
    _inherit = "billing.test.clock"

    def _run_day(self, today):
        counts = super()._run_day(today)
        partners = self.partner_id.commercial_partner_id
        self.env["dunning.run"].with_context(billing_one_transaction=True)._run_dunning(
            self.company_id, today, Domain("partner_id", "in", partners.ids)
        )
        letters = self.env["dunning.notice"].search_count(
            [("commercial_partner_id", "in", partners.ids), ("date", "=", today)]
        )
        return counts | {self.env._("Dunning letters"): letters}

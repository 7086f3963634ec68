from odoo import models
from odoo.fields import Domain


class BillingTestClock(models.Model):
    _inherit = "billing.test.clock"

    def _run_day(self, today):
        """Bill the customer of the clock as of its day, without a commit."""
        result = super()._run_day(today)
        customer = Domain("partner_id.commercial_partner_id", "=", self.partner_id.id)
        # Runs belong to the system: a manager who moves a clock may not write them.
        runs = self.env["billing.run"].sudo().with_context(billing_one_transaction=True)
        last = runs.search([], limit=1).id or 0
        runs._run_billing(self.company_id, today, customer)
        new = runs.search([("id", ">", last)])
        return {**result, self.env._("Invoices"): sum(new.mapped("invoice_count"))}

    def _get_event_labels(self):
        return {
            **super()._get_event_labels(),
            # The document itself is listed.
            "subscription.invoiced": "",
            "subscription.invoice_drafted": "",
            "subscription.trial": self.env._("Trial began"),
            "subscription.active": self.env._("Contract is active"),
            "subscription.paused": self.env._("Contract is paused"),
            "subscription.ended": self.env._("Contract has ended"),
            "subscription.price_announced": self.env._("New price announced"),
        }

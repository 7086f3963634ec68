from odoo import fields, models


class BillingSubscription(models.Model):
    """A contract of a sandbox company says so, and leads to the clock of its customer."""

    _inherit = "billing.subscription"

    is_billing_sandbox = fields.Boolean(related="company_id.is_billing_sandbox")
    can_simulate_billing = fields.Boolean(compute="_compute_can_simulate_billing")

    def _compute_can_simulate_billing(self):
        manager = self.env.user.has_group("billing_base.group_billing_manager")
        for contract in self:
            contract.can_simulate_billing = manager and contract.is_billing_sandbox

    def action_simulate_billing(self):
        self.ensure_one()
        return self.partner_id.with_company(self.company_id).action_simulate_billing()

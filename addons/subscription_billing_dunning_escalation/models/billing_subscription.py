from odoo import fields, models

from odoo.addons.subscription_billing.core.lifecycle import RUNNING

RUNNING_STATES = {state.value for state in RUNNING}


class BillingSubscription(models.Model):
    _inherit = "billing.subscription"

    dunning_case_count = fields.Integer(
        "Dunning Cases",
        compute="_compute_dunning_case_count",
        groups="billing_base.group_billing_user",
    )

    def _compute_dunning_case_count(self):
        for contract in self:
            contract.dunning_case_count = self.env["dunning.case"].search_count(
                contract._get_dunning_case_domain()
            )

    def _get_dunning_case_domain(self):
        moves = self.sudo().period_ids.move_id
        return [("move_id", "in", moves.ids), ("state", "=", "open")]

    def _get_in_force(self):
        """Those of these contracts that have begun and not ended."""
        return self.filtered(lambda contract: contract.state in RUNNING_STATES)

    def action_view_dunning_cases(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dunning_escalation.action_dunning_case"
        )
        return action | {"domain": self._get_dunning_case_domain(), "context": {}}

    def action_hold_dunning(self):
        """Ask until when and why invoices of this contract are not dunned."""
        self.ensure_one()
        return self.env["dunning.hold"]._open_new(
            subscription_id=self.id, partner_id=self._get_payer().commercial_partner_id.id
        )

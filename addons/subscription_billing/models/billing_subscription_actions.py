from odoo import models


class BillingSubscription(models.Model):
    """Where the buttons of a contract lead."""

    _inherit = "billing.subscription"

    def action_view_invoices(self):
        self.ensure_one()
        moves = self.period_ids.move_id
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account.action_move_out_invoice_type"
        )
        if len(moves) == 1:
            return action | {"views": [(False, "form")], "res_id": moves.id}
        return action | {"domain": [("id", "in", moves.ids)], "context": {}}

    def action_view_periods(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "subscription_billing.action_billing_period"
        )
        return action | {"domain": [("subscription_id", "=", self.id)]}

    def action_preview_portal(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "target": "self",
            "url": self.get_portal_url(),
        }

from odoo import fields, models

GONE = ("ended", "revoked", "lapsed")


class SepaMandate(models.Model):
    """The contracts that a mandate pays."""

    _inherit = "sepa.mandate"

    subscription_ids = fields.One2many("billing.subscription", "sepa_mandate_id", "Contracts")
    subscription_count = fields.Integer(compute="_compute_subscription_count")

    def _compute_subscription_count(self):
        counts = dict(
            self.env["billing.subscription"]._read_group(
                [("sepa_mandate_id", "in", self.ids)], ["sepa_mandate_id"], ["__count"]
            )
        )
        for mandate in self:
            mandate.subscription_count = counts.get(mandate, 0)

    def _set_state(self, state, **values):
        changed = super()._set_state(state, **values)
        if state == "active":
            for mandate in changed.filtered(lambda m: m.type == "recurrent"):
                mandate._take_over_contracts()
        return changed

    def _take_over_contracts(self):
        """A new mandate of a customer pays what an earlier one cannot pay any more."""
        self.ensure_one()
        left = self.sudo().search(
            [
                ("commercial_partner_id", "=", self.commercial_partner_id.id),
                ("creditor_id", "=", self.creditor_id.id),
                ("state", "in", GONE),
            ]
        )
        left.subscription_ids.write({"sepa_mandate_id": self.id})

    def _prepare_uses(self):
        """Contracts that are paid with the mandate, with their next invoice."""
        running = self.sudo().subscription_ids.filtered(lambda sub: sub.state != "ended")
        return super()._prepare_uses() + [contract._get_mandate_use() for contract in running]

    def action_view_contracts(self):
        """Open the contracts that are paid with this mandate."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "subscription_billing.action_billing_subscription"
        )
        return action | {"domain": [("sepa_mandate_id", "in", self.ids)], "context": {}}

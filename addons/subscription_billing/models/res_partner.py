from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    billing_subscription_count = fields.Integer(
        string="Contracts",
        compute="_compute_billing_subscription_count",
        groups="billing_base.group_billing_user",
    )

    def _compute_billing_subscription_count(self):
        """Contracts of the customer and its contacts, in one query."""
        family = self.with_context(active_test=False).search_fetch(
            [("id", "child_of", self.ids)], ["parent_id"]
        )
        groups = self.env["billing.subscription"]._read_group(
            [("partner_id", "in", family.ids)], ["partner_id"], ["__count"]
        )
        counts = dict.fromkeys(self.ids, 0)
        for partner, count in groups:
            while partner:
                if partner.id in counts:
                    counts[partner.id] += count
                partner = partner.parent_id
        for partner in self:
            partner.billing_subscription_count = counts.get(partner.id, 0)

    def action_view_billing_subscriptions(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "subscription_billing.action_billing_subscription"
        )
        return action | {
            "domain": [("partner_id", "child_of", self.id)],
            "context": {"default_partner_id": self.id},
        }

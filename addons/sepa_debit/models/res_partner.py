from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    sepa_mandate_ids = fields.One2many("sepa.mandate", "partner_id", "SEPA Mandates")
    sepa_mandate_count = fields.Integer(
        "Mandates", compute="_compute_sepa_mandate_count", groups="billing_base.group_billing_user"
    )

    def _compute_sepa_mandate_count(self):
        counts = dict(
            self.env["sepa.mandate"]._read_group(
                [("commercial_partner_id", "in", self.commercial_partner_id.ids)],
                ["commercial_partner_id"],
                ["__count"],
            )
        )
        for partner in self:
            partner.sepa_mandate_count = counts.get(partner.commercial_partner_id, 0)

    def action_view_sepa_mandates(self):
        """Open the mandates of the customer, those of its other contacts too."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("sepa_debit.action_sepa_mandate")
        return action | {
            "domain": [("commercial_partner_id", "=", self.commercial_partner_id.id)],
            "context": {"default_partner_id": self.id},
        }

from odoo import api, fields, models
from odoo.tools.sql import column_exists, create_column


class ResPartner(models.Model):
    _inherit = "res.partner"

    dunning_debtor = fields.Selection(
        [("consumer", "Consumer"), ("business", "Business"), ("public", "Public body")],
        "Dunned As",
        compute="_compute_dunning_debtor",
        store=True,
        readonly=False,
        help="Decides about interest, lump sum and fees. Companies are businesses unless you say "
        "otherwise.",
    )
    dunning_hold_ids = fields.One2many("dunning.hold", "partner_id", "Dunning Holds")
    dunning_notice_count = fields.Integer(
        compute="_compute_dunning_notice_count", groups="billing_base.group_billing_user"
    )

    def _auto_init(self):
        """Fill the new column without touching the contacts that are there."""
        cr = self.env.cr
        if not column_exists(cr, "res_partner", "dunning_debtor"):
            create_column(cr, "res_partner", "dunning_debtor", "varchar")
            cr.execute(
                """UPDATE res_partner SET dunning_debtor =
                   CASE WHEN is_company THEN 'business' ELSE 'consumer' END"""
            )
        return super()._auto_init()

    @api.depends("is_company")
    def _compute_dunning_debtor(self):
        for partner in self:
            if partner.dunning_debtor != "public":
                partner.dunning_debtor = "business" if partner.is_company else "consumer"

    def _compute_dunning_notice_count(self):
        groups = self.env["dunning.notice"]._read_group(
            [("commercial_partner_id", "in", self.commercial_partner_id.ids)],
            ["commercial_partner_id"],
            ["__count"],
        )
        counts = {partner.id: count for partner, count in groups}
        for partner in self:
            partner.dunning_notice_count = counts.get(partner.commercial_partner_id.id, 0)

    def action_view_dunning(self):
        """What is going to happen to the customer's open items, when and why."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dunning_escalation.action_dunning_outlook"
        )
        domain = list(self._get_open_item_domain())
        return action | {"domain": domain, "context": {"create": False}}

    def action_hold_dunning(self):
        """Ask until when and why no letters go to this customer."""
        self.ensure_one()
        return self.env["dunning.hold"]._open_new(partner_id=self.commercial_partner_id.id)

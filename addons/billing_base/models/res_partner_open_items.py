from odoo import fields, models
from odoo.fields import Domain


class ResPartner(models.Model):
    """What a customer owes, or is owed, at a glance."""

    _inherit = "res.partner"

    billing_open_amount = fields.Monetary(
        string="Open",
        compute="_compute_billing_open_amount",
        currency_field="currency_id",
        groups="account.group_account_invoice,account.group_account_readonly",
        help="Open items of the customer and its contacts in this company; credits count against "
        "them.",
    )
    billing_open_count = fields.Integer(
        string="Open Items",
        compute="_compute_billing_open_amount",
        groups="account.group_account_invoice,account.group_account_readonly",
    )

    def _get_open_item_domain(self):
        """Open items of the customers in self; journal items carry the commercial partner."""
        return (
            Domain("partner_id", "in", self.commercial_partner_id.ids)
            & Domain("company_id", "=", self.env.company.id)
            & Domain("parent_state", "=", "posted")
            & Domain("account_id.account_type", "=", "asset_receivable")
            & Domain("reconciled", "=", False)
        )

    def _compute_billing_open_amount(self):
        groups = self.env["account.move.line"]._read_group(
            self._get_open_item_domain(), ["partner_id"], ["amount_residual:sum", "__count"]
        )
        found = {partner: (amount, count) for partner, amount, count in groups}
        for partner in self:
            amount, count = found.get(partner.commercial_partner_id, (0.0, 0))
            partner.billing_open_amount = amount
            partner.billing_open_count = count

    def action_view_open_items(self):
        """The open items of the customer, oldest due date first."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Open Items of %s", self.commercial_partner_id.name),
            "res_model": "account.move.line",
            "view_mode": "list",
            "views": [(self.env.ref("billing_base.view_open_item_list").id, "list")],
            "domain": list(self._get_open_item_domain()),
            "context": {"create": False},
        }

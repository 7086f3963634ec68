from odoo import fields, models
from odoo.fields import Domain


class ProductTemplate(models.Model):
    """What a product is charged for in plans and contracts."""

    _inherit = "product.template"

    billing_charge_count = fields.Integer(
        string="Charges",
        compute="_compute_billing_counts",
        groups="billing_base.group_billing_user",
    )
    billing_contract_count = fields.Integer(
        string="Contracts",
        compute="_compute_billing_counts",
        groups="billing_base.group_billing_user",
    )

    def _compute_billing_counts(self):
        charges = self.env["billing.charge"].search_fetch(
            [("product_id.product_tmpl_id", "in", self.ids)], ["product_id", "version_id"]
        )
        groups = self.env["billing.subscription.line"]._read_group(
            [("charge_id", "in", charges.ids), ("subscription_id.state", "!=", "ended")],
            ["charge_id"],
            ["subscription_id:array_agg_distinct"],
        )
        contracts = {charge: set(ids) for charge, ids in groups}
        for template in self:
            mine = charges.filtered(
                lambda charge, template=template: charge.product_id.product_tmpl_id == template
            )
            found = set().union(*[contracts.get(charge, set()) for charge in mine])
            template.billing_charge_count = len(mine)
            template.billing_contract_count = len(found)

    def action_view_billing_charges(self):
        """The charges of plans that use the product."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Charges of %s", self.name),
            "res_model": "billing.charge",
            "views": [
                (self.env.ref("subscription_billing.view_billing_charge_product_list").id, "list"),
                (False, "form"),
            ],
            "domain": [("product_id.product_tmpl_id", "=", self.id)],
            "context": {"create": False},
        }

    def action_view_billing_contracts(self):
        """The contracts that charge the product."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "subscription_billing.action_billing_subscription"
        )
        charged = Domain("line_ids.charge_id.product_id.product_tmpl_id", "=", self.id)
        return action | {"domain": list(charged), "context": {"search_default_not_ended": 1}}

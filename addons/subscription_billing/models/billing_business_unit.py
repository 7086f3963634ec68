from odoo import api, fields, models
from odoo.fields import Domain


class BillingBusinessUnit(models.Model):
    _inherit = "billing.business.unit"

    def _has_documents(self):
        contracts = self.env["billing.subscription"].sudo()
        return super()._has_documents() or bool(
            contracts.search_count([("business_unit_id", "=", self.id)], limit=1)
        )


class BillingPlan(models.Model):
    _inherit = "billing.plan"

    offered_unit_ids = fields.Many2many(
        "billing.business.unit",
        string="Offered By",
        compute="_compute_offered_unit_ids",
        search="_search_offered_unit_ids",
        help="Business units that sell all products of the plan; those without product "
        "categories sell everything.",
    )

    @api.depends("charge_ids.product_id.categ_id", "company_id")
    def _compute_offered_unit_ids(self):
        units = self.env["billing.business.unit"].search([])
        for plan in self:
            products = plan.charge_ids.product_id
            plan.offered_unit_ids = units.filtered(
                lambda unit, products=products: (
                    products.filtered_domain(unit._get_product_domain()) == products
                )
            )

    @api.model
    def _search_offered_unit_ids(self, operator, value):
        if operator != "in":
            return NotImplemented
        units = self.env["billing.business.unit"].browse(filter(None, value)).exists()
        return Domain.OR(
            Domain("charge_ids", "not any", ~unit._get_product_domain("product_id."))
            for unit in units
        )

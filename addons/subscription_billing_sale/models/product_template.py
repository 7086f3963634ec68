from odoo import fields, models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    billing_plan_ids = fields.Many2many(
        "billing.plan",
        string="Concludes Contracts",
        # A product that companies share may sell plans of each; orders offer those of theirs.
        help="Plans that an order of this product may conclude a contract of, e.g. monthly and "
        "yearly. The first one is suggested; without any the product is sold once.",
    )

from odoo import fields, models


class ProductCategory(models.Model):
    """What invoices for contracts take from the category of a product, beside its accounts."""

    _inherit = "product.category"

    billing_document = fields.Selection(
        [
            ("together", "Together with all others"),
            ("heading", "Under a heading with the category's name"),
            ("own", "On an invoice of their own"),
        ],
        string="Charges on Invoices",
        default="together",
        required=True,
        help="Where charges of products of this category stand on invoices for contracts.",
    )
    sale_tax_ids = fields.Many2many(
        "account.tax",
        "product_category_sale_tax_rel",
        string="Sales Taxes",
        domain=[("type_tax_use", "=", "sale")],
        help="Taxes of products of this category that have no sales taxes of their own.",
    )


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _get_computed_taxes(self):
        """A product without taxes of its own has those of its category."""
        taxes = super()._get_computed_taxes()
        product = self.product_id.with_company(self.company_id)
        if not product or not self.move_id.is_sale_document(include_receipts=True):
            return taxes
        companies = self.env["account.tax"]._check_company_domain(self.company_id)
        if product.taxes_id.filtered_domain(companies):
            return taxes
        given = product.categ_id.sale_tax_ids.filtered_domain(companies)
        return self.move_id.fiscal_position_id.map_tax(given) if given else taxes

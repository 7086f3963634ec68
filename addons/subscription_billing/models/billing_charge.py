from odoo import api, fields, models


class BillingCharge(models.Model):
    """One priced component of a plan, e.g. a base fee or a price per seat."""

    _name = "billing.charge"
    _description = "Charge"
    _order = "version_id, sequence, id"
    _rec_names_search = ["name", "code"]

    version_id = fields.Many2one(
        "billing.plan.version", required=True, ondelete="cascade", index=True
    )
    sequence = fields.Integer(default=10)
    product_id = fields.Many2one(
        "product.product",
        required=True,
        domain=[("sale_ok", "=", True)],
        help="Gives the income account, the taxes and the unit of the invoice line.",
    )
    name = fields.Char(
        compute="_compute_name",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        translate=True,
    )
    code = fields.Char(help="Short name for imports and interfaces.")
    charge_model = fields.Selection(
        [("flat", "Flat fee"), ("per_unit", "Per unit")],
        string="Price Model",
        default="flat",
        required=True,
        help="Flat fee: the same amount every period. "
        "Per unit: the contract's quantity times the price.",
    )
    unit_price = fields.Float(
        string="Price",
        digits="Product Price",
        compute="_compute_unit_price",
        store=True,
        precompute=True,
        readonly=False,
    )
    default_quantity = fields.Float(
        digits="Product Unit", default=1.0, help="Quantity of a new contract."
    )
    uom_id = fields.Many2one(related="product_id.uom_id")
    currency_id = fields.Many2one(related="version_id.currency_id")

    _quantity_not_negative = models.Constraint(
        "CHECK (default_quantity >= 0)",
        "Default Quantity: enter zero or more.",
    )

    @api.depends("product_id")
    def _compute_name(self):
        for charge in self:
            if charge.product_id and not charge.name:
                charge.name = charge.product_id.name

    @api.depends("product_id")
    def _compute_unit_price(self):
        for charge in self:
            if charge.product_id and not charge.unit_price:
                charge.unit_price = charge.product_id.lst_price

    @api.model_create_multi
    def create(self, vals_list):
        charges = super().create(vals_list)
        charges.version_id._check_not_in_use()
        return charges

    def write(self, vals):
        self.version_id._check_not_in_use()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_use(self):
        self.version_id._check_not_in_use()

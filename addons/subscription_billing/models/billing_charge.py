from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..core.errors import BillingRuleError
from ..core.pricing import ChargeModel, check_open_end, terms_from_params


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
        [
            ("flat", "Flat fee"),
            ("per_unit", "Per unit"),
            ("graduated", "Graduated tiers"),
            ("volume", "Volume tiers"),
            ("package", "Packages"),
        ],
        string="Price Model",
        default="flat",
        required=True,
        help="Flat fee: the same amount every period. "
        "Per unit: the contract's quantity times the price. "
        "Graduated tiers: each part of the quantity at the price of its tier. "
        "Volume tiers: the whole quantity at the price of the tier it ends in. "
        "Packages: every started package at the price.",
    )
    recurrence = fields.Selection(
        [("recurring", "Every period"), ("once", "Once")],
        default="recurring",
        required=True,
        help="Once: charged with the first invoice only, e.g. for setting up.",
    )
    is_option = fields.Boolean(
        string="Option", help="Not part of every contract: added and removed one by one."
    )
    tier_ids = fields.One2many("billing.charge.tier", "charge_id", string="Tiers", copy=True)
    package_size = fields.Float(digits="Product Unit", default=1.0, help="Units in one package.")
    free_units = fields.Float(
        digits="Product Unit", help="Units in a period that cost nothing, before packages count."
    )
    minimum_amount = fields.Monetary(
        string="Minimum", help="Least amount of a full period. Zero: no minimum."
    )
    maximum_amount = fields.Monetary(
        string="Maximum", help="Most a full period costs. Zero: no maximum."
    )
    price_change_ids = fields.One2many(
        "billing.price.change", "charge_id", string="Planned Prices", copy=False
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

    @api.constrains(
        "charge_model", "tier_ids", "package_size", "free_units", "minimum_amount",
        "maximum_amount",
    )  # fmt: skip
    def _check_terms(self):
        """Have the rules read the price once, so that a run never meets one it cannot read."""
        for charge in self:
            charge._read_terms(charge.charge_model, charge._prepare_params())

    def _get_terms(self):
        """What the charge costs, as :class:`core.pricing.Terms`."""
        self.ensure_one()
        return terms_from_params(ChargeModel(self.charge_model), self._prepare_params())

    def _get_terms_on(self, day):
        """What the charge costs existing contracts in periods that start on a day."""
        self.ensure_one()
        planned = self.price_change_ids.filtered(
            lambda change: change.is_for_existing and change.effective_date <= day
        )
        return planned.sorted("effective_date")[-1:]._get_terms() if planned else self._get_terms()

    def _read_terms(self, model, params):
        """The same for parameters from people.

        :raises ValidationError: with field and remedy
        """
        self.ensure_one()
        try:
            terms = terms_from_params(ChargeModel(model), params)
            check_open_end(terms)
        except BillingRuleError as error:
            raise ValidationError(self._get_terms_message(error)) from error
        return terms

    def _get_terms_message(self, error):
        reasons = {
            "tiers_empty": self.env._("Tiers: enter at least one tier."),
            "tiers_order": self.env._(
                "Tiers: “Up to” must grow from tier to tier. Check their order."
            ),
            "tiers_closed": self.env._(
                "Tiers: tick “And More” on the last tier, so that every quantity has a price."
            ),
            "package_size": self.env._("Package Size: enter a number above zero."),
            "minimum_above_maximum": self.env._(
                "Minimum: it is above the maximum. Lower it or raise the maximum."
            ),
            "limit_negative": self.env._("Minimum, Maximum: enter amounts of zero or more."),
        }
        reason = reasons.get(error.code) or self.env._(
            "Price Model: these prices cannot be read (%(code)s).", code=str(error)
        )
        return self.env._("%(charge)s: %(reason)s", charge=self.name, reason=reason)

    def _prepare_params(self):
        """Parameters of the price as :func:`core.pricing.terms_from_params` reads them."""
        self.ensure_one()
        own = {
            "flat": lambda: {"amount": str(self.unit_price)},
            "per_unit": lambda: {"unit_price": str(self.unit_price)},
            "graduated": lambda: {"tiers": self.tier_ids._prepare_params()},
            "volume": lambda: {"tiers": self.tier_ids._prepare_params()},
            "package": lambda: {
                "package_size": str(self.package_size),
                "package_price": str(self.unit_price),
                "free_units": str(self.free_units),
            },
        }
        limits = {"minimum": self.minimum_amount, "maximum": self.maximum_amount}
        return own[self.charge_model]() | {
            key: str(value) for key, value in limits.items() if value
        }

    @api.model_create_multi
    def create(self, vals_list):
        charges = super().create(vals_list)
        charges.version_id._check_not_in_use()
        return charges

    def write(self, vals):
        if vals.keys() - {"price_change_ids"}:
            self.version_id._check_not_in_use()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_use(self):
        self.version_id._check_not_in_use()

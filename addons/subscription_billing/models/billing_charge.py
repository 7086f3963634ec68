from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..core.errors import BillingRuleError
from ..core.pricing import ChargeModel, check_open_end, terms_from_params


class BillingCharge(models.Model):
    """One priced component of a plan, e.g. a base fee or a price per seat."""

    _name = "billing.charge"
    _description = "Charge"
    _inherit = ["billing.price.terms"]
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
            ("percentage", "Percent of a value"),
            ("graduated_percentage", "Percent in tiers"),
        ],
        string="Price Model",
        default="flat",
        required=True,
        help="Flat fee: the same amount every period. "
        "Per unit: the contract's quantity times the price. "
        "Graduated tiers: each part of the quantity at the price of its tier. "
        "Volume tiers: the whole quantity at the price of the tier it ends in. "
        "Packages: every started package at the price. "
        "Percent of a value: the quantity is a value, of which a share is charged. "
        "Percent in tiers: each part of the value at the percentage of its tier.",
    )
    recurrence = fields.Selection(
        [
            ("recurring", "Every period"),
            ("once", "Once"),
            ("deposit", "Deposit, returned at the end"),
        ],
        default="recurring",
        required=True,
        help="Once: charged with the first invoice only, e.g. for setting up. Deposit: charged "
        "with the first invoice and given back in full when the contract ends.",
    )
    is_option = fields.Boolean(
        string="Option", help="Not part of every contract: added and removed one by one."
    )
    tier_ids = fields.One2many(
        "billing.charge.tier",
        "charge_id",
        string="Tiers",
        copy=True,
        domain=[("price_id", "=", False), ("change_id", "=", False)],
    )
    price_change_ids = fields.One2many(
        "billing.price.change", "charge_id", string="Planned Prices", copy=False
    )
    unit_price = fields.Float(
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
        "charge_model", "unit_price", "rate", "fixed_per_event", "tier_ids", "package_size",
        "free_units", "minimum_amount", "maximum_amount",
    )  # fmt: skip
    def _check_terms(self):
        """Have the rules read the price once, so that a run never meets one it cannot read."""
        for charge in self:
            charge._read_terms(charge.charge_model, charge._prepare_params())

    def _get_charge_model(self):
        return self.charge_model

    def _get_terms(self, currency=None):
        """What the charge costs in a currency, as :class:`core.pricing.Terms`.

        :param currency: ``res.currency``; the plan's own by default
        :raises UserError: the charge has no price in that currency
        """
        return self._get_price_record(currency)._get_own_terms()

    def _get_terms_on(self, day, currency=None):
        """What the charge costs existing contracts in periods that start on a day."""
        self.ensure_one()
        planned = self._get_planned_prices(currency or self.currency_id).filtered(
            lambda change: change.effective_date <= day
        )
        last = planned.sorted("effective_date")[-1:]
        return last._get_own_terms() if last else self._get_terms(currency)

    def _get_planned_prices(self, currency, concluded=None):
        """The planned prices in a currency that count for a contract.

        :param currency: ``res.currency``
        :param date concluded: the day on which the customer got the charge; a price that is not
            for existing contracts counts from its day on for those concluded later. None: only
            what counts for all.
        """
        return self.sudo().price_change_ids.filtered(
            lambda change: (
                change.currency_id == currency
                and (change.is_for_existing or (concluded and change.effective_date <= concluded))
            )
        )

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
            "rate_negative": self.env._("Percent: enter zero or more."),
            "free_units_negative": self.env._("Free Allowance: enter zero or more."),
        }
        reason = reasons.get(error.code) or self.env._(
            "Price Model: these prices cannot be read (%(code)s).", code=str(error)
        )
        return self.env._("%(charge)s: %(reason)s", charge=self.name, reason=reason)

    @api.model_create_multi
    def create(self, vals_list):
        charges = super().create(vals_list)
        charges.version_id._check_not_in_use()
        return charges

    def write(self, vals):
        if vals.keys() - {"price_change_ids", "price_ids", "entitlement_ids"}:
            self.version_id._check_not_in_use()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_use(self):
        self.version_id._check_not_in_use()

from odoo import Command, api, fields, models

from ..core.pricing import ChargeModel, params_of, terms_from_params

TIERED = ("graduated", "volume", "graduated_percentage")
# The parameter that each model's single price is called by.
PRICE_KEYS = {"flat": "amount", "per_unit": "unit_price", "package": "package_price"}


class BillingPriceTerms(models.AbstractModel):
    """The parameters of a price, as fields for people and as JSON for rules and interfaces.

    Whoever has a price inherits it and says how its quantity becomes an amount
    (:meth:`_get_charge_model`) and where its tiers are (``tier_ids``).
    """

    _name = "billing.price.terms"
    _description = "Price Parameters"

    unit_price = fields.Float(string="Price", digits="Product Price")
    rate = fields.Float(
        string="Percent", digits=(16, 6), help="Percent of the value that is charged."
    )
    fixed_per_event = fields.Monetary(
        string="Fixed Fee", help="Charged in addition for each value, e.g. per transaction."
    )
    free_events = fields.Integer(help="The first so many values in a period cost nothing at all.")
    package_size = fields.Float(digits="Product Unit", default=1.0, help="Units in one package.")
    free_units = fields.Float(
        string="Free Allowance",
        digits="Product Unit",
        help="Units, or value, in a period that cost nothing, before anything else counts.",
    )
    minimum_amount = fields.Monetary(
        string="Minimum", help="Least amount of a full period. Zero: no minimum."
    )
    maximum_amount = fields.Monetary(
        string="Maximum", help="Most a full period costs. Zero: no maximum."
    )
    currency_id = fields.Many2one("res.currency")

    def _get_charge_model(self):
        """How the quantity becomes an amount: a key of ``billing.charge.charge_model``."""
        raise NotImplementedError

    def _get_own_terms(self):
        """The price, as :class:`core.pricing.Terms`."""
        self.ensure_one()
        return terms_from_params(ChargeModel(self._get_charge_model()), self._prepare_params())

    # === JSON === #

    def _prepare_params(self):
        """Parameters of the price as :func:`core.pricing.terms_from_params` reads them."""
        self.ensure_one()
        model = self._get_charge_model()
        limits = {"minimum": self.minimum_amount, "maximum": self.maximum_amount}
        return self._prepare_model_params(model) | {
            key: str(value) for key, value in limits.items() if value
        }

    def _prepare_model_params(self, model):
        """The parameters that one price model has of its own."""
        if model in TIERED:
            return {"tiers": self.tier_ids._prepare_params(model)}
        if model == "percentage":
            return {
                "rate": str(self.rate),
                "fixed_per_event": str(self.fixed_per_event),
                "free_events": self.free_events,
                "free_units": str(self.free_units),
            }
        params = {PRICE_KEYS[model]: str(self.unit_price)}
        if model == "package":
            params["package_size"] = str(self.package_size)
            params["free_units"] = str(self.free_units)
        return params

    @api.model
    def _prepare_param_values(self, model, params):
        """The opposite: values of the fields for parameters that came as JSON.

        :param str model: a key of ``billing.charge.charge_model``
        :param dict params: as of ``_prepare_params()``
        :raises core.errors.BillingRuleError: for parameters that the model does not know
        :return: dict for ``create`` and ``write``; tiers that were there before are replaced
        """
        params = params_of(terms_from_params(ChargeModel(model), params))
        fields_of = {
            "rate": "rate",
            "fixed_per_event": "fixed_per_event",
            "free_events": "free_events",
            "package_size": "package_size",
            "free_units": "free_units",
            "minimum": "minimum_amount",
            "maximum": "maximum_amount",
            PRICE_KEYS.get(model): "unit_price",
        }
        values = {"minimum_amount": 0.0, "maximum_amount": 0.0} | {
            field: float(params[key]) for key, field in fields_of.items() if key in params
        }
        if model in TIERED:
            rows = self.env["billing.charge.tier"]._prepare_rows(params["tiers"])
            values["tier_ids"] = [Command.clear(), *map(Command.create, rows)]
        return values

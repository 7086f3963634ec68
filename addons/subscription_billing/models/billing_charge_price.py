from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class BillingChargePrice(models.Model):
    """The price of a charge in another currency than its plan's."""

    _name = "billing.charge.price"
    _description = "Price in Another Currency"
    _inherit = ["billing.price.terms"]
    _order = "charge_id, currency_id, id"

    charge_id = fields.Many2one("billing.charge", required=True, ondelete="cascade", index=True)
    charge_model = fields.Selection(related="charge_id.charge_model")
    currency_id = fields.Many2one(required=True)
    tier_ids = fields.One2many("billing.charge.tier", "price_id", string="Tiers", copy=True)
    price_summary = fields.Char(string="Costs", compute="_compute_price_summary")

    _one_per_currency = models.UniqueIndex(
        "(charge_id, currency_id)",
        "Currency: this charge has a price in the same currency already. Change that one.",
    )

    @api.depends("unit_price", "rate", "package_size", "currency_id", "tier_ids.unit_price")
    @api.depends_context("lang")
    def _compute_price_summary(self):
        for price in self:
            price.price_summary = price.charge_id._get_price_summary(price)

    @api.constrains("currency_id", "charge_id")
    def _check_currency(self):
        for price in self:
            if price.currency_id == price.charge_id.currency_id:
                raise ValidationError(
                    self.env._(
                        "Currency: %(charge)s is priced in %(currency)s by its plan. Change that "
                        "price, or choose another currency.",
                        charge=price.charge_id.name,
                        currency=price.currency_id.name,
                    )
                )

    @api.constrains(
        "unit_price", "rate", "fixed_per_event", "tier_ids", "package_size", "free_units",
        "minimum_amount", "maximum_amount",
    )  # fmt: skip
    def _check_terms(self):
        for price in self:
            price.charge_id._read_terms(price.charge_model, price._prepare_params())

    def _get_charge_model(self):
        return self.charge_id.charge_model

    def write(self, vals):
        self._check_not_in_use()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_use(self):
        self._check_not_in_use()

    def _check_not_in_use(self):
        """Refuse to change what contracts in this currency were concluded on.

        :raises UserError: names the contract and the way out
        """
        for price in self:
            used = (
                self.env["billing.subscription"]
                .sudo()
                .search(
                    [
                        ("version_id", "=", price.charge_id.version_id.id),
                        ("currency_id", "=", price.currency_id.id),
                        ("state", "!=", "draft"),
                    ],
                    limit=1,
                )
            )
            if used:
                raise UserError(
                    self.env._(
                        "%(charge)s: contract %(contract)s runs on its price in %(currency)s. "
                        "Schedule another price for a day to come instead.",
                        charge=price.charge_id.name,
                        contract=used.name,
                        currency=price.currency_id.name,
                    )
                )


class BillingCharge(models.Model):
    _inherit = "billing.charge"

    price_ids = fields.One2many(
        "billing.charge.price", "charge_id", string="Other Currencies", copy=True
    )

    def _get_price_record(self, currency):
        """The record with the price in a currency: the charge itself or one of ``price_ids``.

        :param currency: ``res.currency``; empty for the plan's own
        :raises UserError: the charge has no price in that currency
        """
        self.ensure_one()
        if not currency or currency == self.currency_id:
            return self
        found = self.price_ids.filtered(lambda price: price.currency_id == currency)
        if not found:
            raise UserError(
                self.env._(
                    "Currency: %(charge)s has no price in %(currency)s. Enter one on the charge, "
                    "or choose another currency.",
                    charge=self.name,
                    currency=currency.name,
                )
            )
        return found


class BillingPlanVersion(models.Model):
    _inherit = "billing.plan.version"

    currency_ids = fields.Many2many(
        "res.currency",
        string="Currencies",
        compute="_compute_currency_ids",
        search="_search_currency_ids",
        help="Currencies in which all charges have a price.",
    )

    @api.depends("currency_id", "charge_ids.price_ids.currency_id")
    def _compute_currency_ids(self):
        for version in self:
            priced = [charge.price_ids.currency_id for charge in version.charge_ids]
            others = priced[0] if priced else self.env["res.currency"]
            for currencies in priced:
                others &= currencies
            version.currency_ids = version.currency_id | others

    def _search_currency_ids(self, operator, value):
        if operator != "in":
            return NotImplemented
        domains = [
            fields.Domain("currency_id", "=", currency_id)
            | (
                fields.Domain("charge_ids", "!=", False)
                & fields.Domain(
                    "charge_ids",
                    "not any",
                    fields.Domain("price_ids", "not any", [("currency_id", "=", currency_id)]),
                )
            )
            for currency_id in value
        ]
        return fields.Domain.OR(domains)

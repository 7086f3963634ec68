from odoo import api, fields, models
from odoo.exceptions import ValidationError


class BillingPriceChange(models.Model):
    """Another price of a charge from a day on, planned ahead.

    It counts for periods that start on or after the day; nothing that is billed changes.
    """

    _name = "billing.price.change"
    _description = "Planned Price"
    _inherit = ["billing.price.terms"]
    _order = "effective_date, id"

    charge_id = fields.Many2one("billing.charge", required=True, ondelete="cascade", index=True)
    charge_model = fields.Selection(related="charge_id.charge_model")
    effective_date = fields.Date(string="Valid From", required=True)
    currency_id = fields.Many2one(
        compute="_compute_currency_id", store=True, precompute=True, readonly=False, required=True
    )
    unit_price = fields.Float(string="New Price")
    tier_ids = fields.One2many("billing.charge.tier", "change_id", string="Tiers", copy=True)
    params = fields.Json(
        compute="_compute_params",
        help="The price as the parameters of its model, for imports and interfaces.",
    )
    is_for_existing = fields.Boolean(
        string="Existing Contracts", default=True, help="Otherwise for new contracts only."
    )
    price_summary = fields.Char(string="Costs", compute="_compute_price_summary")

    _one_per_day = models.UniqueIndex(
        "(charge_id, currency_id, effective_date)",
        "Valid From: another price of this charge is planned for the same day. Change that one.",
    )

    @api.depends("charge_id")
    def _compute_currency_id(self):
        for change in self:
            change.currency_id = change.charge_id.currency_id or change.currency_id

    @api.depends(
        "unit_price", "rate", "fixed_per_event", "package_size", "free_units", "minimum_amount",
        "maximum_amount", "tier_ids.up_to", "tier_ids.unit_price", "charge_id",
    )  # fmt: skip
    def _compute_params(self):
        for change in self:
            change.params = change._prepare_params() if change.charge_id else False

    @api.depends("unit_price", "rate", "package_size", "currency_id", "tier_ids.unit_price")
    @api.depends_context("lang")
    def _compute_price_summary(self):
        for change in self:
            change.price_summary = change.charge_id._get_price_summary(change)

    @api.model
    def default_get(self, fields):
        """A new price starts as the present one: people change what differs."""
        values = super().default_get(fields)
        # In a list of a charge its id comes with the context, not among the fields.
        charge_id = values.get("charge_id") or self.env.context.get("default_charge_id")
        charge = self.env["billing.charge"].browse(charge_id)
        if charge.exists():
            present = self._prepare_param_values(charge.charge_model, charge._prepare_params())
            if "tier_ids" in present:
                present["tier_ids"] = present["tier_ids"][1:]
            values.update({name: present[name] for name in fields if name in present})
        return values

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._take_params(vals) for vals in vals_list])

    def write(self, vals):
        if "params" not in vals:
            return super().write(vals)
        for change in self:
            super(BillingPriceChange, change).write(
                change._take_params({"charge_id": change.charge_id.id, **vals})
            )
        return True

    @api.model
    def _take_params(self, vals):
        """Values in which a price that came as JSON stands in the fields.

        :raises ValidationError: the price cannot be read
        """
        if not vals.get("params"):
            return vals
        charge = self.env["billing.charge"].browse(vals["charge_id"])
        charge._read_terms(charge.charge_model, vals["params"])
        values = self._prepare_param_values(charge.charge_model, vals["params"])
        return {key: value for key, value in vals.items() if key != "params"} | values

    @api.constrains(
        "charge_id", "unit_price", "rate", "fixed_per_event", "package_size", "free_units",
        "minimum_amount", "maximum_amount", "tier_ids", "effective_date",
    )  # fmt: skip
    def _check_terms(self):
        for change in self:
            change.charge_id._read_terms(change._get_charge_model(), change._prepare_params())

    @api.constrains("currency_id", "charge_id")
    def _check_currency(self):
        """A price in a currency that the charge is not sold in would never count."""
        for change in self:
            change.charge_id._get_price_record(change.currency_id)

    @api.constrains("effective_date", "is_for_existing")
    def _check_not_billed(self):
        """A price for time that is billed would never count: say so instead."""
        for change in self.filtered("is_for_existing"):
            billed = (
                self.env["billing.period"]
                .sudo()
                .search(
                    [
                        ("charge_id", "=", change.charge_id.id),
                        ("line_id.currency_id", "=", change.currency_id.id),
                        ("voided", "=", False),
                        ("start_date", ">=", change.effective_date),
                    ],
                    order="start_date desc",
                    limit=1,
                )
            )
            if billed:
                raise ValidationError(
                    self.env._(
                        "Valid From: %(charge)s has been billed for periods from %(date)s on. "
                        "Choose a later day.",
                        charge=change.charge_id.name,
                        date=billed.start_date,
                    )
                )

    def _get_charge_model(self):
        return self.charge_id.charge_model

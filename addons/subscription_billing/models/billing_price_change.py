from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..core.pricing import ChargeModel, terms_from_params


class BillingPriceChange(models.Model):
    """Another price of a charge from a day on, planned ahead.

    It counts for periods that start on or after the day; nothing that is billed changes.
    """

    _name = "billing.price.change"
    _description = "Planned Price"
    _order = "effective_date, id"

    charge_id = fields.Many2one("billing.charge", required=True, ondelete="cascade", index=True)
    effective_date = fields.Date(string="Valid From", required=True)
    unit_price = fields.Float(string="New Price", digits="Product Price")
    params = fields.Json(
        help="Parameters of the price model, where one price does not say it all."
    )
    is_for_existing = fields.Boolean(
        string="Existing Contracts", default=True, help="Otherwise for new contracts only."
    )
    currency_id = fields.Many2one(related="charge_id.currency_id")

    _one_per_day = models.UniqueIndex(
        "(charge_id, effective_date)",
        "Valid From: another price of this charge is planned for the same day. Change that one.",
    )

    @api.constrains("charge_id", "unit_price", "params", "effective_date")
    def _check_terms(self):
        for change in self:
            change.charge_id._read_terms(change.charge_id.charge_model, change._get_params())

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

    def _get_params(self):
        self.ensure_one()
        if self.params:
            return self.params
        keys = {"flat": "amount", "package": "package_price"}
        key = keys.get(self.charge_id.charge_model, "unit_price")
        return self.charge_id._prepare_params() | {key: str(self.unit_price)}

    def _get_terms(self):
        """The new price, as :class:`core.pricing.Terms`."""
        self.ensure_one()
        return terms_from_params(ChargeModel(self.charge_id.charge_model), self._get_params())

from decimal import Decimal

from odoo import api, fields, models

from ..core.interest import BaseRate, is_rate_outdated


class DunningBaseRate(models.Model):
    """Base rate by § 247 BGB, set by the Bundesbank on 1 January and 1 July."""

    _name = "dunning.base.rate"
    _description = "Base Rate"
    _order = "valid_from desc"
    _rec_name = "valid_from"

    valid_from = fields.Date(required=True)
    percent = fields.Float("Base Rate (%)", digits=(6, 2), required=True)
    source = fields.Char(help="Where the figure comes from.")

    _valid_from_uniq = models.Constraint(
        "UNIQUE (valid_from)", "Valid From: there is a base rate of this day already. Change that."
    )

    @api.model
    def _get_rates(self):
        """All base rates, for the rules."""
        return [
            BaseRate(rate.valid_from, Decimal(str(rate.percent)))
            for rate in self.sudo().search([], order="valid_from")
        ]

    @api.model
    def _is_outdated(self, today):
        """Whether the base rate of the half-year of ``today`` has not been entered."""
        return is_rate_outdated(self._get_rates(), today)

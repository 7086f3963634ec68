from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.subscription_billing.core.periods import Cadence, Unit
from odoo.addons.subscription_billing.core.pricing import Percentage

from ..core.aggregation import Aggregation
from .usage_rating import Measuring

UNMETERED_MODELS = ("flat",)


class BillingCharge(models.Model):
    """A charge whose quantity is measured."""

    _inherit = "billing.charge"

    meter_id = fields.Many2one(
        "usage.meter",
        index="btree_not_null",
        ondelete="restrict",
        help="The quantity is what this meter measured in the period. It is billed when the "
        "period is over, and never in part.",
    )
    usage_filter_ids = fields.One2many(
        "usage.filter",
        "charge_id",
        string="Only Usage With",
        copy=True,
        help="Only events with these properties are charged, e.g. of one region.",
    )
    window_count = fields.Integer(
        string="Counted Over",
        help="Tiers, free allowance, minimum and maximum count over so many of the units beside, "
        "from the start of the contract. Zero: in every billing period anew.",
    )
    window_unit = fields.Selection(
        [("day", "Days"), ("week", "Weeks"), ("month", "Months"), ("year", "Years")],
        default="month",
    )
    is_commitment = fields.Boolean(
        string="Minimum for the Plan",
        help="The price is the least that fees and usage of a full period come to. Charged is "
        "only what they fall short of it.",
    )

    _window_not_negative = models.Constraint(
        "CHECK (window_count IS NULL OR window_count >= 0)",
        "Counted Over: enter zero to count in every billing period anew, or the length of the "
        "longer time.",
    )

    @api.constrains("meter_id", "charge_model", "recurrence")
    def _check_metered(self):
        for charge in self.filtered("meter_id"):
            if charge.recurrence != "recurring":
                raise ValidationError(
                    self.env._(
                        "Recurrence of “%s”: what is metered is charged every period. Choose "
                        "“Every period”, or remove the meter.",
                        charge.name,
                    )
                )
            if charge.charge_model in UNMETERED_MODELS:
                raise ValidationError(
                    self.env._(
                        "Price Model of “%s”: a flat fee does not depend on usage. Choose another "
                        "price model, or remove the meter.",
                        charge.name,
                    )
                )

    @api.constrains("is_commitment", "meter_id", "charge_model", "recurrence")
    def _check_commitment(self):
        for charge in self.filtered("is_commitment"):
            if (
                charge.meter_id
                or charge.charge_model != "flat"
                or charge.recurrence != "recurring"
            ):
                raise ValidationError(
                    self.env._(
                        "Minimum for the Plan: “%s” needs the price model “Flat fee”, every "
                        "period, without a meter.",
                        charge.name,
                    )
                )

    def _get_measuring(self, terms):
        """How the usage of the charge is measured, as :class:`Measuring`.

        :param terms: :class:`core.pricing.Terms` that it will be priced by
        """
        self.ensure_one()
        meter = self.sudo().meter_id
        filters = meter.filter_ids + self.sudo().usage_filter_ids
        free = isinstance(terms, Percentage)
        return Measuring(
            meter_id=meter.id,
            aggregation=Aggregation(meter.aggregation),
            measure=meter._get_measure(),
            is_persistent=meter.is_persistent,
            filters=tuple(rule._get_rule() for rule in filters),
            free_events=terms.free_events if free else 0,
            free_units=terms.free_units * Decimal(str(meter.divisor)) if free else Decimal(0),
        )

    def _get_window_cadence(self):
        """The longer time over which tiers count, None where they begin anew every period."""
        self.ensure_one()
        if not self.window_count:
            return None
        return Cadence(Unit(self.window_unit), self.window_count)

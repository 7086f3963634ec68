from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..core.errors import BillingRuleError
from ..core.pricing import params_of, scaled
from ..core.schedule import Phase, check_phases, price_days

PRICE_DIGITS = 6


class BillingPlanPhase(models.Model):
    """Another price for the first months of a contract, or a ramp of prices."""

    _name = "billing.plan.phase"
    _description = "Price Phase"
    _order = "charge_id, start_month, id"

    charge_id = fields.Many2one("billing.charge", required=True, ondelete="cascade", index=True)
    start_month = fields.Integer(
        string="From Month", help="Months after the first charged day; zero is the first month."
    )
    end_month = fields.Integer(
        string="To Month", help="The first month with another price again. Zero: no end."
    )
    percent = fields.Float(
        string="Percent of the Price",
        default=100.0,
        help="What is charged of the plan's price: 50 is half, 0 nothing.",
    )

    _percent_not_negative = models.Constraint(
        "CHECK (percent >= 0)", "Percent of the Price: enter zero or more."
    )

    @api.constrains("start_month", "end_month", "charge_id")
    def _check_phases(self):
        for charge in self.charge_id:
            try:
                check_phases(charge.phase_ids._get_phases())
            except BillingRuleError as error:
                raise ValidationError(
                    self.env._(
                        "From Month, To Month: phases of %(charge)s overlap, or end before they "
                        "begin. Let each begin where the one before ends.",
                        charge=charge.name,
                    )
                ) from error

    def _get_phases(self, currency=None):
        """The phases as the rules know them, with prices in a currency."""
        return [
            Phase(
                phase.start_month,
                phase.end_month or None,
                scaled(
                    phase.charge_id._get_terms(currency),
                    Decimal(str(phase.percent)),
                    PRICE_DIGITS,
                ),
            )
            for phase in self
        ]


class BillingCharge(models.Model):
    _inherit = "billing.charge"

    phase_ids = fields.One2many("billing.plan.phase", "charge_id", string="Phases", copy=True)


class BillingSubscriptionLine(models.Model):
    _inherit = "billing.subscription.line"

    def _get_price_changes(self):
        """Planned prices and the phases of the plan, as pairs of day and terms."""
        changes = super()._get_price_changes()
        phases = self.charge_id.phase_ids
        if not phases:
            return changes
        subscription = self.subscription_id
        first_day = subscription.trial_end_date or subscription.start_date
        return price_days(
            self._get_terms(), changes, phases._get_phases(self.currency_id), first_day
        )


class BillingPlan(models.Model):
    _inherit = "billing.plan"

    def _index_prices(self, percent, effective, notice_days=0):
        """Plan prices of all versions higher (or lower) by percent, existing contracts included.

        :param float percent: e.g. 3.5 for 3.5 percent more
        :param date effective: first day of the new prices
        :param int notice_days: customers are told so many days ahead; zero: not by Odoo
        :raises UserError: nothing would be left of the prices
        :return: the ``billing.price.change`` records
        """
        if percent <= -100:
            raise UserError(self.env._("Percent: prices cannot fall by 100 percent or more."))
        factor = Decimal(100) + Decimal(str(percent))
        charges = self.with_context(active_test=False).version_ids.charge_ids
        charges = charges.filtered(lambda charge: charge.recurrence == "recurring")
        return self.env["billing.price.change"].create(
            [
                {
                    "charge_id": charge.id,
                    "currency_id": currency.id,
                    "effective_date": effective,
                    "notice_days": notice_days,
                    "params": params_of(
                        scaled(charge._get_terms_on(effective, currency), factor, PRICE_DIGITS)
                    ),
                }
                for charge in charges
                for currency in (charge.currency_id, *charge.price_ids.currency_id)
            ]
        )

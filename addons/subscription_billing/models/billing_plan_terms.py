from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..core.errors import BillingRuleError
from ..core.periods import Unit
from ..core.terms import BindingTerms, Duration, check_consumer

UNITS = [("day", "Days"), ("week", "Weeks"), ("month", "Months"), ("year", "Years")]


class BillingPlanVersion(models.Model):
    """What binds the parties: minimum term, notice, renewal."""

    _inherit = "billing.plan.version"

    is_consumer = fields.Boolean(
        string="For Consumers",
        help="Checks the terms against German consumer law: at most two years, then indefinite "
        "with at most one month's notice.",
    )
    minimum_count = fields.Integer(string="Minimum Term", help="Zero: no minimum term.")
    minimum_unit = fields.Selection(UNITS, default="month", required=True)
    notice_count = fields.Integer(string="Notice Period", help="Zero: can end on any day.")
    notice_unit = fields.Selection(UNITS, default="month", required=True)
    renewal_count = fields.Integer(
        string="Renewal Term",
        help="After the minimum term the contract renews by this length. Zero: it runs on until "
        "it is cancelled.",
    )
    renewal_unit = fields.Selection(UNITS, default="month", required=True)
    fixed_count = fields.Integer(
        string="Fixed Term", help="The contract ends by itself after this time. Zero: open end."
    )
    fixed_unit = fields.Selection(UNITS, default="month", required=True)
    is_end_with_period = fields.Boolean(
        string="Ends With a Billing Period",
        help="A cancellation takes effect at the end of a billing period only.",
    )

    _terms_not_negative = models.Constraint(
        "CHECK (minimum_count >= 0 AND notice_count >= 0 AND renewal_count >= 0 "
        "AND fixed_count >= 0)",
        "Minimum Term, Notice Period, Renewal Term, Fixed Term: enter zero or more.",
    )

    def _get_frozen_fields(self):
        return super()._get_frozen_fields() | {
            "is_consumer",
            "minimum_count",
            "minimum_unit",
            "notice_count",
            "notice_unit",
            "renewal_count",
            "renewal_unit",
            "fixed_count",
            "fixed_unit",
            "is_end_with_period",
        }

    @api.constrains(
        "is_consumer", "minimum_count", "minimum_unit", "notice_count", "notice_unit",
        "renewal_count", "renewal_unit",
    )  # fmt: skip
    def _check_consumer(self):
        for version in self.filtered("is_consumer"):
            try:
                check_consumer(version._get_binding_terms())
            except BillingRuleError as error:
                raise ValidationError(version._get_consumer_message(error.code)) from error

    def _get_consumer_message(self, code):
        return {
            "consumer_minimum": self.env._(
                "Minimum Term: consumers can be bound for two years at most. Shorten it."
            ),
            "consumer_renewal": self.env._(
                "Renewal Term: contracts with consumers run on for an indefinite time. Enter zero."
            ),
            "consumer_notice": self.env._(
                "Notice Period: for consumers it is one month at most (28 days, 4 weeks). "
                "Shorten it."
            ),
        }[code]

    def _get_binding_terms(self):
        """The terms as the rules know them."""
        self.ensure_one()
        return BindingTerms(
            minimum=self._get_duration("minimum"),
            notice=self._get_duration("notice"),
            renewal=self._get_duration("renewal"),
            to_period_end=self.is_end_with_period,
        )

    def _get_duration(self, name):
        count, unit = self[f"{name}_count"], self[f"{name}_unit"]
        return Duration(count, Unit(unit)) if count else None

from datetime import timedelta
from itertools import islice

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..core.alignment import grid_anchor
from ..core.errors import BillingRuleError
from ..core.periods import full_period, tile

EXAMPLE_PERIODS = 3
GRID_FIELDS = (
    "cadence_unit", "cadence_count", "alignment", "alignment_day", "alignment_date",
    "alignment_weekday",
)  # fmt: skip


class BillingPlan(models.Model):
    """What the form of a plan shows besides its fields."""

    _inherit = "billing.plan"

    period_example = fields.Html(compute="_compute_period_example", sanitize=False)
    is_in_use = fields.Boolean(
        compute="_compute_is_in_use", help="Contracts run on the current terms."
    )

    # On the plan, not on its version: only here the values of an unsaved form are at hand.
    @api.depends(*GRID_FIELDS, "trial_days", "timing")
    @api.depends_context("lang")
    def _compute_period_example(self):
        for plan in self:
            plan.period_example = self.env["ir.qweb"]._render(
                "subscription_billing.plan_period_example", plan._prepare_period_example()
            )

    def _compute_is_in_use(self):
        for plan in self:
            try:
                plan.current_version_id._check_not_in_use()
                plan.is_in_use = False
            except UserError:
                plan.is_in_use = True

    def _prepare_period_example(self):
        """The first periods of a contract that starts today, or what is missing."""
        self.ensure_one()
        version = self.env["billing.plan.version"].new({key: self[key] for key in GRID_FIELDS})
        start = self.env.company._get_billing_today() + timedelta(days=max(self.trial_days, 0))
        try:
            cadence = version._get_cadence()
            anchor = grid_anchor(version._get_alignment(), start, cadence)
        except BillingRuleError as error:
            return {"problem": version._get_alignment_message(error.code), "rows": []}
        periods = islice(tile(anchor, cadence, start), EXAMPLE_PERIODS)
        return {
            "problem": False,
            "rows": [
                self._prepare_period_row(period, full_period(anchor, cadence, period.start))
                for period in periods
            ],
        }

    def _prepare_period_row(self, period, full):
        bill_day = period.start if self.timing == "in_advance" else period.end
        return {
            "first": format_date(self.env, period.start),
            "last": format_date(self.env, period.last_day),
            "billed": format_date(self.env, bill_day),
            "is_partial": period != full,
            "days": period.days,
            "of_days": full.days,
        }

from datetime import date

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..core.alignment import Alignment, AlignmentType, grid_anchor
from ..core.errors import BillingRuleError
from ..core.periods import Cadence, Unit

# What contracts were concluded on: changed only through a new version.
FROZEN_FIELDS = {
    "currency_id",
    "cadence_unit",
    "cadence_count",
    "timing",
    "periods_per_invoice",
    "proration",
    "alignment",
    "alignment_day",
    "alignment_date",
    "alignment_weekday",
    "trial_days",
    "charge_ids",
}


class BillingPlanVersion(models.Model):
    """The terms of a plan at one time. Contracts point to a version, not to the plan."""

    _name = "billing.plan.version"
    _description = "Plan Version"
    _order = "plan_id, number desc"
    _rec_names_search = ["plan_id.name", "plan_id.code"]

    plan_id = fields.Many2one("billing.plan", ondelete="cascade", index=True, readonly=True)
    number = fields.Integer(string="Version", default=1, readonly=True, copy=False)
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
    )
    cadence_count = fields.Integer(
        string="Every",
        default=1,
        required=True,
        help="Length of a billing period: every so many of the units beside.",
    )
    cadence_unit = fields.Selection(
        [("day", "Days"), ("week", "Weeks"), ("month", "Months"), ("year", "Years")],
        string="Unit",
        default="month",
        required=True,
    )
    timing = fields.Selection(
        [("in_advance", "In advance"), ("in_arrears", "In arrears")],
        string="Billed",
        default="in_advance",
        required=True,
        help="In advance: on the first day of a period. In arrears: when the period is over.",
    )
    alignment = fields.Selection(
        [
            ("anniversary", "The start of the contract"),
            ("calendar", "The calendar"),
            ("day", "A day of the month"),
            ("date", "A fixed date"),
            ("weekday", "A day of the week"),
        ],
        string="Periods Follow",
        default="anniversary",
        required=True,
        help="Where billing periods begin. A first period that is shorter is charged in part.",
    )
    alignment_day = fields.Integer(
        string="Day of the Month",
        default=1,
        help="1 to 31; in shorter months the last day counts. For monthly billing.",
    )
    alignment_date = fields.Date(
        string="Begin of a Period", help="Periods are counted from this date, in both directions."
    )
    alignment_weekday = fields.Selection(
        [
            ("1", "Monday"),
            ("2", "Tuesday"),
            ("3", "Wednesday"),
            ("4", "Thursday"),
            ("5", "Friday"),
            ("6", "Saturday"),
            ("7", "Sunday"),
        ],
        string="Day of the Week",
        default="1",
    )
    proration = fields.Selection(
        [("actual_days", "Actual days"), ("fixed_30", "Months of 30 days")],
        default="actual_days",
        required=True,
        help="How a part of a billing period is charged.",
    )
    periods_per_invoice = fields.Integer(
        default=1,
        required=True,
        help="Billing periods that are invoiced together, each as a line of its own.",
    )
    trial_days = fields.Integer(
        string="Trial (days)",
        help="Free days at the start of a contract. Billing periods count from their end.",
    )
    cadence_label = fields.Char(string="Billed Every", compute="_compute_cadence_label")
    charge_ids = fields.One2many("billing.charge", "version_id", string="Charges", copy=True)
    subscription_ids = fields.One2many("billing.subscription", "version_id")
    subscription_count = fields.Integer(compute="_compute_subscription_count")

    _cadence_positive = models.Constraint(
        "CHECK (cadence_count > 0)",
        "Every: a billing period lasts at least one day, week, month or year. "
        "Enter a number above zero.",
    )
    _periods_positive = models.Constraint(
        "CHECK (periods_per_invoice > 0)",
        "Periods per Invoice: enter one, or the number of periods to invoice together.",
    )
    _trial_not_negative = models.Constraint(
        "CHECK (trial_days >= 0)",
        "Trial (days): enter zero for no trial, or the number of free days.",
    )

    @api.depends("plan_id.name", "number")
    def _compute_display_name(self):
        for version in self:
            version.display_name = self.env._(
                "%(name)s (version %(number)s)",
                name=version.plan_id.name or "",
                number=version.number,
            )

    @api.depends("cadence_count", "cadence_unit", "timing")
    @api.depends_context("lang")
    def _compute_cadence_label(self):
        for version in self:
            version.cadence_label = version._get_cadence_label()

    def _get_cadence_label(self):
        """Interval and timing in words, e.g. “every 3 months, in arrears”."""
        self.ensure_one()
        once = {
            "day": self.env._("daily"),
            "week": self.env._("weekly"),
            "month": self.env._("monthly"),
            "year": self.env._("yearly"),
        }
        several = {
            "day": self.env._("every %s days", self.cadence_count),
            "week": self.env._("every %s weeks", self.cadence_count),
            "month": self.env._("every %s months", self.cadence_count),
            "year": self.env._("every %s years", self.cadence_count),
        }
        interval = (once if self.cadence_count == 1 else several).get(self.cadence_unit, "")
        timings = {
            "in_advance": self.env._("in advance"),
            "in_arrears": self.env._("in arrears"),
        }
        return f"{interval}, {timings.get(self.timing, '')}"

    @api.constrains(
        "alignment", "alignment_day", "alignment_date", "cadence_unit", "cadence_count"
    )
    def _check_alignment(self):
        """Have the rules look for the grid once, whatever the start."""
        for version in self:
            try:
                grid_anchor(version._get_alignment(), date(2000, 1, 1), version._get_cadence())
            except BillingRuleError as error:
                raise ValidationError(version._get_alignment_message(error.code)) from error

    def _get_alignment_message(self, code):
        return {
            "alignment_day": self.env._("Day of the Month: enter a day from 1 to 31."),
            "alignment_date": self.env._("Begin of a Period: enter the date that periods follow."),
            "alignment_weekday": self.env._(
                "Day of the Week: choose the day that periods follow."
            ),
        }.get(
            code,
            self.env._(
                "Periods Follow: a day of the month needs monthly billing, a day of the week "
                "weekly billing. Change one of the two."
            ),
        )

    def _get_alignment(self):
        """The alignment as the rules know it."""
        self.ensure_one()
        kind = AlignmentType(self.alignment)
        return Alignment(
            kind,
            day=self.alignment_day if kind is AlignmentType.DAY else None,
            date=(self.alignment_date or None) if kind is AlignmentType.DATE else None,
            weekday=int(self.alignment_weekday or 0) if kind is AlignmentType.WEEKDAY else None,
        )

    def _get_cadence(self):
        """The cadence as the rules know it."""
        self.ensure_one()
        return Cadence(Unit(self.cadence_unit), self.cadence_count)

    def _compute_subscription_count(self):
        groups = self.env["billing.subscription"]._read_group(
            [("version_id", "in", self.ids)], ["version_id"], ["__count"]
        )
        counts = {version.id: count for version, count in groups}
        for version in self:
            version.subscription_count = counts.get(version.id, 0)

    def write(self, vals):
        if self._get_frozen_fields() & vals.keys():
            self._check_not_in_use()
        return super().write(vals)

    def _get_frozen_fields(self):
        """Names of the fields that change only through a new version; addons add their own."""
        return FROZEN_FIELDS

    def _check_not_in_use(self):
        """Refuse to change terms that contracts were concluded on.

        :raises UserError: a contract that left draft uses one of the versions
        """
        # Contracts of other companies and units count, too, whoever asks.
        used = (
            self.env["billing.subscription"]
            .sudo()
            .search([("version_id", "in", self.ids), ("state", "!=", "draft")], limit=1)
        )
        if used:
            raise UserError(
                self.env._(
                    "%(plan)s: contract %(contract)s runs on these terms, so they cannot be "
                    "changed. Use “New Version” on the plan: new contracts get the new terms, "
                    "existing ones keep theirs.",
                    plan=used.version_id.display_name,
                    contract=used.name,
                )
            )

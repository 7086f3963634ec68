from datetime import date
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..core.entitlements import NOTHING, UNLIMITED, Grant
from ..core.spans import Span


class BillingEntitlement(models.Model):
    """That a plan, or one charge of it, gives its customers a feature."""

    _name = "billing.entitlement"
    _description = "Entitlement"
    _order = "version_id, charge_id, sequence, id"

    feature_id = fields.Many2one("billing.feature", required=True, ondelete="restrict", index=True)
    sequence = fields.Integer(related="feature_id.sequence", store=True)
    version_id = fields.Many2one("billing.plan.version", ondelete="cascade", index=True)
    charge_id = fields.Many2one("billing.charge", ondelete="cascade", index=True)
    company_id = fields.Many2one("res.company", compute="_compute_company_id", store=True)
    kind = fields.Selection(related="feature_id.kind")
    unit = fields.Char(related="feature_id.unit")
    value = fields.Float(string="Limit", digits=(16, 4), default=1.0)
    is_unlimited = fields.Boolean(string="Unlimited")
    is_per_unit = fields.Boolean(
        string="Per Unit",
        help="Each unit of the charge's quantity gives as much: 5 users per seat are 15 users for "
        "3 seats.",
    )
    in_trial = fields.Selection(
        [("same", "The same"), ("none", "Not included"), ("value", "Another limit")],
        string="During the Trial",
        default="same",
        required=True,
    )
    trial_value = fields.Float(string="Limit in the Trial", digits=(16, 4))
    start_date = fields.Date(string="From", help="Empty: from the start of each contract.")
    end_date = fields.Date(string="Until", help="The first day without it. Empty: open.")

    _one_source = models.Constraint(
        "CHECK ((version_id IS NULL) != (charge_id IS NULL))",
        "Plan Version, Charge: an entitlement belongs to one of the two. Enter exactly one.",
    )
    _value_not_negative = models.Constraint(
        "CHECK (value >= 0 AND trial_value >= 0)",
        "Limit, Limit in the Trial: enter zero or more.",
    )
    _end_after_start = models.Constraint(
        "CHECK (end_date IS NULL OR start_date IS NULL OR end_date >= start_date)",
        "Until: an entitlement cannot end before it begins. Enter its first day or a later one.",
    )

    @api.depends("version_id.plan_id.company_id", "charge_id.version_id.plan_id.company_id")
    def _compute_company_id(self):
        for entitlement in self:
            version = entitlement.version_id or entitlement.charge_id.version_id
            entitlement.company_id = version.plan_id.company_id

    @api.depends("feature_id.name")
    def _compute_display_name(self):
        for entitlement in self:
            entitlement.display_name = entitlement.feature_id.name or ""

    # === TERMS IN USE === #

    @api.model_create_multi
    def create(self, vals_list):
        """What is added to terms in use counts from a day on, for all their contracts."""
        entitlements = super().create(vals_list)
        used = entitlements.filtered(lambda new: new._get_contracts())
        for entitlement in used:
            entitlement._check_day("start_date")
        used._plan_changes("start_date")
        return entitlements

    def write(self, vals):
        """Of terms in use only the end can be moved, and not into the past."""
        used = self.filtered(lambda old: old._get_contracts())
        for entitlement in used:
            if any(
                entitlement._is_changed(name, vals[name]) for name in vals.keys() - {"end_date"}
            ):
                raise entitlement._get_in_use_error()
        moved = used.filtered(lambda old: "end_date" in vals)
        moved._check_ends()
        result = super().write(vals)
        moved._check_ends()
        moved._plan_changes("end_date")
        return result

    def _check_ends(self):
        for entitlement in self.filtered("end_date"):
            entitlement._check_day("end_date")

    def _is_changed(self, name, value):
        """Whether a value is another one: a plan that is saved gives its version again."""
        self.ensure_one()
        field = self._fields[name]
        return field.convert_to_cache(value, self) != field.convert_to_cache(self[name], self)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_use(self):
        for entitlement in self:
            if entitlement._get_contracts():
                raise entitlement._get_in_use_error()

    def _get_contracts(self):
        """Contracts that left draft and have, or had, these terms; of all companies and units."""
        self.ensure_one()
        version = self.version_id or self.charge_id.version_id
        return (
            self.env["billing.subscription"]
            .sudo()
            .search(
                [
                    ("state", "!=", "draft"),
                    "|",
                    ("version_id", "=", version.id),
                    ("line_ids.charge_id.version_id", "=", version.id),
                ]
            )
        )

    def _get_in_use_error(self):
        return UserError(
            self.env._(
                "%(feature)s: contracts run on these terms. Enter an end and add an entitlement "
                "from that day on, or use “New Version” on the plan.",
                feature=self.feature_id.name,
            )
        )

    def _check_day(self, name):
        """What customers had on days that are over stays as it was."""
        today = self.env.company._get_billing_today()
        if not self[name] or self[name] < today:
            label = self._fields[name]._description_string(self.env)
            raise UserError(
                self.env._(
                    "%(field)s: contracts run on these terms, and %(feature)s cannot change for "
                    "days that are over. Enter %(today)s or a later day.",
                    field=label,
                    feature=self.feature_id.name,
                    today=format_date(self.env, today),
                )
            )

    def _plan_changes(self, name):
        """Have contracts look again: at once, or by the run of the day it concerns."""
        today = self.env.company._get_billing_today()
        for entitlement in self.filtered(name):
            day = entitlement[name]
            contracts = entitlement._get_contracts()
            if day <= today:
                contracts._touch_entitlements()
            contracts.filtered(
                lambda sub, day=day: not sub.entitlement_date or sub.entitlement_date > day
            ).entitlement_date = day

    # === FACTS === #

    def _get_grants(self):
        """The entitlements as the rules know them."""
        return tuple(entitlement._get_grant() for entitlement in self)

    def _get_grant(self):
        self.ensure_one()
        value = UNLIMITED if self.is_unlimited else Decimal(str(self.value))
        value = Decimal(1) if self.kind == "flag" else value
        trials = {"same": value, "none": NOTHING, "value": Decimal(str(self.trial_value))}
        return Grant(
            code=self.feature_id.code,
            value=value,
            trial=trials[self.in_trial],
            per_unit=self.is_per_unit and bool(self.charge_id) and self.kind == "limit",
            span=Span(self.start_date or date.min, self.end_date or None),
        )


class BillingPlanVersion(models.Model):
    _inherit = "billing.plan.version"

    entitlement_ids = fields.One2many(
        "billing.entitlement", "version_id", string="Features", copy=True
    )


class BillingCharge(models.Model):
    _inherit = "billing.charge"

    entitlement_ids = fields.One2many(
        "billing.entitlement", "charge_id", string="Features", copy=True
    )


class BillingPlan(models.Model):
    _inherit = "billing.plan"

    def copy(self, default=None):
        copies = super().copy(default)
        for plan, copy in zip(self, copies, strict=True):
            # They belong to the version, which delegation does not copy.
            for entitlement in plan.entitlement_ids - copy.entitlement_ids:
                entitlement.copy({"version_id": copy.current_version_id.id})
        return copies

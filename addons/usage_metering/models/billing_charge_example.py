from odoo import api, fields, models


class BillingCharge(models.Model):
    """The example of a charge, where its quantity is measured."""

    _inherit = "billing.charge"

    @api.depends(
        "meter_id.name", "is_commitment", "quota_meter_id.name", "quota_units", "quota_months",
        "window_count", "window_unit", "recurrence",
    )  # fmt: skip
    def _compute_example(self):
        return super()._compute_example()

    def _prepare_example(self):
        return {**super()._prepare_example(), "usage_notes": self._get_example_notes()}

    def _get_example_unit(self):
        if self.meter_id and not self.uom_id.name:
            return self.meter_id.name
        return super()._get_example_unit()

    def _get_example_notes(self):
        """Sentences on what the example cannot show in figures."""
        notes = []
        if self.meter_id:
            notes.append(
                self.env._(
                    "The quantity is the usage of a period by the meter “%s”, billed when the "
                    "period is over.",
                    self.meter_id.name,
                )
            )
        if self.meter_id and self.window_count:
            unit = dict(self._fields["window_unit"]._description_selection(self.env))
            notes.append(
                self.env._(
                    "Tiers and limits count over %(count)s %(unit)s: the example is what they "
                    "cost together.",
                    count=self.window_count,
                    unit=unit.get(self.window_unit, ""),
                )
            )
        if self.is_commitment:
            notes.append(
                self.env._(
                    "Charged is only what fees and usage of a full period fall short of this "
                    "amount."
                )
            )
        if self.quota_meter_id:
            notes.append(
                self.env._(
                    "Each of the quantity prepays %(units)s of “%(meter)s”.",
                    units=self._format_number(str(self.quota_units)),
                    meter=self.quota_meter_id.name,
                )
            )
        return notes


class BillingPlanVersion(models.Model):
    _inherit = "billing.plan.version"

    has_metered_charge = fields.Boolean(compute="_compute_has_metered_charge")

    @api.depends("charge_ids.meter_id")
    def _compute_has_metered_charge(self):
        for version in self:
            version.has_metered_charge = bool(version.charge_ids.meter_id)


class BillingPlan(models.Model):
    _inherit = "billing.plan"

    # Of its own, so that it is known before the plan is saved and has a version.
    has_metered_charge = fields.Boolean(compute="_compute_has_metered_charge")

    @api.depends("charge_ids.meter_id")
    def _compute_has_metered_charge(self):
        for plan in self:
            plan.has_metered_charge = bool(plan.charge_ids.meter_id)

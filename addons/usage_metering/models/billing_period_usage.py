from decimal import Decimal

from odoo import models


class BillingPeriod(models.Model):
    """How a metered amount came about, in words."""

    _inherit = "billing.period"

    def _get_quantity_text(self):
        """The quantity as it was rated, which may have more places than the row keeps."""
        usage = (self.explanation or {}).get("usage")
        if not usage or not self.line_id.meter_id:
            return super()._get_quantity_text()
        quantity = self._number(Decimal(usage["quantity"]))
        return f"{quantity} {self.line_id.uom_id.name or ''}"

    def _prepare_explanation_view(self):
        """With ``usage``: a dict of the id of the row and of sentences on what was counted."""
        view = super()._prepare_explanation_view()
        if self.has_usage:
            view["usage"] = {"period_id": self.id, "notes": self._get_usage_notes()}
        return view

    def _get_usage_notes(self):
        """What was counted: meter, number of events, filters, and by which clock."""
        charge = self.charge_id.sudo()
        meter = charge.meter_id
        usage = self.explanation["usage"]
        notes = [
            self.env._(
                "Counted: %(count)s events of “%(meter)s” (%(how)s).",
                count=usage["count"],
                meter=meter.name,
                how=dict(meter._fields["aggregation"]._description_selection(self.env))[
                    meter.aggregation
                ],
            )
        ]
        if rules := meter.filter_ids + charge.usage_filter_ids:
            texts = ", ".join(rule._get_text() for rule in rules)
            notes.append(self.env._("Only events with %s.", texts))
        if charge.window_count:
            unit = dict(charge._fields["window_unit"]._description_selection(self.env))
            notes.append(
                self.env._(
                    "Tiers and limits count over %(count)s %(unit)s: what the time before has "
                    "cost is taken off.",
                    count=charge.window_count,
                    unit=unit[charge.window_unit],
                )
            )
        zone = self.subscription_id.usage_tz or "UTC"
        notes.append(self.env._("Days begin and end by the clock of %s.", zone))
        return notes


class UsageFilter(models.Model):
    _inherit = "usage.filter"

    def _get_text(self):
        """The filter in words, e.g. “region: eu, us”."""
        self.ensure_one()
        texts = {"property": self.property_name, "values": ", ".join(self._get_values())}
        if self.operator == "in":
            return self.env._("%(property)s: %(values)s", **texts)
        return self.env._("%(property)s: not %(values)s", **texts)

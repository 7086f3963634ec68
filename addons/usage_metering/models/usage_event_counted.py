from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.subscription_billing.core.periods import BillingPeriod

from .usage_rating import _condition, to_utc


class UsageRating(models.AbstractModel):
    _inherit = "usage.rating"

    @api.model
    def _select_counted(self, period):
        """The events that a row of the ledger was rated from, as SQL of their ids.

        What arrived or was cancelled later is left to the rows that correct it.

        :param period: ``billing.period`` record of a metered line
        :return: None where no day of the period counts
        """
        line, span = period.line_id, period._get_usage_span()
        if not line.meter_id or not span:
            return None
        zone = line.subscription_id._get_usage_zone()
        measuring = line.charge_id._get_measuring(None)
        rules = [_condition(*rule) for rule in measuring.filters]
        return SQL(
            COUNTED_QUERY,
            period_id=period.id,
            subscription_id=line.subscription_id.id,
            meter_id=measuring.meter_id,
            lower=to_utc(span.start, zone),
            upper=to_utc(span.end, zone),
            rules=SQL(" AND ").join(rules) if rules else SQL("TRUE"),
        )


COUNTED_QUERY = """
    SELECT stored.id
      FROM usage_event_store stored
      JOIN billing_period period ON period.id = %(period_id)s
     WHERE stored.subscription_id = %(subscription_id)s AND stored.meter_id = %(meter_id)s
       AND stored.at >= %(lower)s AND stored.at < %(upper)s
       AND stored.received_at <= period.create_date
       AND NOT EXISTS (
           SELECT FROM usage_event_cancellation gone
            WHERE gone.event_id = stored.id AND gone.cancelled_at <= period.create_date)
       AND %(rules)s
"""


class BilledPeriod(models.Model):
    """The events behind a billed period."""

    _inherit = "billing.period"

    has_usage = fields.Boolean(compute="_compute_has_usage")

    @api.depends("explanation", "line_id.charge_id.meter_id")
    def _compute_has_usage(self):
        for period in self:
            usage = (period.explanation or {}).get("usage")
            period.has_usage = bool(usage and period.line_id.meter_id)

    def _get_usage_span(self):
        """The days whose usage counts: those of the line, where it began or ended inside."""
        self.ensure_one()
        line = self.line_id
        return BillingPeriod(self.start_date, self.end_date).cut(
            line._get_first_day(), line._get_end()
        )

    def _get_counted_domain(self):
        """Events that the quantity was counted from."""
        return Domain("counted_period_id", "in", self.ids)

    def action_view_usage(self):
        """Show exactly the events that the quantity consists of."""
        self.ensure_one()
        return self.env["usage.event"]._prepare_list_action(
            self.env._("Usage of %s", self.line_id.charge_id.name), self._get_counted_domain()
        )


class UsageEvent(models.Model):
    _inherit = "usage.event"

    # Only to search by: which rows count an event follows from the rules of rating.
    counted_period_id = fields.Many2one(
        "billing.period",
        string="Counted In",
        store=False,
        search="_search_counted_period_id",
        help="Events that a billed quantity was counted from.",
    )

    @api.model
    def _search_counted_period_id(self, operator, value):
        if operator != "in":
            return NotImplemented
        periods = self.env["billing.period"].browse(value).exists()
        queries = [
            query
            for period in periods
            if (query := self.env["usage.rating"]._select_counted(period))
        ]
        return Domain.OR(Domain("id", "in", SQL("(%s)", query)) for query in queries)

    @api.model
    def _prepare_list_action(self, name, domain):
        """A window with some events."""
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "usage.event",
            "views": [(False, "list"), (False, "form")],
            "domain": list(domain),
            "context": {"create": False},
        }


class BillingSubscription(models.Model):
    _inherit = "billing.subscription"

    def action_view_usage(self):
        """Show the usage of the contract."""
        self.ensure_one()
        return self.env["usage.event"]._prepare_list_action(
            self.env._("Usage of %s", self.name), Domain("subscription_id", "=", self.id)
        )


class UsageMeter(models.Model):
    _inherit = "usage.meter"

    charge_count = fields.Integer(compute="_compute_charge_count")

    @api.depends("charge_ids")
    def _compute_charge_count(self):
        for meter in self:
            meter.charge_count = len(meter.charge_ids)

    def action_view_charges(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Charges of %s", self.name),
            "res_model": "billing.charge",
            "views": [
                (self.env.ref("usage_metering.view_billing_charge_meter_list").id, "list"),
                (False, "form"),
            ],
            "domain": [("meter_id", "=", self.id)],
            "context": {"create": False},
        }

    def action_view_usage(self):
        self.ensure_one()
        return self.env["usage.event"]._prepare_list_action(
            self.env._("Usage of %s", self.name), Domain("meter_id", "=", self.id)
        )

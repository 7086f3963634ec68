from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, format_datetime, formatLang

from ..core.chart import chart_spans, heights
from ..core.rating import Usage

MANY = 100


class BillingSubscription(models.Model):
    """Usage of the running periods as people see it, in the backend and in the portal."""

    _inherit = "billing.subscription"

    usage_html = fields.Html(string="Running Usage", compute="_compute_usage_html", sanitize=False)
    usage_correction_count = fields.Integer(compute="_compute_usage_correction_count")

    @api.depends("line_ids", "usage_quota_ids", "usage_tz")
    @api.depends_context("lang")
    def _compute_usage_html(self):
        for contract in self:
            contract.usage_html = contract._origin.is_metered and contract._origin._render_usage()

    def _render_usage(self):
        return self.env["ir.qweb"]._render(
            "usage_metering.live_usage", {"usage": self._get_usage_view()}
        )

    def _get_usage_view(self):
        """The running usage in words, or the ``problem`` of a contract that cannot be rated."""
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                return self._prepare_usage_views()[self.id]
        except UserError as error:
            return {"problem": error.args[0], "charges": [], "quotas": []}

    def _compute_usage_correction_count(self):
        groups = self.env["usage.correction"]._read_group(
            [("subscription_id", "in", self.ids)], ["subscription_id"], ["__count"]
        )
        counts = {contract.id: count for contract, count in groups}
        for contract in self:
            contract.usage_correction_count = counts.get(contract.id, 0)

    # === WHAT IS SHOWN === #

    def _prepare_usage_views(self, today=None):
        """The running usage in words, for all contracts in one go.

        :param date today: by default the customer's today
        :return: dict of contract id -> dict: ``as_of``, ``charges`` and ``quotas``, lists of dicts
            of texts; a charge has ``bars`` besides, dicts of ``label`` and ``height`` in percent
        """
        day = today or self.partner_id[:1]._get_billing_today(self.company_id[:1])
        live, quotas = self._look_at_usage(day)
        charts = self._measure_charts(live, day)
        return {
            contract.id: {
                "as_of": contract._get_as_of(day),
                "charges": [
                    contract._prepare_charge_view(found, charts, day)
                    for found in live[contract.id]
                ],
                "quotas": [
                    contract._prepare_quota_view(quota)
                    for quota in quotas[contract.id]
                    if quota.start <= day
                ],
            }
            for contract in self
        }

    def _get_as_of(self, day):
        """The moment, unless a test clock shows another day."""
        now = self.env.cr.now()
        if now.date() == day:
            text = format_datetime(self.env, now, dt_format="short")
        else:
            text = format_date(self.env, day)
        return self.env._("As of %s.", text)

    @api.model
    def _measure_charts(self, live, day):
        """What was used in each span of the charts of running periods, measured in one go."""
        wanted = {
            found.line: {span: None for span in chart_spans(found.period) if span.start <= day}
            for rows in live.values()
            for found in rows
        }
        return self.env["usage.rating"]._measure(wanted)

    def _prepare_charge_view(self, found, charts, day):
        line, period = found.line, found.period
        unit = line.uom_id.name or ""
        bars = self._prepare_bars(found, charts.get(line.id, {}), unit)
        days = min((day - period.start).days + 1, period.days)
        return {
            "line_id": line.id,
            "name": line.charge_id.name,
            "first": format_date(self.env, period.start),
            "last": format_date(self.env, period.last_day),
            "elapsed": int(found.elapsed * 100),
            "days": self.env._("%(days)s of %(of_days)s days", days=days, of_days=period.days),
            "quantity": self._format_usage(found.quantity, unit),
            "amount": self._format_money(found.amount),
            "expected_quantity": self._format_usage(_estimate(found.expected_quantity), unit),
            "expected_amount": self._format_money(found.expected_amount),
            "billed": self._format_money(found.billed) if found.billed else "",
            "prepaid": self._format_usage(found.prepaid, unit) if found.prepaid else "",
            "bars": bars,
            "chart": self._get_chart_text(bars),
        }

    def _prepare_bars(self, found, usage, unit):
        spans = chart_spans(found.period)
        quantities = [usage.get(span, Usage()).quantity for span in spans]
        return [
            {
                "label": self.env._(
                    "%(day)s: %(quantity)s",
                    day=self._format_span(span),
                    quantity=self._format_usage(quantity, unit),
                ),
                "height": height,
            }
            for span, quantity, height in zip(spans, quantities, heights(quantities), strict=True)
        ]

    def _get_chart_text(self, bars):
        """The chart for those who do not see it."""
        top = max(bars, key=lambda bar: bar["height"])
        if not top["height"]:
            return self.env._("Nothing was used yet.")
        return self.env._("Usage in the course of the period. Most: %s", top["label"])

    def _format_span(self, span):
        first = format_date(self.env, span.start)
        if span.days == 1:
            return first
        return f"{first} – {format_date(self.env, span.last_day)}"

    def _prepare_quota_view(self, quota):
        """A prepaid quota in words."""
        used = (quota.total - quota.left) * 100 / quota.total if quota.total else 0
        last = fields.Date.subtract(quota.end, days=1) if quota.end else None
        return {
            "name": quota.meter.name,
            "left": self.env._(
                "%(left)s of %(total)s left",
                left=self._format_usage(quota.left),
                total=self._format_usage(quota.total),
            ),
            "used": int(used),
            "until": self.env._("Valid until %s", format_date(self.env, last))
            if last
            else self.env._("Valid as long as the contract"),
        }

    def _format_usage(self, quantity, unit=""):
        number = self.env["billing.period"]._number(quantity)
        return f"{number} {unit}" if unit else number

    def _format_money(self, amount):
        return formatLang(self.env, float(amount), currency_obj=self.currency_id)

    # === BUTTONS === #

    def action_view_usage_corrections(self):
        """Show what was corrected of the usage of the contract."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "usage_metering.action_usage_correction"
        )
        return action | {"domain": [("subscription_id", "=", self.id)], "context": {}}


def _estimate(quantity):
    """An estimate without places that nobody can know."""
    return round(quantity, 0 if abs(quantity) >= MANY else 2)

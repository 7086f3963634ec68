from odoo import api, fields, models
from odoo.tools import formatLang


class BillingPeriod(models.Model):
    """What people see of a row of the ledger."""

    _inherit = "billing.period"

    last_day = fields.Date(compute="_compute_last_day", help="The last day of the period.")
    explanation_text = fields.Text(string="How It Came About", compute="_compute_explanation")

    @api.depends("end_date")
    def _compute_last_day(self):
        for period in self:
            end = period.end_date
            period.last_day = fields.Date.subtract(end, days=1) if end else False

    @api.depends("explanation")
    @api.depends_context("lang")
    def _compute_explanation(self):
        for period in self:
            period.explanation_text = period._get_explanation_text()

    def _get_explanation_text(self):
        """The steps of the price and the part of the period, line by line."""
        self.ensure_one()
        facts = self.explanation or {}
        rows = [
            f"{self._format(step['quantity'])} × {self._format(step['unit_price'])} = "
            f"{self._format(step['amount'])}"
            for step in facts.get("steps", ())
        ]
        days, of_days = facts.get("days") or (0, 0)
        if days != of_days:
            rows.append(
                self.env._(
                    "%(days)s of %(of_days)s days of %(amount)s",
                    days=days,
                    of_days=of_days,
                    amount=self._format(facts.get("full_amount", "0")),
                )
            )
        return "\n".join(rows)

    def _format(self, number):
        return formatLang(self.env, float(number), dp="Product Price")

from datetime import timedelta
from decimal import Decimal

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import formatLang

from ..core.pricing import round_amount, scaled

EXAMPLE_DIGITS = 6


class BillingPlanIndex(models.TransientModel):
    """Higher (or lower) prices of plans by percent, from a day on, with a look before."""

    _name = "billing.plan.index"
    _description = "Change Prices by Percent"

    plan_ids = fields.Many2many("billing.plan", string="Plans", required=True)
    percent = fields.Float(
        digits=(16, 2), help="3.5 raises prices by 3.5 percent, -3.5 lowers them."
    )
    effective_date = fields.Date(
        string="Valid From", required=True, default=lambda self: self._get_default_date()
    )
    notice_days = fields.Integer(
        string="Notice (days)",
        help="Customers are told of the new price by email so many days ahead. Zero: they are "
        "not told by Odoo.",
    )
    contract_count = fields.Integer(string="Running Contracts", compute="_compute_line_ids")
    line_ids = fields.One2many(
        "billing.plan.index.line", "wizard_id", compute="_compute_line_ids", string="Prices"
    )

    @api.model
    def _get_default_date(self):
        today = self.env.company._get_billing_today()
        return (today.replace(day=1) + timedelta(days=32)).replace(day=1)

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        if self.env.context.get("active_model") == "billing.plan":
            values["plan_ids"] = [Command.set(self.env.context.get("active_ids", ()))]
        return values

    @api.depends("plan_ids", "percent", "effective_date")
    def _compute_line_ids(self):
        for wizard in self:
            plans = wizard.plan_ids._origin
            wizard.contract_count = sum(plans.mapped("plan_subscription_count"))
            rows = wizard._prepare_rows(plans) if wizard.effective_date else []
            wizard.line_ids = [Command.clear(), *map(Command.create, rows)]

    def _prepare_rows(self, plans):
        """A row per charge and currency: what one unit costs before and after."""
        if self.percent <= -100:
            return []
        factor = Decimal(100) + Decimal(str(self.percent))
        return [
            self._prepare_row(charge, currency, factor)
            for charge in plans.current_version_id.charge_ids
            if charge.recurrence == "recurring"
            for currency in (charge.currency_id, *charge.price_ids.currency_id)
        ]

    def _prepare_row(self, charge, currency, factor):
        terms = charge._get_terms_on(self.effective_date, currency)
        quantity = Decimal(str(charge.default_quantity or 1.0))
        prices = [
            formatLang(
                self.env,
                float(round_amount(each.price(quantity).amount, currency.decimal_places)),
                currency_obj=currency,
            )
            for each in (terms, scaled(terms, factor, EXAMPLE_DIGITS))
        ]
        return {
            "plan_id": charge.version_id.plan_id.id,
            "charge_id": charge.id,
            "quantity": float(quantity),
            "old_price": prices[0],
            "new_price": prices[1],
        }

    def action_confirm(self):
        """Schedule the prices; nothing that is billed changes."""
        self.ensure_one()
        if not self.percent:
            raise UserError(self.env._("Percent: enter by how many percent prices change."))
        for plan in self.plan_ids:
            changes = plan._index_prices(self.percent, self.effective_date, self.notice_days)
            plan.message_post(
                body=self.env._(
                    "%(count)s prices change by %(percent)s percent from %(day)s on.",
                    count=len(changes),
                    percent=self.percent,
                    day=self.effective_date,
                )
            )
        return {"type": "ir.actions.act_window_close"}


class BillingPlanIndexLine(models.TransientModel):
    """A price before and after, for people."""

    _name = "billing.plan.index.line"
    _description = "Price Before and After"

    wizard_id = fields.Many2one("billing.plan.index", required=True, ondelete="cascade")
    plan_id = fields.Many2one("billing.plan", readonly=True)
    charge_id = fields.Many2one("billing.charge", readonly=True)
    quantity = fields.Float(digits="Product Unit", readonly=True)
    old_price = fields.Char(string="Price Until Then", readonly=True)
    new_price = fields.Char(readonly=True)

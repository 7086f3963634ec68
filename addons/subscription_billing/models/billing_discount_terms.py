from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date, formatLang

from ..core.discounts import Discount
from ..core.errors import BillingRuleError
from ..core.spans import Span


class BillingDiscountTerms(models.AbstractModel):
    """What a discount takes off, of what and for how long: shared by coupons and discounts."""

    _name = "billing.discount.terms"
    _description = "Terms of a Discount"

    kind = fields.Selection(
        [("percent", "Percent"), ("amount", "Amount per period"), ("units", "Free units")],
        default="percent",
        required=True,
        help="Percent: off each charge. Amount per period: one amount for all charges together, "
        "before taxes as the plan states its prices. Free units: so many units of a charge cost "
        "nothing.",
    )
    percent = fields.Float(digits=(5, 2), help="100 makes periods free.")
    amount = fields.Monetary()
    units = fields.Float(string="Free Units", digits="Product Unit")
    currency_id = fields.Many2one(
        "res.currency", default=lambda self: self.env.company.currency_id
    )
    duration = fields.Selection(
        [
            ("always", "As long as the contract runs"),
            ("periods", "For a number of billing periods"),
            ("until", "For periods that begin before a date"),
        ],
        default="always",
        required=True,
    )
    period_count = fields.Integer(
        string="Periods",
        default=1,
        help="So many billing periods from the first reduced one. A shortened first period comes "
        "on top.",
    )
    until_date = fields.Date(string="Before", help="The first day without the discount.")
    scope = fields.Selection(
        [
            ("recurring", "All charges of every period"),
            ("all", "All charges, also those that come once"),
            ("products", "Charges of certain products"),
        ],
        string="Reduces",
        default="recurring",
        required=True,
        help="Deposits are never reduced.",
    )
    product_ids = fields.Many2many("product.product", string="Products")
    terms_text = fields.Char(string="Discount", compute="_compute_terms_text")

    @api.constrains(
        "kind", "percent", "amount", "units", "duration", "period_count", "until_date", "scope",
        "product_ids", "currency_id",
    )  # fmt: skip
    def _check_discount_terms(self):
        for record in self:
            message = record._get_terms_problem()
            if message:
                raise ValidationError(message)

    def _get_terms_problem(self):
        """What is missing or cannot be read: field and remedy; None when all is fine."""
        value = {"percent": self.percent, "amount": self.amount, "units": self.units}[self.kind]
        if value <= 0:
            return {
                "percent": self.env._("Percent: enter more than zero, at most 100."),
                "amount": self.env._("Amount: enter more than zero."),
                "units": self.env._("Free Units: enter more than zero."),
            }[self.kind]
        if self.kind == "amount" and not self.currency_id:
            return self.env._("Currency: choose the currency of the amount.")
        if self.duration == "periods" and self.period_count < 1:
            return self.env._("Periods: enter one or more.")
        if self.duration == "until" and not self.until_date:
            return self.env._("Before: enter the first day without the discount.")
        if self.scope == "products" and not self.product_ids:
            return self.env._("Products: choose the products whose charges are reduced.")
        try:
            self._get_rule(Span(fields.Date.to_date("2000-01-01")))
        except BillingRuleError:
            return self.env._("Percent: enter more than zero, at most 100.")
        return None

    def _get_rule(self, span):
        """The discount as the rules know it, for a span of time."""
        self.ensure_one()
        value = {"percent": self.percent, "amount": self.amount, "units": self.units}[self.kind]
        name = {"percent": "rate"}.get(self.kind, self.kind)
        return Discount(self._origin.id or 0, span, **{name: Decimal(str(value))})

    @api.depends(
        "kind", "percent", "amount", "units", "currency_id", "duration", "period_count",
        "until_date",
    )  # fmt: skip
    @api.depends_context("lang")
    def _compute_terms_text(self):
        for record in self:
            record.terms_text = record._get_terms_text()

    def _get_terms_text(self):
        """What it takes off and for how long, e.g. “10 %, 3 periods”."""
        what = self._get_value_text()
        if self.duration == "periods":
            return self.env._(
                "%(what)s, number of periods: %(count)s", what=what, count=self.period_count
            )
        if self.duration == "until" and self.until_date:
            return self.env._(
                "%(what)s, for periods that begin before %(date)s",
                what=what,
                date=format_date(self.env, self.until_date),
            )
        return what

    def _get_value_text(self):
        """What it takes off, e.g. “10 %”."""
        if self.kind == "percent":
            number = formatLang(self.env, self.percent, digits=2).removesuffix("00")
            return f"{number.rstrip('.,')} %"
        if self.kind == "amount":
            return formatLang(self.env, self.amount, currency_obj=self.currency_id)
        return self.env._(
            "%s units free", formatLang(self.env, self.units, dp="Product Unit").rstrip("0.,")
        )

    def _applies_to(self, charge):
        """Whether a charge is reduced."""
        self.ensure_one()
        if charge.recurrence == "deposit":
            return False
        if self.scope == "products":
            return charge.product_id in self.product_ids
        return self.scope == "all" or charge.recurrence == "recurring"

    def _prepare_terms_values(self):
        """The terms as values for another record that has them."""
        self.ensure_one()
        names = (
            "kind", "percent", "amount", "units", "duration", "period_count", "until_date",
            "scope",
        )  # fmt: skip
        return {
            **{name: self[name] for name in names},
            "currency_id": self.currency_id.id,
            "product_ids": [fields.Command.set(self.product_ids.ids)],
        }

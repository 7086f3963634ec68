from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..core import invoicing
from ..core.discounts import LineDiscount, span_of
from ..core.lifecycle import State

TERM_FIELDS = {
    "kind", "percent", "amount", "units", "currency_id", "duration", "period_count", "until_date",
    "scope", "product_ids", "start_date", "sequence",
}  # fmt: skip


class BillingSubscriptionDiscount(models.Model):
    """A discount one customer has on a contract, from a coupon or as agreed."""

    _name = "billing.subscription.discount"
    _description = "Discount of a Contract"
    _inherit = ["billing.discount.terms"]
    _order = "subscription_id, sequence, id"
    _check_company_auto = True

    subscription_id = fields.Many2one(
        "billing.subscription", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="subscription_id.company_id", store=True)
    currency_id = fields.Many2one(related="subscription_id.currency_id", store=True)
    product_ids = fields.Many2many(
        "product.product", "billing_subscription_discount_product_rel", string="Products"
    )
    name = fields.Char(required=True, help="Printed on the invoice.")
    sequence = fields.Integer(
        default=10, help="Discounts are applied in this order, each to what is left."
    )
    coupon_id = fields.Many2one("billing.coupon", readonly=True, ondelete="restrict", index=True)
    start_date = fields.Date(
        string="From",
        help="The first period that begins on or after this day is reduced. Empty: from the first "
        "period that is charged.",
    )
    end_date = fields.Date(
        string="Stopped On", readonly=True, help="Periods that begin later are not reduced."
    )
    until_label = fields.Char(string="Until", compute="_compute_until_label")
    is_used = fields.Boolean(compute="_compute_is_used")

    @api.depends("start_date", "end_date", "duration", "period_count", "until_date")
    @api.depends_context("lang")
    def _compute_until_label(self):
        for discount in self:
            end = discount._get_span().end if discount.subscription_id else None
            last = fields.Date.subtract(end, days=1) if end else None
            discount.until_label = format_date(self.env, last) if last else False

    @api.depends("start_date", "subscription_id.line_ids.billed_until")
    def _compute_is_used(self):
        """Whether a period of its time is billed."""
        for discount in self:
            start = discount._get_span().start
            discount.is_used = any(
                line.billed_until and line.billed_until > start
                for line in discount.subscription_id.line_ids
            )

    def _get_span(self):
        """The time in which periods have to begin to be reduced."""
        self.ensure_one()
        subscription = self.subscription_id
        first_charged = subscription.trial_end_date or subscription.start_date
        start = max(filter(None, (self.start_date, first_charged)))
        ends = [self.end_date, self.until_date if self.duration == "until" else None]
        return span_of(
            start,
            subscription.version_id._get_cadence(),
            self.period_count if self.duration == "periods" else None,
            min(filter(None, ends), default=None),
        )

    # === CHANGES === #

    def write(self, vals):
        if TERM_FIELDS & vals.keys():
            self._check_not_billed()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_billed(self):
        self._check_not_billed()

    def _check_not_billed(self):
        """Refuse to change a discount that invoices show.

        :raises UserError: it has reduced a billed period
        """
        if used := self.filtered("is_used"):
            raise UserError(
                self.env._(
                    "%(discount)s: invoices of %(contract)s have this discount already, so it "
                    "cannot be changed. Stop it and add another one.",
                    discount=used[0].name,
                    contract=used[0].subscription_id.name,
                )
            )

    def action_stop(self):
        """Let the periods that are not billed yet cost what the plan says."""
        for discount in self:
            subscription = discount.subscription_id
            day = subscription._get_first_unbilled_day()
            discount.end_date = day
            subscription._log_change(
                "discount_stopped", day, self.env._("Discount stopped: %s.", discount.name)
            )
        return True


class BillingSubscription(models.Model):
    _inherit = "billing.subscription"

    discount_ids = fields.One2many(
        "billing.subscription.discount", "subscription_id", string="Discounts", copy=False
    )

    def _add_discount(self, values, start=None):
        """Reduce the price of a contract; what is billed stays as it is.

        :param dict values: for ``billing.subscription.discount``
        :param date start: periods that begin on or after this day are reduced; by default all
            that are not billed yet
        :raises UserError: the contract has ended, or periods after ``start`` are billed
        :return: the new discount
        """
        self.ensure_one()
        if self.state == State.ENDED.value:
            raise UserError(
                self.env._("%s has ended: there is nothing left to reduce.", self.name)
            )
        if self.state != State.DRAFT.value:
            start = self._check_discount_start(start)
        return self._create_discount(values, start)

    def _create_discount(self, values, start):
        discount = self.env["billing.subscription.discount"].create(
            {**values, "subscription_id": self.id, "start_date": start}
        )
        text = self.env._(
            "Discount: %(name)s (%(terms)s).", name=discount.name, terms=discount.terms_text
        )
        self._log_change("discount_added", start or self.start_date, text)
        return discount

    def _check_discount_start(self, start):
        first = self._get_first_unbilled_day()
        if start and start < first:
            raise UserError(
                self.env._(
                    "From: %(contract)s is billed until %(date)s. Choose this day or a later one; "
                    "for what is billed make a credit note.",
                    contract=self.name,
                    date=format_date(self.env, first),
                )
            )
        return start or first

    def _get_first_unbilled_day(self):
        """The first day of what is not billed yet."""
        self.ensure_one()
        standings = self.line_ids._get_standings()
        days = [
            invoicing.covered_until(standing.facts)
            for standing in standings.values()
            if hasattr(standing, "facts")
        ]
        first_charged = self.trial_end_date or self.start_date
        return min(filter(None, days), default=max(self.end_date or first_charged, first_charged))


class BillingSubscriptionLine(models.Model):
    _inherit = "billing.subscription.line"

    def _get_line_discounts(self):
        """The discounts of the line as the rules know them, in their order."""
        self.ensure_one()
        return tuple(
            LineDiscount(
                discount._get_rule(discount._get_span()),
                self._get_lines_ahead(discount) if discount.kind == "amount" else (),
            )
            for discount in self.subscription_id.discount_ids
            if discount._applies_to(self.charge_id)
        )

    def _get_lines_ahead(self, discount):
        """Facts of the lines that take from a fixed amount before this one."""
        ahead = self._find_lines_ahead(discount)
        return tuple(line._prepare_facts(line._get_end(), None, ()) for line in ahead)

    def _find_lines_ahead(self, discount):
        """The lines in front of this one that a discount applies to, in their order."""
        siblings = self.subscription_id.line_ids.filtered(
            lambda line: discount._applies_to(line.charge_id)
        ).sorted(lambda line: (line.sequence, line.id))
        return siblings[: list(siblings).index(self)]

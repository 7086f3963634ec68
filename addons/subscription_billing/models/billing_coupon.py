from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..core.lifecycle import State


class BillingCoupon(models.Model):
    """A code that customers redeem for a discount on their contract."""

    _name = "billing.coupon"
    _description = "Coupon"
    _inherit = ["billing.discount.terms", "mail.thread"]
    _order = "id desc"
    _rec_names_search = ["name", "code"]
    _check_company_auto = True
    _check_company_domain = models.check_company_domain_parent_of

    name = fields.Char(
        required=True, translate=True, tracking=True, help="Printed on the invoices it reduces."
    )
    code = fields.Char(
        required=True,
        copy=False,
        tracking=True,
        help="What customers enter. Upper and lower case count the same.",
    )
    active = fields.Boolean(default=True, tracking=True)
    company_id = fields.Many2one(
        "res.company",
        default=lambda self: self.env.company,
        help="Empty: for contracts of all companies.",
    )
    product_ids = fields.Many2many(
        "product.product", "billing_coupon_product_rel", string="Products"
    )
    plan_ids = fields.Many2many(
        "billing.plan",
        string="Only for Plans",
        check_company=True,
        help="Empty: for contracts of every plan.",
    )
    valid_from = fields.Date(string="Redeemable From", tracking=True)
    valid_until = fields.Date(
        string="Redeemable Until", tracking=True, help="The last day on which it can be redeemed."
    )
    max_redemptions = fields.Integer(
        string="Limit", help="It can be redeemed so often in all. Zero: without limit."
    )
    max_per_customer = fields.Integer(
        string="Limit per Customer",
        default=1,
        help="So many contracts of a customer can have it. Zero: without limit.",
    )
    is_for_new_customers = fields.Boolean(
        string="New Customers Only", help="Only for customers without an invoice so far."
    )
    is_combinable = fields.Boolean(
        string="Combinable", help="Can be redeemed on contracts that have another coupon."
    )
    discount_ids = fields.One2many("billing.subscription.discount", "coupon_id", readonly=True)
    redeemed_at = fields.Datetime(string="Last Redeemed", readonly=True, copy=False)
    redemption_count = fields.Integer(string="Redeemed", compute="_compute_redemption_count")

    _code_unique = models.UniqueIndex(
        "(upper(code), company_id) WHERE active",
        "Code: another coupon has this code. Choose a different one, or archive the other.",
    )
    _limits_not_negative = models.Constraint(
        "CHECK (max_redemptions >= 0 AND max_per_customer >= 0)",
        "Limit: enter zero for no limit, or how often it can be redeemed.",
    )

    @api.depends("discount_ids")
    def _compute_redemption_count(self):
        # Contracts of other companies and units count, too, whoever asks.
        groups = (
            self.env["billing.subscription.discount"]
            .sudo()
            ._read_group([("coupon_id", "in", self.ids)], ["coupon_id"], ["__count"])
        )
        counts = {coupon.id: count for coupon, count in groups}
        for coupon in self:
            coupon.redemption_count = counts.get(coupon.id, 0)

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for coupon, vals in zip(self, vals_list, strict=True):
            vals.setdefault("code", self.env._("%s-COPY", coupon.code))
        return vals_list

    # === REDEEMING === #

    @api.model
    def _find_by_code(self, code, company):
        """The coupon with a code, empty when there is none; codes come from people."""
        code = (code or "").strip()
        if not code:
            return self.browse()
        companies = [*company.parent_ids.ids, False]
        return self.search(
            [("code", "=ilike", _escape(code)), ("company_id", "in", companies)],
            order="company_id",
            limit=1,
        )

    def _redeem(self, subscription, today):
        """Give a contract the discount of the coupon.

        :param subscription: ``billing.subscription``, draft or running
        :param date today: the day of redeeming
        :raises UserError: says why it cannot be redeemed
        :return: the new ``billing.subscription.discount``
        """
        self.ensure_one()
        # Two customers must not both get the last one: the second of two transactions that write
        # here starts over, and then sees what the first has done.
        self.sudo().redeemed_at = self.env.cr.now()
        self.flush_recordset()
        if problem := self._get_problem(subscription, today):
            raise UserError(problem)
        language = subscription.partner_id.lang or self.env.lang
        values = self.sudo()._prepare_terms_values()
        values.pop("currency_id")
        return subscription._add_discount(
            {**values, "name": self.sudo().with_context(lang=language).name, "coupon_id": self.id}
        )

    def _get_problem(self, subscription, today):
        """Why a contract cannot have the coupon, for people; None when it can."""
        coupon = self.sudo()
        return (
            coupon._get_window_problem(today)
            or coupon._get_limit_problem(subscription)
            or coupon._get_contract_problem(subscription)
        )

    def _get_window_problem(self, today):
        if not self.active:
            return self.env._("Coupon %s is not valid any more.", self.code)
        if self.valid_from and today < self.valid_from:
            return self.env._(
                "Coupon %(code)s can be redeemed from %(date)s on.",
                code=self.code,
                date=format_date(self.env, self.valid_from),
            )
        if self.valid_until and today > self.valid_until:
            return self.env._(
                "Coupon %(code)s could be redeemed until %(date)s.",
                code=self.code,
                date=format_date(self.env, self.valid_until),
            )
        return None

    def _get_limit_problem(self, subscription):
        if self.max_redemptions and self.redemption_count >= self.max_redemptions:
            return self.env._("Coupon %s has been redeemed as often as it may be.", self.code)
        customer = subscription.partner_id.commercial_partner_id
        mine = self.env["billing.subscription.discount"].search(
            [("coupon_id", "=", self.id), ("subscription_id.partner_id", "child_of", customer.id)]
        )
        if subscription in mine.subscription_id:
            return self.env._(
                "Coupon: %(contract)s has %(code)s already.",
                contract=subscription.name,
                code=self.code,
            )
        if self.max_per_customer and len(mine) >= self.max_per_customer:
            return self.env._(
                "%(customer)s has redeemed coupon %(code)s already.",
                customer=customer.name,
                code=self.code,
            )
        return None

    def _get_contract_problem(self, subscription):
        if self.company_id and self.company_id not in subscription.company_id.parent_ids:
            return self.env._("Coupon %s is not valid in this company.", self.code)
        if self.plan_ids and subscription.plan_id not in self.plan_ids:
            return self.env._(
                "Coupon %(code)s is not for %(plan)s. It is for: %(plans)s.",
                code=self.code,
                plan=subscription.plan_id.name,
                plans=", ".join(self.plan_ids.mapped("name")),
            )
        if self.kind == "amount" and self.currency_id != subscription.currency_id:
            return self.env._(
                "Coupon %(code)s is in %(currency)s, the contract in %(other)s.",
                code=self.code,
                currency=self.currency_id.name,
                other=subscription.currency_id.name,
            )
        others = subscription.discount_ids.coupon_id
        if others and not (self.is_combinable and all(others.mapped("is_combinable"))):
            return self.env._(
                "Coupon %(code)s cannot be combined with %(other)s, which the contract has.",
                code=self.code,
                other=others[0].code,
            )
        if self.is_for_new_customers and self._has_invoices(subscription):
            return self.env._("Coupon %s is for new customers only.", self.code)
        return None

    def _has_invoices(self, subscription):
        customer = subscription.partner_id.commercial_partner_id
        company = subscription.company_id
        invoices = [
            ("commercial_partner_id", "=", customer.id),
            ("company_id", "=", company.id),
            ("move_type", "=", "out_invoice"),
            ("state", "=", "posted"),
        ]
        contracts = [
            ("partner_id", "child_of", customer.id),
            ("company_id", "=", company.id),
            ("id", "!=", subscription.id),
            ("state", "!=", State.DRAFT.value),
        ]
        return any(
            self.env[model].sudo().search_count(domain, limit=1)
            for model, domain in (
                ("account.move", invoices),
                ("billing.subscription", contracts),
            )
        )

    def action_view_contracts(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "subscription_billing.action_billing_subscription"
        )
        return action | {"domain": [("discount_ids.coupon_id", "=", self.id)], "context": {}}


def _escape(code):
    r"""A code as a pattern that matches only itself.

    >>> _escape("10%_OFF")
    '10\\%\\_OFF'
    """
    return code.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")

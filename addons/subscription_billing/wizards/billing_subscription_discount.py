from odoo import api, fields, models
from odoo.exceptions import UserError


class BillingSubscriptionDiscountWizard(models.TransientModel):
    """A discount for a contract: by a coupon's code, or as agreed with the customer."""

    _name = "billing.subscription.discount.add"
    _description = "Add Discount"
    _inherit = ["billing.subscription.act", "billing.discount.terms"]

    source = fields.Selection(
        [("coupon", "Coupon"), ("agreed", "As agreed")],
        string="Discount From",
        default="coupon",
        required=True,
    )
    code = fields.Char(string="Coupon Code")
    name = fields.Char(string="Name on the Invoice")
    currency_id = fields.Many2one(related="subscription_id.currency_id")
    product_ids = fields.Many2many(
        "product.product", "billing_subscription_discount_add_product_rel", string="Products"
    )
    preview = fields.Html(compute="_compute_preview", sanitize=False)

    @api.constrains(
        "kind", "percent", "amount", "units", "duration", "period_count", "until_date", "scope",
        "product_ids", "currency_id",
    )  # fmt: skip
    def _check_discount_terms(self):
        agreed = self.filtered(lambda wizard: wizard.source == "agreed")
        return super(BillingSubscriptionDiscountWizard, agreed)._check_discount_terms()

    @api.depends(
        "source", "code", "name", "kind", "percent", "amount", "units", "duration",
        "period_count", "until_date", "scope", "product_ids",
    )  # fmt: skip
    def _compute_preview(self):
        return super()._compute_preview()

    def _get_act(self):
        if self._get_missing_message():
            return None
        if self.source == "coupon":
            return self._get_coupon_act()
        values = {**self._prepare_terms_values(), "name": self.name}
        values.pop("currency_id")
        return lambda subscription: subscription._add_discount(values)

    def _get_coupon_act(self):
        code, today = self.code, self._get_today()

        def act(subscription):
            coupon = subscription.env["billing.coupon"]._find_by_code(
                code, subscription.company_id
            )
            if not coupon:
                raise UserError(
                    subscription.env._(
                        "Coupon Code: there is no coupon %s. Check the spelling.", code
                    )
                )
            coupon._redeem(subscription, today)

        return act

    def _get_missing_message(self):
        if self.source == "coupon":
            return None if self.code else self.env._("Coupon Code: enter the code.")
        if not self.name:
            return self.env._("Name on the Invoice: enter what the customer reads there.")
        return self._get_terms_problem()


class BillingSubscription(models.Model):
    _inherit = "billing.subscription"

    def action_add_discount(self):
        """Redeem a coupon or enter a discount."""
        return self._open_act("billing.subscription.discount.add", self.env._("Add Discount"))

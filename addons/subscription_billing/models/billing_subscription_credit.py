from contextlib import contextmanager
from decimal import Decimal

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import formatLang

from ..core.credit import CreditStanding

# In the context: the reason for which a manager lets a change pass a credit limit.
APPROVAL = "billing_credit_approval"
MANAGER = "billing_base.group_billing_manager"


class ResCompany(models.Model):
    _inherit = "res.company"

    billing_credit_policy = fields.Selection(
        [("approval", "A manager approves"), ("prepayment", "The first invoice is paid first")],
        string="Over the Credit Limit",
        default="approval",
        required=True,
        help="What a new contract waits for if its customer would owe more than its credit limit.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    billing_credit_policy = fields.Selection(
        related="company_id.billing_credit_policy", readonly=False, required=True
    )


class BillingSubscription(models.Model):
    """Odoo's credit limit, looked at before a contract starts and before it grows."""

    _inherit = "billing.subscription"

    credit_approval = fields.Text(
        string="Approved Because", readonly=True, copy=False, groups="base.group_user"
    )

    def _check_credit(self, amount):
        """Whether the customer may owe an amount more, before the contract starts or grows.

        Addons that know more about a customer (a score, a guarantee) override
        ``_get_credit_standing()``, which this asks.

        :param float amount: what is to come, before taxes, in the currency of the contract
        :return: None if all is fine, otherwise the reason in words
        """
        self.ensure_one()
        standing = self._get_credit_standing(amount)
        if not standing.is_exceeded:
            return None
        currency = self.company_id.currency_id

        def money(value):
            return formatLang(self.env, float(value), currency_obj=currency)

        return self.env._(
            "Credit limit of %(customer)s: %(limit)s. Open are %(open)s, and %(coming)s would be "
            "added: %(excess)s too much.",
            customer=self.partner_id.commercial_partner_id.name,
            limit=money(standing.limit),
            open=money(standing.open),
            coming=money(standing.coming),
            excess=money(standing.excess),
        )

    def _get_credit_standing(self, amount):
        """Limit, open amount and what is to come, as :class:`core.credit.CreditStanding`."""
        self.ensure_one()
        company = self.company_id
        partner = self.partner_id.commercial_partner_id.sudo().with_company(company)
        # Odoo keeps these figures for the rest of the transaction, whatever is posted in it.
        partner.invalidate_recordset(["credit", "credit_to_invoice"])
        has_limit = company.account_use_credit_limit and partner.credit_limit > 0
        return CreditStanding(
            limit=Decimal(str(partner.credit_limit)) if has_limit else None,
            open=Decimal(str(round(partner.credit + partner.credit_to_invoice, 6))),
            coming=self._get_coming_amount(amount) if has_limit else Decimal(0),
        )

    def _get_coming_amount(self, amount):
        """An amount of the contract with its taxes, in the currency of the company."""
        self.ensure_one()
        company = self.company_id
        today = self.partner_id._get_billing_today(company)
        product = self.line_ids.product_id[:1]
        positions = self.env["account.fiscal.position"].sudo().with_company(company)
        position = positions._get_fiscal_position(self.partner_id)
        taxes = position.map_tax(product.sudo().taxes_id._filter_taxes_by_company(company))
        total = taxes.compute_all(
            amount, self.currency_id, 1.0, product=product, partner=self.partner_id
        )["total_included"]
        return Decimal(str(self.currency_id._convert(total, company.currency_id, company, today)))

    # === INCREASES === #

    @contextmanager
    def _watch_credit(self):
        """Refuse what happens inside if it makes the contract dearer than its customer may owe.

        A manager lets it pass by giving a reason, as ``billing_credit_approval`` in the context.

        :raises UserError: the limit is passed; names who can let it pass
        """
        self.ensure_one()
        before = self.amount_period
        yield
        problem = self._check_credit(self.amount_period - before)
        if not problem:
            return
        reason = self.env.context.get(APPROVAL)
        if not reason or not (self.env.su or self.env.user.has_group(MANAGER)):
            raise UserError(
                self.env._(
                    "%(problem)s Wait for a payment, raise the limit on the customer, or have a "
                    "billing manager make the change and approve it.",
                    problem=problem,
                )
            )
        self._log_approval(problem, reason)

    def _log_approval(self, problem, reason):
        self.ensure_one()
        self.credit_approval = reason
        self._message_log(
            body=self.env._("%(problem)s Approved: %(reason)s", problem=problem, reason=reason)
        )

    def _change_plan(self, version, effective, quantities=None):
        with self._watch_credit():
            return super()._change_plan(version, effective, quantities)

    def _change_quantity(self, charge, quantity, effective):
        with self._watch_credit():
            return super()._change_quantity(charge, quantity, effective)

    def _add_option(self, charge, quantity, effective):
        with self._watch_credit():
            return super()._add_option(charge, quantity, effective)

from decimal import Decimal

from odoo import fields, models

from ..core.collecting import CarryOver

GROUPINGS = [
    ("contract", "One per contract"),
    ("reference", "One per customer reference (order number)"),
    ("customer", "One per customer"),
]
GROUPING_HELP = (
    "Contracts of a customer that are due on the same day, in the same currency and business unit "
    "and with the same payment terms, can share an invoice."
)
DEFAULT_CARRY_DAYS = 150


class ResCompany(models.Model):
    _inherit = "res.company"

    billing_grouping = fields.Selection(
        GROUPINGS,
        string="Invoices for Contracts",
        default="contract",
        required=True,
        help=GROUPING_HELP,
    )
    billing_minimum_amount = fields.Monetary(
        string="Minimum of an Invoice",
        help="Less than this, before taxes, is not invoiced yet but together with what comes "
        "next. Zero: every amount is invoiced.",
    )
    billing_carry_days = fields.Integer(
        string="Longest Wait (days)",
        default=DEFAULT_CARRY_DAYS,
        required=True,
        help="Small amounts are invoiced at the latest so many days after the service.",
    )

    _billing_carry_days_not_negative = models.Constraint(
        "CHECK (billing_carry_days >= 0)",
        "Longest Wait (days): enter zero or more.",
    )
    _billing_minimum_not_negative = models.Constraint(
        "CHECK (billing_minimum_amount >= 0)",
        "Minimum of an Invoice: enter zero or more.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    company_currency_id = fields.Many2one(related="company_id.currency_id")
    billing_grouping = fields.Selection(
        related="company_id.billing_grouping", readonly=False, required=True
    )
    billing_minimum_amount = fields.Monetary(
        related="company_id.billing_minimum_amount",
        readonly=False,
        currency_field="company_currency_id",
    )
    billing_carry_days = fields.Integer(related="company_id.billing_carry_days", readonly=False)


class BillingBusinessUnit(models.Model):
    _inherit = "billing.business.unit"

    company_currency_id = fields.Many2one(related="company_id.currency_id")
    billing_grouping = fields.Selection(
        GROUPINGS, string="Invoices for Contracts", help=GROUPING_HELP
    )
    billing_minimum_amount = fields.Monetary(
        string="Minimum of an Invoice",
        currency_field="company_currency_id",
        help="Zero: as the company's settings say.",
    )


class ResPartner(models.Model):
    _inherit = "res.partner"

    billing_grouping = fields.Selection(
        GROUPINGS,
        string="Invoices for Contracts",
        company_dependent=True,
        help=f"{GROUPING_HELP} Empty: as the business unit or the company does it.",
    )

    def _get_billing_owner(self):
        """The partner whose agreement counts: the contact's own, else that of its company."""
        self.ensure_one()
        return self if self.billing_grouping else self.commercial_partner_id


class BillingSubscription(models.Model):
    """Which contracts share an invoice, and which amounts are too small for one."""

    _inherit = "billing.subscription"

    billing_grouping = fields.Selection(
        GROUPINGS,
        string="Invoiced Together",
        help=f"{GROUPING_HELP} Empty: as agreed with the customer.",
    )
    cost_centre = fields.Char(help="Cost centre of the customer, printed on invoices.")
    carried_amount = fields.Monetary(
        readonly=True,
        copy=False,
        help="Due, but too little for an invoice: invoiced together with what comes next.",
    )

    def _get_billing_grouping(self):
        """How the contract is invoiced together with others: one of ``GROUPINGS``.

        The contract decides, else the agreement with the customer, the business unit, the company.
        """
        self.ensure_one()
        owner = self.partner_id.with_company(self.company_id)._get_billing_owner()
        return (
            self.billing_grouping
            or owner.billing_grouping
            or self.business_unit_id.billing_grouping
            or self.company_id.billing_grouping
        )

    def _get_carry_over(self, today):
        """The rule for small amounts of the contract, in its currency; None without a minimum."""
        self.ensure_one()
        company = self.company_id
        minimum = self.business_unit_id.billing_minimum_amount or company.billing_minimum_amount
        if not minimum:
            return None
        converted = company.currency_id._convert(minimum, self.currency_id, company, today)
        return CarryOver(Decimal(str(converted)), company.billing_carry_days)

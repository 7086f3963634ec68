from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import formatLang

from ..core.alerts import Basis, Level

BASES = [
    ("quantity", "Quantity"),
    ("amount", "Amount so far"),
    ("prepaid", "Percent of prepaid units used"),
]


class UsageAlert(models.Model):
    """A level of usage that somebody is told of: of all contracts of a charge, or of one contract.

    A contract on a meter of which it has alerts of its own does without those of the charge; what
    customers set for themselves comes on top.
    """

    _name = "usage.alert"
    _description = "Usage Alert"
    _order = "subscription_id, charge_id, basis, level, id"
    _check_company_auto = True

    charge_id = fields.Many2one(
        "billing.charge",
        ondelete="cascade",
        index="btree_not_null",
        domain="[('meter_id', '!=', False)]",
        help="Tells of usage of this charge in all contracts that have no alerts of their own.",
    )
    subscription_id = fields.Many2one(
        "billing.subscription",
        string="Contract",
        ondelete="cascade",
        index="btree_not_null",
        check_company=True,
    )
    company_id = fields.Many2one(related="subscription_id.company_id", store=True)
    meter_id = fields.Many2one(
        "usage.meter",
        compute="_compute_meter_id",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        ondelete="cascade",
        index=True,
        domain="[('id', 'in', allowed_meter_ids)]",
    )
    allowed_meter_ids = fields.Many2many("usage.meter", compute="_compute_allowed_meter_ids")
    basis = fields.Selection(
        BASES,
        default="quantity",
        required=True,
        help="What the level is compared with, of the running period. Amounts are those of the "
        "price list, in the currency beside.",
    )
    level = fields.Float(digits=(16, 6), required=True)
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    level_text = fields.Char(string="Alert At", compute="_compute_level_text")
    is_mailed = fields.Boolean(
        string="Tell the Customer",
        help="By email. Customers without an address are told by a person.",
    )
    has_activity = fields.Boolean(
        string="Tell the Responsible",
        default=True,
        help="By an activity for the person responsible for the contract.",
    )
    is_of_customer = fields.Boolean(
        string="Set by the Customer",
        readonly=True,
        copy=False,
        help="The customer set it in the customer portal.",
    )
    notice_ids = fields.One2many("usage.alert.notice", "alert_id", readonly=True)

    _level_positive = models.Constraint(
        "CHECK (level > 0)", "Alert At: enter a number above zero."
    )
    _percent_of_prepaid = models.Constraint(
        "CHECK (basis != 'prepaid' OR level <= 100)",
        "Alert At: enter up to 100 percent of the prepaid units.",
    )

    # === COMPUTES === #

    @api.depends("charge_id.meter_id")
    def _compute_meter_id(self):
        for alert in self:
            alert.meter_id = alert.charge_id.meter_id or alert.meter_id

    @api.depends("charge_id.meter_id", "subscription_id.line_ids.charge_id.meter_id")
    def _compute_allowed_meter_ids(self):
        for alert in self:
            charges = alert.charge_id | alert.subscription_id.line_ids.charge_id
            alert.allowed_meter_ids = charges.meter_id

    @api.depends("charge_id.version_id.currency_id", "subscription_id.currency_id")
    def _compute_currency_id(self):
        for alert in self:
            alert.currency_id = alert.subscription_id.currency_id or alert.charge_id.currency_id

    @api.depends("basis", "level", "currency_id")
    @api.depends_context("lang")
    def _compute_level_text(self):
        for alert in self:
            alert.level_text = alert._format_value(alert.basis, alert.level)

    @api.depends("level_text", "meter_id.name")
    def _compute_display_name(self):
        for alert in self:
            alert.display_name = self.env._(
                "%(meter)s: %(level)s", meter=alert.meter_id.name or "", level=alert.level_text
            )

    # === CONSTRAINTS === #

    @api.constrains("charge_id", "subscription_id", "meter_id")
    def _check_owner(self):
        for alert in self:
            if bool(alert.charge_id) == bool(alert.subscription_id):
                raise ValidationError(
                    self.env._(
                        "Usage alert: choose either a charge, for all its contracts, or a "
                        "contract."
                    )
                )
            if alert.meter_id not in alert.allowed_meter_ids:
                raise ValidationError(
                    self.env._(
                        "Meter of the usage alert: %(meter)s is not measured for %(owner)s. "
                        "Choose a meter that one of its charges has.",
                        meter=alert.meter_id.name,
                        owner=(alert.subscription_id or alert.charge_id).display_name,
                    )
                )

    # === RULES === #

    def _get_level(self):
        """The alert as the rules know it."""
        self.ensure_one()
        return Level(self.id, Basis(self.basis), Decimal(str(self.level)))

    def _filter_currency(self, currency):
        """An amount means something only in the currency that the contract has."""
        return self.filtered(
            lambda alert: alert.basis != Basis.AMOUNT.value or alert.currency_id == currency
        )

    def _format_value(self, basis, value, currency=None):
        """A level, or what was compared with it, in words, e.g. “80 %”."""
        if basis == Basis.AMOUNT.value:
            currency = currency or self.currency_id or self.env.company.currency_id
            return formatLang(self.env, value, currency_obj=currency)
        number = self.env["billing.period"]._number(value)
        return self.env._("%s %% used", number) if basis == Basis.PREPAID.value else number


class BillingCharge(models.Model):
    _inherit = "billing.charge"

    usage_alert_ids = fields.One2many("usage.alert", "charge_id", string="Alerts", copy=True)


class BillingSubscription(models.Model):
    _inherit = "billing.subscription"

    usage_alert_ids = fields.One2many(
        "usage.alert", "subscription_id", string="Usage Alerts", copy=False
    )

    def _get_usage_alerts(self):
        """The alerts that count for the metered lines of contracts.

        :return: dict of line -> ``usage.alert`` records
        """
        lines = self.line_ids.filtered("meter_id")
        alerts = self.env["usage.alert"].sudo()
        found = alerts.search(
            ["|", ("charge_id", "in", lines.charge_id.ids), ("subscription_id", "in", self.ids)]
        )
        by_charge = found.filtered("charge_id").grouped("charge_id")
        by_contract = (found.filtered("subscription_id")).grouped(
            lambda alert: (alert.subscription_id, alert.meter_id)
        )
        result = {}
        for line in lines:
            own = by_contract.get((line.subscription_id, line.meter_id), alerts)
            agreed = own.filtered(lambda alert: not alert.is_of_customer)
            usual = by_charge.get(line.charge_id, alerts)._filter_currency(line.currency_id)
            result[line] = (agreed or usual) | own
        return result

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class BillingBonusRule(models.Model):
    """What customers earn by staying, or by bringing others."""

    _name = "billing.bonus.rule"
    _description = "Bonus Rule"
    _inherit = ["billing.discount.terms", "mail.thread"]
    _order = "sequence, id"
    _check_company_auto = True
    _check_company_domain = models.check_company_domain_parent_of

    name = fields.Char(
        required=True, translate=True, tracking=True, help="Printed on the invoice or credit note."
    )
    active = fields.Boolean(default=True, tracking=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    plan_ids = fields.Many2many(
        "billing.plan",
        string="Only for Plans",
        check_company=True,
        help="Plans of the contracts that earn it. Empty: all.",
    )
    occasion = fields.Selection(
        [
            ("paid_periods", "A contract has paid a number of periods"),
            ("referral", "A referred customer has paid a number of periods"),
        ],
        string="Earned When",
        default="paid_periods",
        required=True,
    )
    after_count = fields.Integer(string="Paid Periods", default=6, required=True)
    is_repeated = fields.Boolean(string="Again Each Time")
    is_for_both = fields.Boolean(
        string="Also for the Referred Customer",
        help="Otherwise only for the customer who has referred them.",
    )
    reward = fields.Selection(
        [("discount", "The next periods cost less"), ("credit", "A credit note")],
        default="discount",
        required=True,
    )
    kind = fields.Selection(default="percent")
    percent = fields.Float(default=100.0)
    duration = fields.Selection(default="periods")
    product_ids = fields.Many2many(
        "product.product", "billing_bonus_rule_product_rel", string="Products"
    )
    credit_product_id = fields.Many2one(
        "product.product",
        string="Product of the Credit",
        help="Gives the account and the taxes of the credit note.",
    )
    bonus_ids = fields.One2many("billing.bonus", "rule_id", readonly=True)
    bonus_count = fields.Integer(string="Earned", compute="_compute_bonus_count")

    _after_positive = models.Constraint(
        "CHECK (after_count > 0)",
        "Paid Periods: enter one or more.",
    )

    @api.depends("bonus_ids")
    def _compute_bonus_count(self):
        groups = self.env["billing.bonus"]._read_group(
            [("rule_id", "in", self.ids)], ["rule_id"], ["__count"]
        )
        counts = {rule.id: count for rule, count in groups}
        for rule in self:
            rule.bonus_count = counts.get(rule.id, 0)

    @api.constrains("reward", "credit_product_id", "amount", "kind")
    def _check_credit(self):
        for rule in self.filtered(lambda rule: rule.reward == "credit"):
            if not rule.credit_product_id or rule.amount <= 0:
                raise ValidationError(
                    self.env._(
                        "%s: a credit note needs a product and an amount above zero.", rule.name
                    )
                )

    def _get_terms_problem(self):
        # A credit note has an amount and nothing else.
        return None if self.reward == "credit" else super()._get_terms_problem()

    def _covers(self, contract):
        """Whether a contract can earn it."""
        self.ensure_one()
        is_referred = bool(contract.referrer_id)
        return (
            self.company_id == contract.company_id
            and (not self.plan_ids or contract.plan_id in self.plan_ids)
            and (self.occasion != "referral" or is_referred)
        )

    def action_view_bonuses(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Bonuses"),
            "res_model": "billing.bonus",
            "view_mode": "list,form",
            "domain": [("rule_id", "=", self.id)],
        }

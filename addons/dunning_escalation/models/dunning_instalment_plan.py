from decimal import Decimal

from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..core import instalments as rules


class DunningInstalmentPlan(models.Model):
    """A promise to pay open invoices in parts: while it is kept, they are not dunned."""

    _name = "dunning.instalment.plan"
    _description = "Instalment Plan"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name", store=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    partner_id = fields.Many2one("res.partner", "Customer", required=True, index=True)
    line_ids = fields.Many2many(
        "account.move.line",
        string="Open Items",
        check_company=True,
        domain="[('partner_id', '=', partner_id), ('company_id', '=', company_id),"
        " ('parent_state', '=', 'posted'), ('reconciled', '=', False),"
        " ('account_id.account_type', '=', 'asset_receivable'), ('balance', '>', 0)]",
    )
    business_unit_id = fields.Many2one(
        "billing.business.unit",
        compute="_compute_business_unit_id",
        store=True,
        index="btree_not_null",
    )
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id
    )
    amount = fields.Monetary(
        "Open at the Promise", readonly=True, copy=False, help="What the plan began with."
    )
    paid_amount = fields.Monetary("Paid Since", compute="_compute_paid_amount")
    grace_days = fields.Integer("Days of Grace", default=5)
    instalment_ids = fields.One2many("dunning.instalment", "plan_id", "Instalments", copy=True)
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("running", "Running"),
            ("kept", "Kept"),
            ("broken", "Broken"),
            ("cancelled", "Cancelled"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    hold_ids = fields.One2many("dunning.hold", "plan_id", readonly=True)

    @api.depends("partner_id.name", "create_date")
    def _compute_name(self):
        for plan in self:
            plan.name = self.env._("Instalments of %s", plan.partner_id.name or "")

    @api.depends("line_ids")
    def _compute_business_unit_id(self):
        for plan in self:
            plan.business_unit_id = plan.line_ids.move_id.business_unit_id[:1]

    @api.depends("line_ids.amount_residual_currency", "amount")
    def _compute_paid_amount(self):
        for plan in self:
            left = sum(plan.line_ids.mapped("amount_residual_currency"))
            plan.paid_amount = plan.amount - left if plan.state != "draft" else 0.0

    def _set_state(self, state, **values):
        self.sudo().write({"state": state, **values})

    # === BEGIN === #

    def action_split(self, count=3):
        """Propose equal monthly parts from today on."""
        self.ensure_one()
        total = Decimal(str(sum(self.line_ids.mapped("amount_residual_currency"))))
        if total <= 0:
            raise UserError(self.env._("Open Items: choose what is to be paid in parts first."))
        today = self.partner_id._get_billing_today(self.company_id)
        parts = rules.split(total, count, self.currency_id.decimal_places)
        self.instalment_ids = [
            Command.clear(),
            *(
                Command.create(
                    {"date": fields.Date.add(today, months=number), "amount": float(part)}
                )
                for number, part in enumerate(parts, 1)
            ),
        ]

    def action_start(self):
        """From now on these items rest as long as the customer keeps to the plan."""
        for plan in self:
            plan._check_complete()
            today = plan.partner_id._get_billing_today(plan.company_id)
            plan._set_state(
                "running", amount=sum(plan.line_ids.mapped("amount_residual_currency"))
            )
            self.env["dunning.hold"].create(
                [
                    {
                        "company_id": plan.company_id.id,
                        "partner_id": plan.partner_id.id,
                        "move_id": move.id,
                        "plan_id": plan.id,
                        "kind": "instalments",
                        "reason": self.env._("Instalments agreed"),
                        "start_date": today,
                    }
                    for move in plan.line_ids.move_id
                ]
            )

    def _check_complete(self):
        """
        :raise ValidationError: when items or instalments are missing, or do not fit together
        """
        self.ensure_one()
        if not self.line_ids:
            raise ValidationError(
                self.env._("Open Items: choose the invoices that are paid in parts.")
            )
        if self.line_ids.currency_id != self.currency_id:
            raise ValidationError(
                self.env._("Open Items: choose items of one currency, that of the plan.")
            )
        if len({move.business_unit_id for move in self.line_ids.move_id}) > 1:
            raise ValidationError(
                self.env._(
                    "Open Items: these are of several business units. Make a plan for each of "
                    "them."
                )
            )
        total = sum(self.line_ids.mapped("amount_residual_currency"))
        parts = sum(self.instalment_ids.mapped("amount"))
        if self.currency_id.compare_amounts(parts, total):
            raise ValidationError(
                self.env._(
                    "Instalments: they come to %(parts)s, but %(total)s is open. Change the last "
                    "one.",
                    parts=self.currency_id.format(parts),
                    total=self.currency_id.format(total),
                )
            )

    # === HOW IT GOES === #

    @api.model
    def _run_plans(self, today, domain):
        """See which plans are kept to, and let dunning go on for those that are not."""
        for plan in self.search(domain & Domain("state", "=", "running")):
            plan._judge(today)

    def _judge(self, today):
        self.ensure_one()
        parts = [
            rules.Instalment(part.date, Decimal(str(part.amount))) for part in self.instalment_ids
        ]
        paid = Decimal(str(self.currency_id.round(self.paid_amount)))
        standing = rules.standing_of(parts, paid, today, self.grace_days)
        if standing is not rules.PlanState.RUNNING:
            self._end(standing.value, today)

    def _end(self, state, today):
        self._set_state(state)
        self.hold_ids.filtered(lambda hold: not hold.end_date).end_date = today
        self.env["billing.event"]._record(
            f"dunning.plan_{state}", self, lambda plan: {"amount": str(plan.amount)}
        )

    def action_cancel(self):
        """Dunning goes on from today."""
        for plan in self.filtered(lambda plan: plan.state in ("draft", "running")):
            plan._end("cancelled", plan.partner_id._get_billing_today(plan.company_id))


class DunningInstalment(models.Model):
    """An amount a customer promised to pay by a day."""

    _name = "dunning.instalment"
    _description = "Instalment"
    _order = "date, id"

    plan_id = fields.Many2one(
        "dunning.instalment.plan", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="plan_id.company_id", store=True)
    business_unit_id = fields.Many2one(
        related="plan_id.business_unit_id", store=True, index="btree_not_null"
    )
    currency_id = fields.Many2one(related="plan_id.currency_id")
    date = fields.Date(required=True)
    amount = fields.Monetary(required=True)

    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "Amount: enter more than zero for each instalment."
    )

from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..core.lifecycle import RUNNING, State

RUNNING_STATES = sorted(state.value for state in RUNNING)
# Time of an ended contract is due again when its invoice is taken back.
BILLABLE_STATES = [*RUNNING_STATES, State.ENDED.value]


class BillingSubscription(models.Model):
    """A contract with a customer: a plan version, lines with prices, and its time."""

    _name = "billing.subscription"
    _description = "Contract"
    _inherit = ["portal.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _rec_names_search = ["name", "client_reference", "partner_id.name"]
    _check_company_auto = True

    name = fields.Char(
        string="Number", required=True, readonly=True, copy=False, default="/", index="trigram"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, default=lambda self: self.env.company
    )
    business_unit_id = fields.Many2one(
        "billing.business.unit",
        check_company=True,
        tracking=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The unit that invoices this contract: its journal, sender, bank account and terms.",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        tracking=True,
        index=True,
        check_company=True,
    )
    user_id = fields.Many2one(
        "res.users", string="Responsible", default=lambda self: self.env.user, tracking=True
    )
    client_reference = fields.Char(
        string="Customer Reference", help="Order number of the customer, printed on invoices."
    )
    plan_id = fields.Many2one(
        "billing.plan", required=True, tracking=True, index=True, check_company=True
    )
    version_id = fields.Many2one(
        "billing.plan.version",
        compute="_compute_version_id",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        index=True,
        domain="[('plan_id', '=', plan_id)]",
        help="The terms the contract was concluded on.",
    )
    currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_currency_id",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        tracking=True,
        domain="[('id', 'in', currency_ids)]",
        help="Currency of prices and invoices. The customer's price list suggests it, where the "
        "plan has prices in that currency.",
    )
    currency_ids = fields.Many2many(related="version_id.currency_ids")
    cadence_count = fields.Integer(related="version_id.cadence_count")
    cadence_unit = fields.Selection(related="version_id.cadence_unit")
    timing = fields.Selection(related="version_id.timing")
    cadence_label = fields.Char(related="version_id.cadence_label")
    invoice_payment_term_id = fields.Many2one(
        "account.payment.term",
        string="Payment Terms",
        check_company=True,
        help="Empty: those agreed with the customer, otherwise of the business unit.",
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("trial", "Trial"),
            ("active", "Active"),
            ("paused", "Paused"),
            ("ended", "Ended"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
        index=True,
    )
    start_date = fields.Date(
        required=True,
        tracking=True,
        default=lambda self: self.env.company._get_billing_today(),
    )
    end_date = fields.Date(
        tracking=True,
        copy=False,
        help="The first day that is no longer part of the contract. Empty: open end.",
    )
    is_end_credited = fields.Boolean(
        string="Credit Paid Time",
        default=True,
        copy=False,
        help="Whether time that is paid beyond the end of the contract is given back.",
    )
    billing_day = fields.Integer(
        readonly=True,
        copy=False,
        help="Day of the month on which periods begin, agreed apart from the plan. Zero: as the "
        "plan says.",
    )
    analytic_distribution = fields.Json(
        help="Cost centres the revenue is assigned to, as Odoo's analytic accounts know them."
    )
    hold_ids = fields.One2many("billing.subscription.hold", "subscription_id", copy=False)
    trial_end_date = fields.Date(
        readonly=True, copy=False, help="The first day that is charged after the trial."
    )
    anchor_date = fields.Date(
        readonly=True,
        copy=False,
        help="Billing periods are counted from this day. It never changes.",
    )
    line_ids = fields.One2many(
        "billing.subscription.line", "subscription_id", string="Lines", copy=True
    )
    amount_period = fields.Monetary(
        string="Per Period",
        compute="_compute_amount_period",
        store=True,
        help="What a full billing period costs, before taxes.",
    )
    next_billing_date = fields.Date(
        compute="_compute_next_billing_date",
        store=True,
        index="btree_not_null",
        help="The day on which the next period is due. Empty: nothing left to bill.",
    )
    billing_error = fields.Text(
        string="Why Not Billed",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="Reason of the last failure.",
    )
    billing_error_date = fields.Date(
        string="Set Aside On",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The run of this day left the contract out. The next day's run tries again.",
    )
    period_ids = fields.One2many("billing.period", "subscription_id", readonly=True)
    invoice_count = fields.Integer(compute="_compute_invoice_count")
    note = fields.Html(string="Internal Notes", groups="base.group_user")

    _name_unique = models.UniqueIndex(
        "(name, company_id) WHERE name != '/'",
        "Number: another contract has this number already. Leave it empty for the next one.",
    )
    _end_after_start = models.Constraint(
        "CHECK (end_date IS NULL OR end_date > start_date)",
        "End Date: a contract lasts at least one day. Enter a day after the start.",
    )

    @api.depends("plan_id")
    def _compute_version_id(self):
        for subscription in self:
            if subscription.version_id.plan_id != subscription.plan_id:
                subscription.version_id = subscription.plan_id.current_version_id

    @api.depends("version_id.currency_id", "partner_id")
    def _compute_currency_id(self):
        for subscription in self:
            if subscription.currency_id and subscription.state != State.DRAFT.value:
                continue
            version = subscription.version_id
            preferred = subscription.partner_id.property_product_pricelist.currency_id
            is_offered = preferred in version.currency_ids
            subscription.currency_id = preferred if is_offered else version.currency_id

    @api.depends("line_ids.amount", "line_ids.end_date")
    def _compute_amount_period(self):
        for subscription in self:
            open_lines = subscription.line_ids.filtered(
                lambda line: not line.end_date and line.charge_id.recurrence == "recurring"
            )
            subscription.amount_period = sum(open_lines.mapped("amount"))

    @api.depends(
        "state", "version_id", "end_date", "anchor_date", "line_ids.start_date",
        "line_ids.end_date", "line_ids.billed_until", "line_ids.anchor_date", "trial_end_date",
        "is_end_credited", "hold_ids.start_date", "hold_ids.end_date", "hold_ids.is_billed",
    )  # fmt: skip
    def _compute_next_billing_date(self):
        billable = self.filtered(lambda sub: sub.state in BILLABLE_STATES and sub.anchor_date)
        (self - billable).next_billing_date = False
        due_days = billable.line_ids._get_next_due_days()
        for subscription in billable:
            days = [due_days[line.id] for line in subscription.line_ids if line.id in due_days]
            subscription.next_billing_date = min(days, default=False)

    def _compute_invoice_count(self):
        groups = self.env["billing.period"]._read_group(
            [("subscription_id", "in", self.ids), ("move_id", "!=", False)],
            ["subscription_id"],
            ["move_id:count_distinct"],
        )
        counts = {subscription.id: count for subscription, count in groups}
        for subscription in self:
            subscription.invoice_count = counts.get(subscription.id, 0)

    def _compute_access_url(self):
        super()._compute_access_url()
        for subscription in self:
            subscription.access_url = f"/my/contracts/{subscription.id}"

    @api.depends("name", "partner_id.name")
    @api.depends_context("billing_contract_name_only")
    def _compute_display_name(self):
        for subscription in self:
            parts = [subscription.name]
            if not self.env.context.get("billing_contract_name_only"):
                parts.append(subscription.partner_id.name or "")
            subscription.display_name = " · ".join(filter(None, parts))

    @api.onchange("plan_id")
    def _onchange_plan_id(self):
        if self.plan_id and self.state == "draft":
            self.version_id = self.plan_id.current_version_id
            commands = [Command.create(vals) for vals in self._prepare_line_values()]
            self.line_ids = [Command.clear(), *commands]

    @api.constrains("version_id", "plan_id")
    def _check_version(self):
        for subscription in self:
            if subscription.version_id.plan_id != subscription.plan_id:
                raise ValidationError(
                    self.env._(
                        "Version: %(version)s is not a version of the plan %(plan)s. "
                        "Choose one of its versions.",
                        version=subscription.version_id.display_name,
                        plan=subscription.plan_id.name,
                    )
                )

    @api.constrains("version_id", "currency_id")
    def _check_currency_priced(self):
        for subscription in self:
            version = subscription.version_id
            if subscription.currency_id not in version.currency_ids:
                raise ValidationError(
                    self.env._(
                        "Currency: not every charge of %(version)s has a price in %(currency)s. "
                        "Choose %(currencies)s, or enter prices in %(currency)s on the charges.",
                        version=version.display_name,
                        currency=subscription.currency_id.name,
                        currencies=" / ".join(version.currency_ids.mapped("name")),
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                company = vals.get("company_id") or self.env.company.id
                sequence = self.env["ir.sequence"].with_company(company)
                vals["name"] = sequence.next_by_code("billing.subscription") or "/"
        subscriptions = super().create(vals_list)
        for subscription in subscriptions.filtered(lambda sub: not sub.line_ids):
            values = subscription._prepare_line_values()
            subscription.line_ids = [Command.create(line) for line in values]
        return subscriptions

    def write(self, vals):
        """A moved end has the run look again at the time between the old and the new one."""
        if "currency_id" in vals:
            self._check_currency_free(vals["currency_id"])
        if "end_date" in vals:
            new = fields.Date.to_date(vals["end_date"])
            for subscription in self:
                days = [day for day in (subscription.end_date, new) if day]
                if days and subscription.end_date != new:
                    subscription.line_ids._resettle(min(days))
        return super().write(vals)

    def _check_currency_free(self, currency_id):
        """Refuse another currency once the contract has left draft.

        :raises UserError: what is billed is in the currency of before
        """
        for subscription in self:
            is_other = subscription.currency_id.id != currency_id
            if is_other and subscription.state != State.DRAFT.value:
                raise UserError(
                    self.env._(
                        "Currency: %(contract)s runs in %(currency)s, which cannot change any "
                        "more. End it and conclude a new contract.",
                        contract=subscription.name,
                        currency=subscription.currency_id.name,
                    )
                )

    def _prepare_line_values(self):
        """Values of the lines a new contract of this plan version starts with.

        :return: list of dicts for ``billing.subscription.line``, one per charge
        """
        self.ensure_one()
        return [
            {"charge_id": charge.id, "quantity": charge.default_quantity}
            for charge in self.version_id.charge_ids
            if not charge.is_option
        ]

    @api.ondelete(at_uninstall=False)
    def _unlink_except_running(self):
        if kept := self.filtered(lambda sub: sub.state != State.DRAFT.value):
            raise UserError(
                self.env._(
                    "%(contract)s is not a draft and cannot be deleted: its invoices and periods "
                    "must stay traceable. End it instead.",
                    contract=kept[0].name,
                )
            )

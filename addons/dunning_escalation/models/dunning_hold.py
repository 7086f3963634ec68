from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain


class DunningHold(models.Model):
    """A reason not to dun an invoice, or a customer, for a time."""

    _name = "dunning.hold"
    _description = "Dunning Hold"
    _inherit = ["mail.thread"]
    _order = "start_date desc, id desc"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    partner_id = fields.Many2one("res.partner", "Customer", required=True, index=True)
    move_id = fields.Many2one(
        "account.move",
        "Invoice",
        check_company=True,
        index="btree_not_null",
        domain="[('commercial_partner_id', '=', partner_id), ('state', '=', 'posted'),"
        " ('move_type', '=', 'out_invoice')]",
        help="Empty: everything of the customer rests.",
    )
    business_unit_id = fields.Many2one(
        "billing.business.unit",
        compute="_compute_business_unit_id",
        store=True,
        index="btree_not_null",
    )
    plan_id = fields.Many2one(
        "dunning.instalment.plan", "Instalment Plan", readonly=True, ondelete="cascade"
    )
    kind = fields.Selection(
        [
            ("request", "Asked for time"),
            ("dispute", "Objection"),
            ("instalments", "Instalments agreed"),
            ("internal", "Internal"),
        ],
        "Why",
        default="request",
        required=True,
        tracking=True,
    )
    amount = fields.Monetary(
        "Disputed Amount",
        tracking=True,
        help="Only this part rests, the rest is dunned. Empty: the whole invoice rests.",
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id", store=True)
    reason = fields.Char(required=True, tracking=True)
    user_id = fields.Many2one("res.users", default=lambda self: self.env.user, readonly=True)
    start_date = fields.Date(
        "From", required=True, default=lambda self: self.env.company._get_billing_today()
    )
    end_date = fields.Date(
        "Until",
        tracking=True,
        help="The first day that dunning goes on. An objection may rest until it is decided; "
        "anything else needs a date.",
    )
    is_active = fields.Boolean(compute="_compute_is_active", search="_search_is_active")

    _end_after_start = models.Constraint(
        "CHECK (end_date IS NULL OR end_date >= start_date)",
        "Until: a hold cannot end before it begins. Enter its first day or a later one.",
    )
    _amount_not_negative = models.Constraint(
        "CHECK (amount >= 0)", "Disputed Amount: enter zero or more."
    )

    @api.depends("move_id.currency_id", "company_id.currency_id")
    def _compute_currency_id(self):
        for hold in self:
            hold.currency_id = hold.move_id.currency_id or hold.company_id.currency_id

    @api.depends("move_id.business_unit_id")
    def _compute_business_unit_id(self):
        """The unit of what is held; none where the customer is held as a whole."""
        for hold in self:
            hold.business_unit_id = hold.move_id.business_unit_id

    @api.depends("partner_id.name", "move_id.name", "reason")
    def _compute_display_name(self):
        for hold in self:
            subject = hold.move_id.name or hold.partner_id.name or ""
            hold.display_name = f"{subject}: {hold.reason}" if hold.reason else subject

    @api.depends("start_date", "end_date")
    def _compute_is_active(self):
        for hold in self:
            today = hold.partner_id._get_billing_today(hold.company_id)
            hold.is_active = hold.start_date <= today and (
                not hold.end_date or hold.end_date > today
            )

    def _search_is_active(self, operator, value):
        if operator != "in":
            return NotImplemented
        active = Domain.OR(
            Domain("company_id", "=", company.id)
            & self._get_active_domain(company._get_billing_today())
            for company in self.env.companies
        )
        return active if True in value else ~active

    @api.model
    def _get_active_domain(self, today):
        return Domain("start_date", "<=", today) & (
            Domain("end_date", "=", False) | Domain("end_date", ">", today)
        )

    def _get_open_kinds(self):
        """Kinds of holds that may last until something is decided, without a date.

        Contract: addons that add some extend the set of super.
        """
        return {"dispute", "instalments"}

    @api.constrains("kind", "end_date")
    def _check_end_date(self):
        for hold in self:
            if not hold.end_date and hold.kind not in self._get_open_kinds():
                raise ValidationError(
                    self.env._(
                        "Until: enter the day on which dunning of %s goes on. Only an objection "
                        "may rest without a date.",
                        hold.move_id.name or hold.partner_id.name,
                    )
                )

    @api.constrains("amount", "move_id")
    def _check_amount(self):
        for hold in self:
            if hold.amount and not hold.move_id:
                raise ValidationError(
                    self.env._("Disputed Amount: choose the invoice of which a part is disputed.")
                )
            if hold.amount > hold.move_id.amount_total > 0:
                raise ValidationError(
                    self.env._(
                        "Disputed Amount: %(invoice)s is only about %(total)s. Enter no more.",
                        invoice=hold.move_id.name,
                        total=hold.currency_id.format(hold.move_id.amount_total),
                    )
                )

    @api.constrains("partner_id")
    def _check_partner_id(self):
        for hold in self:
            commercial = hold.partner_id.commercial_partner_id
            if hold.partner_id != commercial:
                raise ValidationError(
                    self.env._(
                        "Customer: %(contact)s belongs to %(customer)s. Choose %(customer)s.",
                        contact=hold.partner_id.name,
                        customer=commercial.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        holds = super().create(vals_list)
        holds._tell_invoices()
        holds._withdraw_letters()
        return holds

    def _get_held_moves(self):
        """The invoices these holds are about: dict of hold id -> set of ids.

        Contract: addons add what else a hold can be about. Holds that are missing here concern
        the customer as a whole.
        """
        return {hold.id: {hold.move_id.id} for hold in self if hold.move_id}

    def _tell_invoices(self):
        """What rests is said where people look for it."""
        moves = self.move_id
        bodies = {
            hold.move_id.id: self.env._("Dunning rests: %s", hold.reason)
            for hold in self
            if hold.move_id
        }
        moves.sudo()._message_log_batch(bodies=bodies)

    def _withdraw_letters(self):
        """What is held does not stay in letters that have not left."""
        lines = self.env["dunning.notice.line"].sudo()
        held = self._get_held_moves()
        for hold in self.filtered(lambda hold: not hold.amount and hold.is_active):
            scope = (
                Domain("line_id.move_id", "in", list(held[hold.id]))
                if hold.id in held
                else Domain("notice_id.commercial_partner_id", "=", hold.partner_id.id)
            )
            found = lines.search(
                scope
                & Domain("notice_id.company_id", "=", hold.company_id.id)
                & Domain("notice_id.state", "in", ("proposed", "issued"))
            )
            lines._drop(found.line_id)

    def action_end(self):
        """Dunning goes on from today."""
        self.check_access("write")
        self._end_now()

    def _end_now(self):
        for hold in self.filtered("is_active"):
            today = hold.partner_id._get_billing_today(hold.company_id)
            hold.end_date = max(today, hold.start_date)

    @api.model
    def _open_new(self, **values):
        context = {f"default_{name}": value for name, value in values.items()}
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Hold Dunning"),
            "res_model": self._name,
            "view_mode": "form",
            "views": [(self.env.ref("dunning_escalation.view_dunning_hold_dialog").id, "form")],
            "target": "new",
            "context": context,
        }

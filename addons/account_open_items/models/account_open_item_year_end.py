from datetime import timedelta
from decimal import Decimal

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..core.classes import DebtorClass, Item, classify

KINDS = [
    (DebtorClass.REGULAR.value, "Regular"),
    (DebtorClass.CREDIT.value, "Credit Balance"),
    (DebtorClass.DOUBTFUL.value, "Doubtful"),
]
ACCOUNTS = (
    "journal_id",
    "credit_account_id",
    "doubtful_account_id",
    "expense_account_id",
    "adjustment_account_id",
)


class AccountOpenItemYearEnd(models.Model):
    """Show open items on a closing date where they belong, and take it back the day after."""

    _name = "account.open.item.year.end"
    _description = "Year-End of Open Items"
    _inherit = ["mail.thread"]
    _order = "date desc, id desc"
    _rec_name = "date"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date("Closing Date", required=True, tracking=True)
    state = fields.Selection(
        [("draft", "Preview"), ("posted", "Posted"), ("cancelled", "Cancelled")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    journal_id = fields.Many2one(
        "account.journal", required=True, check_company=True, domain="[('type', '=', 'general')]"
    )
    credit_account_id = fields.Many2one(
        "account.account",
        "Customers with Credit Balance",
        check_company=True,
        help="Liability account for what is owed to customers.",
    )
    doubtful_account_id = fields.Many2one("account.account", "Doubtful Debts", check_company=True)
    expense_account_id = fields.Many2one(
        "account.account", "Expense of Value Adjustments", check_company=True
    )
    adjustment_account_id = fields.Many2one(
        "account.account", "Value Adjustments", check_company=True
    )
    is_adjustment_reversed = fields.Boolean(
        "Reverse Value Adjustments",
        default=True,
        help="Take value adjustments back on the day after the closing date, too.",
    )
    line_ids = fields.One2many("account.open.item.year.end.line", "year_end_id", copy=False)
    move_ids = fields.One2many("account.move", "open_item_year_end_id", readonly=True)

    _posted_once = models.UniqueIndex(
        "(company_id, date) WHERE state = 'posted'",
        "The year-end of open items was posted before for this closing date.",
    )

    @api.model
    def default_get(self, fields_list):
        """Last year's accounts, and the end of last year."""
        values = super().default_get(fields_list)
        company = self.env.company
        today = company._get_billing_today()
        values.setdefault("date", today.replace(month=1, day=1) - timedelta(days=1))
        last = self.search([("company_id", "=", company.id), ("state", "=", "posted")], limit=1)
        for name in ACCOUNTS:
            if name in fields_list and last[name]:
                values[name] = last[name].id
        if "journal_id" in fields_list and not values.get("journal_id"):
            journals = self.env["account.journal"]
            domain = [*journals._check_company_domain(company), ("type", "=", "general")]
            values["journal_id"] = journals.search(domain, limit=1).id
        return values

    # === PREVIEW === #

    def action_preview(self):
        """Compute the sums of the closing date afresh."""
        for year_end in self:
            year_end._check_draft()
            year_end._check_sees_all()
            unit = Decimal(str(year_end.currency_id.rounding))
            sums = classify(year_end._get_items(), unit)
            year_end.line_ids = [
                Command.clear(),
                *(
                    Command.create(
                        {
                            "kind": found.kind.value,
                            "partner_id": found.partner or False,
                            "account_id": found.account,
                            "amount": float(found.amount),
                            "adjustment": float(found.adjustment),
                        }
                    )
                    for found in sums
                    if found.amount or found.adjustment
                ),
            ]

    def _get_items(self):
        """Open items of the closing date as facts; entries of other year-ends are none."""
        self.ensure_one()
        items = self.env["account.open.item"].sudo()._at(self.date)
        domain = [("company_id", "=", self.company_id.id), ("is_year_end", "=", False)]
        items = items.search_fetch(
            domain, ["partner_id", "account_id", "residual", "is_doubtful", "line_id", "move_id"]
        )
        doubtful = items.filtered("is_doubtful")
        ratios = {item.id: self._get_tax_ratio(item.move_id) for item in doubtful}
        percents = {
            item.id: Decimal(str(item.line_id.open_item_doubtful_percent)) for item in doubtful
        }
        return [
            Item(
                item.id,
                item.partner_id.id or 0,
                item.account_id.id,
                Decimal(str(item.residual)),
                ratios.get(item.id, Decimal(1)),
                percents.get(item.id),
            )
            for item in items
        ]

    @api.model
    def _get_tax_ratio(self, move):
        """Gross of an invoice for each unit of net; 1 where there is no tax."""
        if not move.is_sale_document(include_receipts=True) or not move.amount_untaxed:
            return Decimal(1)
        return Decimal(str(move.amount_total)) / Decimal(str(move.amount_untaxed))

    # === CHECKS === #

    def _check_draft(self):
        if self.state != "draft":
            raise UserError(
                self.env._(
                    "The year-end of %s is final. Cancel it first if it has to be done again.",
                    format_date(self.env, self.date),
                )
            )

    def _check_sees_all(self):
        if self.env.user.business_unit_ids:
            raise UserError(
                self.env._(
                    "You see some business units only. The year-end needs somebody who sees all."
                )
            )

    def _check_once(self):
        twin = self.search(
            [
                ("company_id", "=", self.company_id.id),
                ("date", "=", self.date),
                ("state", "=", "posted"),
            ],
            limit=1,
        )
        if twin:
            raise UserError(
                self.env._(
                    "The year-end of open items was posted before for %s. Cancel that one first.",
                    format_date(self.env, self.date),
                )
            )

    @api.model
    def _check_lock(self, company, day, journal, has_tax=False):
        """Refuse a day that is locked; Odoo would silently book on a later one."""
        if locks := company._get_violated_lock_dates(day, has_tax, journal):
            raise UserError(
                self.env._(
                    "%(day)s is locked: %(locks)s. Choose a later date, or have the lock lifted.",
                    day=format_date(self.env, day),
                    locks=company._format_lock_dates(locks),
                )
            )

    def _check_accounts(self):
        needed = {
            "credit_account_id": self.line_ids.filtered(lambda ln: ln.kind == "credit"),
            "doubtful_account_id": self.line_ids.filtered(lambda ln: ln.kind == "doubtful"),
            "expense_account_id": self.line_ids.filtered("adjustment"),
            "adjustment_account_id": self.line_ids.filtered("adjustment"),
        }
        for name, lines in needed.items():
            if lines and not self[name]:
                raise UserError(
                    self.env._(
                        "%s: enter the account, there are open items of this class.",
                        self._fields[name]._description_string(self.env),
                    )
                )

    # === POSTING === #

    def action_post(self):
        """Post the sums on the closing date, and their reversal on the next day."""
        self.ensure_one()
        self._check_draft()
        self._check_once()
        next_day = self.date + timedelta(days=1)
        self.action_preview()
        self._check_accounts()
        for day in (self.date, next_day):
            self._check_lock(self.company_id, day, self.journal_id)
        values = [self._prepare_transfer_values(), self._prepare_adjustment_values()]
        values = [move for move in values if move["line_ids"]]
        if not values:
            raise UserError(
                self.env._("There is nothing to post: no credit balances, no doubtful debts.")
            )
        moves = self.env["account.move"].create(values)
        moves._post(soft=False)
        back = moves
        if not self.is_adjustment_reversed:
            back = moves.filtered(lambda move: move.line_ids.account_id & self._get_controls())
        if back:
            reverse = back._reverse_moves(
                [{"date": next_day, "ref": self.env._("Reversal: %s", m.ref)} for m in back],
                cancel=True,
            )
            reverse.open_item_year_end_id = self
        self.state = "posted"
        self.flush_recordset()

    def _get_controls(self):
        return self.line_ids.account_id

    def action_cancel(self):
        """Cancel the entries, so that it can be done again."""
        self.ensure_one()
        moves = self.move_ids.filtered(lambda move: move.state == "posted")
        moves.button_draft()
        moves.button_cancel()
        self.state = "cancelled"

    def _prepare_move_values(self, ref, lines):
        return {
            "move_type": "entry",
            "journal_id": self.journal_id.id,
            "company_id": self.company_id.id,
            "date": self.date,
            "ref": ref,
            "open_item_year_end_id": self.id,
            "line_ids": [
                Command.create(
                    {
                        "account_id": account.id,
                        "balance": balance,
                        "name": name,
                        "tax_ids": [Command.clear()],
                    }
                )
                for account, balance, name in lines
                if not self.currency_id.is_zero(balance)
            ],
        }

    def _prepare_transfer_values(self):
        """From each control account to the account of the class."""
        targets = {"credit": self.credit_account_id, "doubtful": self.doubtful_account_id}
        kinds = dict(self.line_ids._fields["kind"]._description_selection(self.env))
        lines = []
        for kind, target in targets.items():
            members = self.line_ids.filtered(lambda line, kind=kind: line.kind == kind)
            for control, of_account in members.grouped("account_id").items():
                amount = sum(of_account.mapped("amount"))
                lines.append((control, -amount, kinds[kind]))
                lines.append((target, amount, kinds[kind]))
        return self._prepare_move_values(self.env._("Open items by class of debtor"), lines)

    def _prepare_adjustment_values(self):
        amount = sum(self.line_ids.mapped("adjustment"))
        name = self.env._("Value adjustments of doubtful debts")
        lines = [
            (self.expense_account_id, amount, name),
            (self.adjustment_account_id, -amount, name),
        ]
        return self._prepare_move_values(name, lines)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_posted(self):
        if posted := self.filtered(lambda record: record.state != "draft"):
            posted[0]._check_draft()


class AccountOpenItemYearEndLine(models.Model):
    _name = "account.open.item.year.end.line"
    _description = "Sum of Open Items at Year-End"
    _order = "kind, id"

    year_end_id = fields.Many2one(
        "account.open.item.year.end", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="year_end_id.company_id", store=True)
    currency_id = fields.Many2one(related="year_end_id.currency_id")
    kind = fields.Selection(KINDS, "Class", required=True)
    partner_id = fields.Many2one("res.partner", "Customer")
    account_id = fields.Many2one("account.account", "Control Account", required=True)
    amount = fields.Monetary()
    adjustment = fields.Monetary("Value Adjustment")

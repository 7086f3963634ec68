from odoo import api, fields, models
from odoo.exceptions import UserError


class BankStatementMatch(models.TransientModel):
    """What a line of a statement is for, chosen by a person."""

    _name = "bank.statement.match"
    _description = "Match a Bank Statement Line"

    line_id = fields.Many2one("account.bank.statement.line", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="line_id.company_id")
    currency_id = fields.Many2one(related="line_id.currency_id")
    date = fields.Date(related="line_id.date")
    amount = fields.Monetary(related="line_id.amount")
    partner_name = fields.Char(related="line_id.partner_name")
    account_number = fields.Char(related="line_id.account_number")
    payment_ref = fields.Char(related="line_id.payment_ref")
    match_note = fields.Char(related="line_id.match_note")
    proposal_ids = fields.One2many(related="line_id.proposal_ids")
    item_ids = fields.Many2many(
        "account.move.line",
        string="Open Items",
        domain="""[
            ('company_id', '=', company_id), ('currency_id', '=', currency_id),
            ('parent_state', '=', 'posted'), ('reconciled', '=', False),
            ('amount_residual_currency', '!=', 0), ('account_id.reconcile', '=', True),
        ]""",
    )
    difference = fields.Monetary(
        compute="_compute_difference",
        help="What is left of the payment after the open items; below zero, the last of them "
        "stays open in part.",
    )
    rest_handling = fields.Selection(
        [
            ("customer", "Leave it open on the customer"),
            ("account", "Book it to an account"),
        ],
        string="What Is Left",
        default="customer",
        required=True,
    )
    account_id = fields.Many2one(
        "account.account",
        domain="[('company_ids', 'parent_of', company_id), ('account_type', '!=', 'off_balance')]",
        help="For example bank charges.",
    )
    partner_id = fields.Many2one("res.partner")
    label = fields.Char()

    @api.depends("item_ids", "amount")
    def _compute_difference(self):
        for wizard in self:
            total = sum(wizard.item_ids.mapped("amount_residual_currency"))
            wizard.difference = wizard.line_id._get_open_amount() - total

    def action_apply(self):
        """Book the line as chosen."""
        self.ensure_one()
        line = self.line_id._for_booking()
        line._check_open()
        self.item_ids.check_access("read")
        if self.rest_handling == "account":
            return self._book_with_account(line)
        if not self.item_ids:
            raise UserError(
                self.env._("Open Items: choose at least one, or book the line to an account.")
            )
        line._accept(self.item_ids.sudo(), "manual")
        return {"type": "ir.actions.act_window_close"}

    def _book_with_account(self, line):
        if not self.account_id:
            raise UserError(self.env._("Account: choose where to book what is left."))
        items = self.item_ids.sudo()
        line._check_items(items)
        counterparts = [
            line._prepare_item_counterpart(item, item.amount_residual_currency) for item in items
        ]
        rest = self.difference
        if not line.currency_id.is_zero(rest):
            counterparts.append(
                {
                    "account_id": self.account_id.id,
                    "partner_id": self.partner_id.id or items.partner_id[:1].id,
                    "amount": rest,
                    "name": self.label or line.payment_ref,
                    "items": items.browse(),
                }
            )
        line._book([(line, line._merge(counterparts))], {line.id: "manual"})
        return {"type": "ir.actions.act_window_close"}

    def _open(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Match Bank Entry"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

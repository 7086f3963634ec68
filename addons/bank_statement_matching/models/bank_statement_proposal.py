from odoo import api, fields, models
from odoo.exceptions import UserError

REASONS = [
    ("batch", "Batch"),
    ("end_to_end", "End-to-end ID"),
    ("mandate", "Mandate and amount"),
    ("reference", "Structured reference"),
    ("number", "Document number"),
    ("numbers", "Several document numbers"),
    ("iban_amount", "Bank account and amount"),
    ("iban_sum", "Bank account, amount of all open items"),
    ("iban", "Bank account"),
    ("name_amount", "Name and amount"),
    ("name", "Name"),
    ("amount", "Amount alone"),
    ("return", "Return debit"),
    ("manual", "Chosen by hand"),
]


class BankStatementProposal(models.Model):
    """Open items that a line of a statement may be for, and why."""

    _name = "bank.statement.proposal"
    _description = "Proposal for a Bank Statement Line"
    _order = "score desc, id"

    line_id = fields.Many2one(
        "account.bank.statement.line", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="line_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="line_id.currency_id")
    item_ids = fields.Many2many(
        "account.move.line", relation="bank_statement_proposal_item", string="Open Items"
    )
    reason = fields.Selection(REASONS, required=True)
    score = fields.Integer(help="How sure this is, from 0 to 100.")
    difference = fields.Monetary(
        help="The payment minus the open items: below zero, something stays open."
    )
    item_names = fields.Char(string="For", compute="_compute_item_names")

    @api.depends("item_ids")
    def _compute_item_names(self):
        for proposal in self:
            items = proposal.item_ids
            names = [
                " · ".join(filter(None, (item.move_id.name, item.partner_id.display_name)))
                for item in items[:3]
            ]
            if len(items) > 3:
                names.append(self.env._("%s more", len(items) - 3))
            proposal.item_names = ", ".join(names)

    def action_accept(self):
        """Book the line as proposed, unless the items changed since that was shown."""
        for proposal in self:
            line = proposal.line_id._for_booking()
            items = proposal.item_ids
            items.check_access("read")
            line._check_open()
            left = line._get_open_amount() - sum(items.mapped("amount_residual_currency"))
            if line.currency_id.compare_amounts(left, proposal.difference) != 0:
                raise UserError(
                    self.env._(
                        "%s: what was proposed is paid meanwhile. Look for open items again.",
                        line.payment_ref or line.display_name,
                    )
                )
            line._accept(items.sudo(), proposal.reason)
        return {"type": "ir.actions.act_window_close"}

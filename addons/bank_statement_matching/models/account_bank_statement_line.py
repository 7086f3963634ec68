from odoo import api, fields, models
from odoo.exceptions import UserError

from .bank_statement_proposal import REASONS


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    import_id = fields.Many2one(
        "bank.statement.import", readonly=True, index="btree_not_null", copy=False
    )
    entry_key = fields.Char(readonly=True, copy=False)
    value_date = fields.Date(readonly=True, copy=False)
    bank_reference = fields.Char(readonly=True, copy=False)
    bank_codes = fields.Char(readonly=True, copy=False)
    batch_reference = fields.Char(
        string="Batch", readonly=True, copy=False, index="btree_not_null"
    )
    batch_count = fields.Integer(string="Payments in the Batch", readonly=True, copy=False)
    end_to_end_id = fields.Char(
        string="End-to-End ID", readonly=True, copy=False, index="btree_not_null"
    )
    mandate_reference = fields.Char(readonly=True, copy=False)
    creditor_reference = fields.Char(string="Structured Reference", readonly=True, copy=False)
    original_amount = fields.Monetary(readonly=True, copy=False)
    charge_amount = fields.Monetary(string="Bank Charges", readonly=True, copy=False)
    return_reason = fields.Char(readonly=True, copy=False)
    is_reversal = fields.Boolean(string="Reversed by the Bank", readonly=True, copy=False)
    is_return = fields.Boolean(string="Return Debit", readonly=True, copy=False)
    detail_ids = fields.One2many("bank.statement.detail", "line_id", string="Payments")
    entry_problems = fields.Char(readonly=True, copy=False)

    match_state = fields.Selection(
        [
            ("open", "Nothing Found"),
            ("proposed", "Proposal"),
            ("look", "Needs a Look"),
            ("matched", "Matched"),
        ],
        string="Matching",
        default="open",
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )
    match_reason = fields.Selection(REASONS, readonly=True, copy=False)
    match_note = fields.Char(
        string="Why", compute="_compute_match_note", help="Why this is proposed or must be seen."
    )
    proposal_ids = fields.One2many("bank.statement.proposal", "line_id", string="Proposals")
    proposal_id = fields.Many2one("bank.statement.proposal", compute="_compute_proposal_id")
    proposal_names = fields.Char(string="Proposal", related="proposal_id.item_names")
    proposal_difference = fields.Monetary(string="Difference", related="proposal_id.difference")
    is_acceptable = fields.Boolean(compute="_compute_proposal_id")

    _entry_key = models.UniqueIndex(
        "(journal_id, entry_key) WHERE entry_key IS NOT NULL",
        "This entry of the bank is booked already. Import the file again to skip it.",
    )

    @api.depends("proposal_ids", "is_reconciled")
    def _compute_proposal_id(self):
        for line in self:
            first = line.proposal_ids[:1]
            line.proposal_id = False if line.is_reconciled else first
            line.is_acceptable = bool(first) and not line.is_reconciled

    @api.depends("match_state", "match_reason", "proposal_ids.reason", "is_return")
    def _compute_match_note(self):
        reasons = dict(self._fields["match_reason"]._description_selection(self.env))
        for line in self:
            reason = reasons.get(line.match_reason or line.proposal_ids[:1].reason, "")
            if line.is_reconciled or not (line.is_return or line.entry_problems):
                line.match_note = reason
            else:
                line.match_note = line._get_look_note()

    def _get_look_note(self):
        """What is to be looked at, in a sentence."""
        self.ensure_one()
        if self.is_return:
            note = self.env._("Return debit, needs a look")
            return f"{note} ({self.return_reason})" if self.return_reason else note
        notes = {
            "detail_sum": self.env._("The payments do not add up to the entry"),
            "unproved": self.env._("The bank gives no balances to prove the sign"),
        }
        codes = (self.entry_problems or "").split()
        return ", ".join(notes.get(code, code) for code in codes)

    # === BUTTONS === #

    def _for_booking(self):
        """These lines with the rights to book them, for those who do the daily work of billing.

        Core lets only accountants write entries of the bank. Which of them a user may book is
        what that user may see.
        """
        self.check_access("read")
        if not self.env.user.has_group("billing_base.group_billing_user"):
            self.check_access("write")
        return self.sudo()

    def action_accept(self):
        """Book the lines by their first proposals."""
        for line in self:
            if not line.proposal_ids:
                raise UserError(
                    self.env._(
                        "%s has no proposal. Open it and choose open items or an account.",
                        line.payment_ref or line.display_name,
                    )
                )
            line.proposal_ids[:1].action_accept()
        return True

    def action_open_match(self):
        """Choose what the line is for."""
        self.ensure_one()
        wizard = self.env["bank.statement.match"].create({"line_id": self.id})
        return wizard._open()

    def action_match_again(self):
        """Look for open items again, e.g. after invoices were posted."""
        self._for_booking()._match_lines()
        return True

    def action_undo_match(self):
        """Take back what the lines were booked on, and propose again."""
        self._for_booking().action_undo_reconciliation()
        return True

    def action_undo_reconciliation(self):
        result = super().action_undo_reconciliation()
        self.write({"match_state": "open", "match_reason": False})
        self._propose()
        return result

from odoo import fields, models
from odoo.exceptions import AccessError, UserError

ACCOUNTANTS = "account.group_account_user,account.group_account_manager"


class AccountMove(models.Model):
    """Entries that wrote open items off can be taken back."""

    _inherit = "account.move"

    open_item_reason_id = fields.Many2one(
        "account.open.item.reason", "Written off for", copy=False, readonly=True
    )
    open_item_year_end_id = fields.Many2one(
        "account.open.item.year.end", "Year-End", copy=False, readonly=True, index="btree_not_null"
    )
    is_write_off_undone = fields.Boolean(copy=False, readonly=True)

    def action_undo_write_off(self):
        """Reverse a write-off today: the item is open again, the VAT is owed again."""
        self.ensure_one()
        if not self.env.user.has_groups(ACCOUNTANTS):
            raise AccessError(
                self.env._("Only accountants may take a write-off back. Ask one of them to do it.")
            )
        if not self.open_item_reason_id or self.state != "posted" or self.is_write_off_undone:
            raise UserError(
                self.env._(
                    "%s is no write-off, or was taken back before. Choose the entry of the "
                    "write-off.",
                    self.display_name,
                )
            )
        documents = self._get_written_off()
        today = self.company_id._get_billing_today()
        values = {
            "date": max(today, self.date),
            "ref": self.env._("Write-off taken back: %s", self.name),
        }
        reverse = self._reverse_moves([values], cancel=True)
        self.is_write_off_undone = True
        for document in documents:
            document._message_log(
                body=self.env._(
                    "The write-off %(entry)s was taken back by %(reverse)s.",
                    entry=self.name,
                    reverse=reverse.name,
                )
            )
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": reverse.id,
            "views": [(False, "form")],
        }

    def _get_written_off(self):
        """The documents whose items this entry wrote off."""
        lines = self.line_ids
        partials = lines.matched_debit_ids | lines.matched_credit_ids
        return (partials.debit_move_id | partials.credit_move_id).move_id - self

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..models.account_move import ACCOUNTANTS


class AccountOpenItemWriteOff(models.TransientModel):
    """Write open items off for a reason."""

    _name = "account.open.item.write.off"
    _description = "Write off Open Items"

    company_id = fields.Many2one("res.company", compute="_compute_totals")
    currency_id = fields.Many2one(related="company_id.currency_id")
    line_ids = fields.Many2many("account.move.line", string="Open Items", required=True)
    amount = fields.Monetary(compute="_compute_totals")
    reason_id = fields.Many2one(
        "account.open.item.reason",
        required=True,
        domain="[('company_id', 'parent_of', company_id)]",
    )
    is_tax_corrected = fields.Boolean(related="reason_id.is_tax_corrected")
    date = fields.Date(required=True, default=lambda self: self.env.company._get_billing_today())
    journal_id = fields.Many2one(
        "account.journal",
        required=True,
        default=lambda self: self._get_default_journal(),
        domain="[('type', '=', 'general'), ('company_id', 'parent_of', company_id)]",
    )
    note = fields.Char(help="Goes into the entry and the history of the document.")

    @api.model
    def _get_default_journal(self):
        journals = self.env["account.journal"]
        domain = [*journals._check_company_domain(self.env.company), ("type", "=", "general")]
        return journals.search(domain, limit=1)

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        if self.env.context.get("active_model") in ("account.open.item", "account.move.line"):
            values["line_ids"] = self.env.context.get("active_ids")
        return values

    @api.depends("line_ids")
    def _compute_totals(self):
        for wizard in self:
            wizard.company_id = wizard.line_ids.company_id[:1] or self.env.company
            wizard.amount = sum(wizard.line_ids.mapped("amount_residual"))

    def action_write_off(self):
        """Book it and show the entries."""
        self.ensure_one()
        if not self.env.user.has_groups(ACCOUNTANTS):
            raise AccessError(
                self.env._("Only accountants may write open items off. Ask one of them to do it.")
            )
        self._check()
        entries = self.line_ids._write_off(self.reason_id, self.journal_id, self.date, self.note)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Write-Offs"),
            "res_model": "account.move",
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", entries.ids)],
        }

    def _check(self):
        lines = self.line_ids
        if len(lines.company_id) != 1:
            raise UserError(self.env._("Open Items: choose items of one company only."))
        if gone := lines.filtered(lambda ln: not ln._is_open_item() or ln.reconciled):
            raise UserError(
                self.env._("%s is not open any more. Remove it from the list.", gone[0].move_name)
            )
        if early := lines.filtered(lambda ln: ln.date > self.date):
            raise UserError(
                self.env._("Date: %s is booked later. Choose a later date.", early[0].move_name)
            )
        limit = self.reason_id.max_amount
        if limit and (large := lines.filtered(lambda ln: abs(ln.amount_residual) > limit)):
            raise UserError(
                self.env._(
                    "%(document)s is above the limit of the reason “%(reason)s”. Choose another "
                    "reason.",
                    document=large[0].move_name,
                    reason=self.reason_id.name,
                )
            )
        self._check_not_collected()
        self.env["account.open.item.year.end"]._check_lock(
            self.company_id, self.date, self.journal_id, has_tax=self.is_tax_corrected
        )

    def _check_not_collected(self):
        lines = self.line_ids._lock_for_collection()
        amounts = lines._get_amount_in_collection()
        if busy := lines.filtered(lambda ln: amounts[ln.id]):
            raise UserError(
                self.env._(
                    "%s is being collected. Wait for the payment, or stop the collection first.",
                    busy[0].move_name,
                )
            )

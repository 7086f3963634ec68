from odoo import api, fields, models
from odoo.fields import Domain


class DunningNoticeLine(models.Model):
    """One item in a letter, as it stood on the day of the letter."""

    _name = "dunning.notice.line"
    _description = "Item of a Dunning Letter"
    _order = "notice_id, kind, date_due, id"

    notice_id = fields.Many2one(
        "dunning.notice", required=True, index=True, ondelete="cascade", readonly=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    business_unit_id = fields.Many2one(
        "billing.business.unit", index="btree_not_null", readonly=True
    )
    kind = fields.Selection(
        [("item", "Invoice"), ("credit", "Credit")], required=True, readonly=True
    )
    line_id = fields.Many2one(
        "account.move.line", "Open Item", required=True, index=True, ondelete="cascade"
    )
    case_id = fields.Many2one("dunning.case", index="btree_not_null", ondelete="cascade")
    level_id = fields.Many2one("dunning.level", ondelete="restrict", readonly=True)
    is_reached = fields.Boolean(help="This letter takes the invoice to the level.")
    is_dropped = fields.Boolean("Settled Meanwhile", readonly=True)
    is_pending = fields.Boolean(readonly=True, help="The letter with the next level is under way.")
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    date = fields.Date("Invoice Date", readonly=True)
    date_due = fields.Date(readonly=True)
    amount_original = fields.Monetary("Amount", readonly=True)
    amount_open = fields.Monetary("Open", readonly=True)
    amount_paid = fields.Monetary("Paid", compute="_compute_amount_paid")
    interest = fields.Monetary(readonly=True, help="To be charged with this letter.")
    interest_total = fields.Monetary(readonly=True, help="Since default, up to the letter.")
    lump_sum = fields.Monetary(readonly=True)
    default_on = fields.Date(readonly=True)
    interest_spans = fields.Json(readonly=True)

    # A letter that reaches a level is under way once per item, whoever runs at the same time.
    _pending_uniq = models.UniqueIndex("(line_id) WHERE is_pending")

    @api.depends("amount_original", "amount_open")
    def _compute_amount_paid(self):
        for line in self:
            line.amount_paid = line.amount_original - line.amount_open

    def _refresh_pending(self):
        """Set ``is_pending`` from the state of the letters."""
        for value in (True, False):
            changed = self.filtered(
                lambda line, value=value: (
                    line.is_pending != value and line._is_under_way() == value
                )
            )
            changed.sudo().write({"is_pending": value})

    def _is_under_way(self):
        self.ensure_one()
        is_open = self.notice_id.state in ("proposed", "issued")
        return is_open and self.is_reached and not self.is_dropped

    @api.model
    def _drop(self, items):
        """These items are settled or held: letters that have not left forget them.

        A letter that reaches no level any more is cancelled; others say what is left.
        """
        found = self.sudo().search(
            Domain("line_id", "in", items.ids)
            & Domain("notice_id.state", "in", ("proposed", "issued"))
            & Domain("is_dropped", "=", False)
        )
        if not found:
            return
        found.write({"is_dropped": True})
        found._refresh_pending()
        notices = found.notice_id
        empty = notices.filtered(
            lambda notice: not any(line.is_reached for line in notice._get_lines())
        )
        empty._cancel(self.env._("Nothing is left to remind of."))
        (notices - empty)._forget_mails()
        (notices - empty)._sum_up()

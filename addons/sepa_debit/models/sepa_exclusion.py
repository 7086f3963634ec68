from odoo import api, fields, models
from odoo.fields import Domain

from .sepa_texts import exclusion_text


class SepaExclusion(models.Model):
    """An open item that should be collected and cannot be, and why."""

    _name = "sepa.exclusion"
    _description = "Item Left out of Collection"
    _order = "due_date, id"
    _rec_name = "move_line_id"

    move_line_id = fields.Many2one(
        "account.move.line", "Open Item", required=True, index=True, ondelete="cascade"
    )
    move_id = fields.Many2one(related="move_line_id.move_id", string="Invoice", store=True)
    partner_id = fields.Many2one("res.partner", "Customer", required=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, index=True)
    business_unit_id = fields.Many2one("billing.business.unit", index="btree_not_null")
    due_date = fields.Date()
    amount = fields.Monetary()
    currency_id = fields.Many2one("res.currency", required=True)
    code = fields.Char(required=True)
    reason = fields.Char(compute="_compute_reason")

    _line_uniq = models.UniqueIndex("(move_line_id)")

    @api.depends("code")
    @api.depends_context("lang")
    def _compute_reason(self):
        for record in self:
            record.reason = exclusion_text(self.env, record.code)

    @api.model
    def _replace(self, lines, codes):
        """Record what is left out of ``lines``, and forget what was said of them before.

        :param dict codes: line id -> code of the reason
        """
        self.search(Domain("move_line_id", "in", lines.ids)).unlink()
        return self.create(
            [
                {
                    "move_line_id": line.id,
                    "partner_id": line.partner_id.id,
                    "company_id": line.company_id.id,
                    "business_unit_id": line.move_id.business_unit_id.id,
                    "due_date": line.date_maturity,
                    "amount": line.amount_residual_currency,
                    "currency_id": line.currency_id.id,
                    "code": codes[line.id],
                }
                for line in lines
                if codes.get(line.id)
            ]
        )

    def action_open_invoice(self):
        """Open the invoice."""
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "view_mode": "form",
        }

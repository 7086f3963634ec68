from odoo import api, fields, models


class AccountMove(models.Model):
    _inherit = "account.move"

    amount_collectable = fields.Monetary(
        compute="_compute_amount_collectable",
        compute_sudo=True,
        help="Open amount less what is being collected already.",
    )

    @api.depends("line_ids.amount_residual_currency", "state")
    def _compute_amount_collectable(self):
        lines = self.env["account.move.line"].search(
            [("move_id", "in", self.ids), ("account_type", "=", "asset_receivable")]
        )
        amounts = lines._get_amount_collectable()
        by_move = lines.grouped("move_id")
        for move in self:
            items = by_move.get(move._origin, ())
            move.amount_collectable = sum(amounts[line.id] for line in items)

    def _has_to_be_paid(self):
        """Nobody is asked to pay what is being collected from them already."""
        return super()._has_to_be_paid() and not self.currency_id.is_zero(self.amount_collectable)

from odoo import Command, models


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    def _invoice_sale_orders(self):
        """The payment of an order pays the first invoices of its contracts, too."""
        result = super()._invoice_sale_orders()
        for tx in self:
            moves = tx.sale_order_ids.billing_subscription_ids.sudo().period_ids.move_id
            opened = moves.filtered(
                lambda move: move.state == "posted" and tx in move.transaction_ids  # noqa: B023
            )
            tx.invoice_ids = [Command.link(move.id) for move in opened - tx.invoice_ids]
        return result

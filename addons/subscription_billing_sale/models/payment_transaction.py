from odoo import Command, models


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    def _invoice_sale_orders(self):
        """The payment of an order pays the first invoices of its contracts, too.

        Odoo links the order's own invoices only, in place of all that were linked.
        """
        planned = {
            tx: tx.invoice_ids.filtered(lambda move: move.sudo().line_ids.billing_period_ids)
            for tx in self
        }
        result = super()._invoice_sale_orders()
        for tx, moves in planned.items():
            tx.invoice_ids = [Command.link(move.id) for move in moves]
        return result

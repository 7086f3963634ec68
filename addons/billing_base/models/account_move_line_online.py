from odoo import models
from odoo.fields import Domain

# As in core: transfers "pending" for weeks collect nothing.
OFFLINE_PROVIDERS = ("none", "custom")


class AccountMoveLine(models.Model):
    """Online payments that are under way: nobody else collects the same money meanwhile."""

    _inherit = "account.move.line"

    def _get_amount_in_collection(self):
        """Add payments that a provider is working on, to the items due first."""
        amounts = super()._get_amount_in_collection()
        for payment in self._get_payments_under_way():
            left = payment.amount
            for line in payment._get_items_to_pay():
                taken = max(min(left, line.amount_residual_currency), 0.0)
                left -= taken
                if line.id in amounts:
                    amounts[line.id] += taken
        return amounts

    def _get_payments_under_way(self):
        return (
            self.env["payment.transaction"]
            .sudo()
            .search(
                Domain("invoice_ids", "in", self.move_id.ids)
                & Domain("state", "in", ("pending", "authorized"))
                & Domain("operation", "!=", "refund")
                & Domain("provider_code", "not in", OFFLINE_PROVIDERS),
                order="id",
            )
        )


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    def _get_items_to_pay(self):
        """Return the open items that this payment is for, the ones due first in front."""
        lines = self.invoice_ids.line_ids.filtered(
            lambda line: line.currency_id == self.currency_id and line._is_open_item()
        )
        return lines.sorted(lambda line: (line.date_maturity or line.date, line.id))

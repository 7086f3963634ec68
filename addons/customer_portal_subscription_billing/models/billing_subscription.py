from odoo import models


class BillingSubscription(models.Model):
    _inherit = "billing.subscription"

    def _get_next_invoice(self):
        """Return day and amount (taxes included) of the next invoice, None if there is none.

        Made of the very values that billing will use, in memory only.
        """
        self.ensure_one()
        if not self.next_billing_date:
            return None
        # Where credits have a document of their own, it comes on the same day.
        found = self._get_next_documents(2)
        if not found:
            return None
        document = [one for one in found if one.day == found[0].day][-1]
        values = document.prepare_values()
        move = self.env["account.move"].new(values)
        day = values.get("billing_post_date") or document.day
        return {"date": day, "amount": move.tax_totals["total_amount_currency"]}

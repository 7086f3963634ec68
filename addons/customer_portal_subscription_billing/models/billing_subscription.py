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
        today = self.partner_id._get_billing_today(self.company_id)
        day = max(self.next_billing_date, today)
        contract = self.with_company(self.company_id)
        due = contract._get_due_items(contract.line_ids._get_standings(), day)
        # Where credits have a document of their own, the charges come last.
        _contracts, items = contract._get_documents(due)[-1]
        values = contract._prepare_invoice_values(items, day, None)
        day = values.get("billing_post_date") or day
        move = self.env["account.move"].new(values)
        return {"date": day, "amount": move.tax_totals["total_amount_currency"]}

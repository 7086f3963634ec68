from odoo.exceptions import AccessError, MissingError
from odoo.http import request, route

from odoo.addons.customer_portal.controllers.portal import CustomerPortal


class ExplanationPortal(CustomerPortal):
    @route("/my/invoices/<int:invoice_id>/explanation", type="http", auth="public", website=True)
    def portal_invoice_explanation(self, invoice_id, access_token=None, **kw):
        """How each amount of an invoice came about, for whoever may see the invoice."""
        try:
            move = self._document_check_access("account.move", invoice_id, access_token)
        except (AccessError, MissingError):
            return request.redirect("/my")
        rows = move.invoice_line_ids.billing_period_ids.filtered(lambda row: not row.voided)
        if move.state != "posted" or not rows:
            return request.redirect(move.get_portal_url())
        values = {
            "page_name": "explanation",
            "move": move,
            "lines": [row._prepare_explanation_view() for row in rows.sorted("invoice_line_id")],
        }
        return request.render(
            "customer_portal_subscription_billing.portal_invoice_explanation", values
        )

from odoo import http
from odoo.http import request


class BillingDocuments(http.Controller):
    @http.route(
        "/billing/unit/<model('billing.business.unit'):unit>/preview",
        type="http",
        auth="user",
        readonly=True,
    )
    def preview_unit(self, unit):
        """A sample invoice with the letterhead of a unit, shown in the browser."""
        unit.check_access("read")
        pdf = request.env["report.billing_base.report_invoice"]._render_sample(unit)
        headers = [
            ("Content-Type", "application/pdf"),
            ("Content-Length", len(pdf)),
            ("Content-Disposition", "inline; filename=preview.pdf"),
            ("X-Content-Type-Options", "nosniff"),
            ("Cache-Control", "no-store"),
        ]
        return request.make_response(pdf, headers)

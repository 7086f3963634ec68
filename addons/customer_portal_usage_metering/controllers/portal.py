from odoo.exceptions import AccessError, MissingError
from odoo.http import request, route

from odoo.addons.customer_portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.portal import pager

ADDON = "customer_portal_usage_metering"
PAGE_SIZE = 50


class UsagePortal(CustomerPortal):
    # === EVENTS OF A BILLED PERIOD === #

    def _get_usage_period(self, invoice_id, period_id, access_token):
        """Invoice and period, for whoever may see the invoice; None for anybody else."""
        try:
            move = self._document_check_access("account.move", invoice_id, access_token)
        except (AccessError, MissingError):
            return None, None
        periods = move.invoice_line_ids.billing_period_ids
        period = periods.filtered(
            lambda row: row.id == period_id and row.has_usage and not row.voided
        )
        return (move, period) if period and move.state == "posted" else (None, None)

    @route(
        [
            "/my/invoices/<int:invoice_id>/usage/<int:period_id>",
            "/my/invoices/<int:invoice_id>/usage/<int:period_id>/page/<int:page>",
        ],
        type="http",
        auth="public",
        website=True,
    )
    def portal_invoice_usage(self, invoice_id, period_id, page=1, access_token=None, **kw):
        """The events that a billed quantity consists of."""
        move, period = self._get_usage_period(invoice_id, period_id, access_token)
        if not period:
            return request.redirect("/my")
        events = request.env["usage.event"].sudo()
        domain = period._get_counted_domain()
        url = f"/my/invoices/{invoice_id}/usage/{period_id}"
        token = {"access_token": access_token} if access_token else {}
        pages = pager(url, events.search_count(domain), page, PAGE_SIZE, url_args=token)
        values = {
            "page_name": "explanation",
            "move": move,
            "period": period,
            "line": period._prepare_explanation_view(),
            "zone": period.subscription_id._get_usage_zone().zone,
            "events": events.search(
                domain, order="at, id", limit=PAGE_SIZE, offset=max(pages["offset"], 0)
            ),
            "pager": pages,
            "csv_url": move.get_portal_url(suffix=f"/usage/{period_id}/csv"),
        }
        return request.render(f"{ADDON}.portal_invoice_usage", values)

    @route(
        "/my/invoices/<int:invoice_id>/usage/<int:period_id>/csv",
        type="http",
        auth="public",
        website=True,
    )
    def portal_invoice_usage_csv(self, invoice_id, period_id, access_token=None, **kw):
        move, period = self._get_usage_period(invoice_id, period_id, access_token)
        if not period:
            return request.redirect("/my")
        name = f"{move.name}-{period.start_date}.csv".replace("/", "-")
        headers = [
            ("Content-Type", "text/csv; charset=utf-8"),
            ("Content-Disposition", f'attachment; filename="{name}"'),
            ("X-Content-Type-Options", "nosniff"),
        ]
        return request.make_response(period._write_usage_csv(), headers)

    # === ALERTS === #

    @route(
        "/my/contracts/<int:contract_id>/alerts",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
    )
    def portal_usage_alert(self, contract_id, meter="", basis="", level="", remove="", **kw):
        """Set an alert, or remove one, and show the contract again."""
        try:
            contract = self._document_check_access("billing.subscription", contract_id)
        except (AccessError, MissingError):
            return request.redirect("/my")
        if remove:
            alerts = contract._get_customer_alerts()
            alerts.filtered(lambda alert: str(alert.id) == remove).unlink()
            result = "removed"
        else:
            is_set = contract._set_customer_alert(meter, basis, level)
            result = "set" if is_set else "wrong"
        return request.redirect(f"/my/contracts/{contract_id}?usage_alert={result}#usage")

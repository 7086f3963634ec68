from odoo.http import request, route

from odoo.addons.account_payment.controllers.portal import PortalAccount


class CustomerPortal(PortalAccount):
    """The customer's account in the frame of Odoo's portal."""

    def _get_account(self):
        """Return the model behind the pages and the user's own commercial partner."""
        account = request.env["customer.portal.account"]
        return account, account._get_customer(request.env.user.partner_id)

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "overdue_invoice_count" in counters:
            # The block on top says what is overdue, for the whole company and without money
            # that is being collected. Core's card knows neither; at zero it stays hidden.
            values["overdue_invoice_count"] = 0
        return values

    @route()
    def home(self, **kw):
        response = super().home(**kw)
        account, partner = self._get_account()
        response.qcontext["account"] = account._prepare_account_values(partner, limit=0)
        return response

    @route("/my/billing", type="http", auth="user", website=True)
    def portal_my_billing(self, **kw):
        return self._render_account(*self._get_account())

    @route("/my/billing/preview/<int:partner_id>", type="http", auth="user", website=True)
    def portal_preview_billing(self, partner_id, **kw):
        """The account of a customer, as this customer sees it, for people who do billing."""
        user = request.env.user
        partner = request.env["res.partner"].browse(partner_id).exists()
        # The account shows documents of all units.
        may_see = user.has_group("billing_base.group_billing_user") and not user.business_unit_ids
        if not (may_see and partner and partner.has_access("read")):
            return request.redirect("/my")
        account = request.env["customer.portal.account"]
        return self._render_account(
            account, account._get_customer(partner), preview_partner=partner
        )

    def _render_account(self, account, partner, **more):
        sections = account._prepare_account_sections(partner)
        values = self._prepare_portal_layout_values() | {
            "page_name": "billing",
            "account": account._prepare_account_values(partner),
            "sections": sorted(sections, key=lambda section: section["sequence"]),
            **more,
        }
        return request.render("customer_portal.portal_my_billing", values)

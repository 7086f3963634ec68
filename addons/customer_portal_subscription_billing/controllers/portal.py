from odoo.exceptions import AccessError, MissingError
from odoo.fields import Domain
from odoo.http import request, route

from odoo.addons.customer_portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.portal import pager

ADDON = "customer_portal_subscription_billing"
# Keys of the address; the words for them are in the template.
ORDERS = {"number": "name", "start": "start_date desc, id desc", "next": "next_billing_date, id"}
FILTERS = {
    "all": Domain.TRUE,
    "running": Domain("state", "in", ("trial", "active", "paused")),
    "ended": Domain("state", "=", "ended"),
}
PAGE_SIZE = 20


class ContractPortal(CustomerPortal):
    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "contract_count" in counters:
            account, partner = self._get_account()
            values["contract_count"] = len(account._prepare_contracts(partner)["contracts"])
        return values

    @route(
        ["/my/contracts", "/my/contracts/page/<int:page>"], type="http", auth="user", website=True
    )
    def portal_my_contracts(self, page=1, sortby="number", filterby="all", **kw):
        account, partner = self._get_account()
        domain, order = FILTERS.get(filterby, Domain.TRUE), ORDERS.get(sortby, "name")
        values = account._prepare_contracts(partner, domain, order)
        chosen = {"sortby": sortby, "filterby": filterby}
        pages = pager("/my/contracts", len(values["contracts"]), page, PAGE_SIZE, url_args=chosen)
        start = max(pages["offset"], 0)
        values["contracts"] = values["contracts"][start : start + PAGE_SIZE]
        values |= {"page_name": "contracts", "pager": pages, **chosen}
        return request.render(f"{ADDON}.portal_my_contracts", values)

    @route("/my/contracts/<int:contract_id>", type="http", auth="public", website=True)
    def portal_my_contract(self, contract_id, access_token=None, **kw):
        try:
            contract = self._document_check_access(
                "billing.subscription", contract_id, access_token
            )
        except (AccessError, MissingError):
            return request.redirect("/my")
        if contract.state == "draft" and request.env.user.share:
            return request.redirect("/my")
        account = request.env["customer.portal.account"]
        partner = account._get_customer(contract.partner_id)
        moves = contract.period_ids.move_id
        rows = account._prepare_document_rows(partner, moves)
        values = account._prepare_contracts(partner, Domain("id", "=", contract.id)) | {
            "page_name": "contract",
            "contract": contract,
            "next_invoice": contract._get_next_invoice(),
            # What was invoiced stands below, for those who may see it.
            "timeline": [entry for entry in contract._get_timeline() if not entry["move_id"]],
            "rows": rows,
            # A link to the contract opens the contract; its invoices are for who signs in.
            "hidden_invoices": bool(moves) and not rows,
        }
        return request.render(f"{ADDON}.portal_my_contract", values)

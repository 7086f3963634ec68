from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import request, route

from odoo.addons.customer_portal.controllers.portal import CustomerPortal


class DunningPortal(CustomerPortal):
    @route(
        "/my/invoices/<int:invoice_id>/objection",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def portal_object_to_invoice(self, invoice_id, question="", **post):
        """Take down what is wrong with an invoice, of its customer alone."""
        try:
            move = self._document_check_access("account.move", invoice_id)
        except (AccessError, MissingError):
            return request.redirect("/my")
        account, partner = self._get_account()
        if move.commercial_partner_id != partner:
            return request.redirect("/my")
        try:
            account._object(move, question)
        except UserError as error:
            request.session["dunning_objection"] = {"id": move.id, "error": str(error)}
        return request.redirect(f"{move.get_portal_url()}#objection")

    def _invoice_get_page_view_values(self, invoice, access_token, **kwargs):
        values = super()._invoice_get_page_view_values(invoice, access_token, **kwargs)
        account, partner = self._get_account()
        if not request.env.user._is_public() and invoice.commercial_partner_id == partner:
            values["objection"] = account._get_objection(invoice)
            values["may_object"] = account._may_object(invoice)
        told = request.session.get("dunning_objection") or {}
        if told.get("id") == invoice.id:
            values["objection_error"] = told["error"]
            request.session.pop("dunning_objection")
        return values

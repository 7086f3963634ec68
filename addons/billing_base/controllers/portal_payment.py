from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.http import request

from odoo.addons.account_payment.controllers.payment import PaymentPortal
from odoo.addons.account_payment.controllers.portal import PortalAccount


class BillingPaymentPortal(PaymentPortal):
    """What is collected already is not paid online, whichever way leads to the payment."""

    def _process_transaction(self, partner_id, currency_id, invoice_ids, *args, **kwargs):
        invoices = request.env["account.move"].sudo().browse(invoice_ids)
        lines = invoices.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        # A debit that is planned meanwhile waits for this payment, or this payment for it.
        amounts = lines._lock_for_collection()._get_amount_collectable()
        limit = sum(amounts.values())
        currency = request.env["res.currency"].browse(currency_id)
        if currency.compare_amounts(kwargs.get("amount") or 0.0, limit) > 0:
            raise ValidationError(_get_refusal(invoices, currency, limit))
        return super()._process_transaction(partner_id, currency_id, invoice_ids, *args, **kwargs)

    def _get_extra_payment_form_values(self, invoice_id=None, access_token=None, **kwargs):
        values = super()._get_extra_payment_form_values(
            invoice_id=invoice_id, access_token=access_token, **kwargs
        )
        invoice = request.env["account.move"].sudo().browse(self._cast_as_int(invoice_id) or [])
        # Access to the invoice was checked by core. Its own page caps the amounts by itself.
        if invoice and "amount" in kwargs and invoice._is_in_collection():
            amount = self._cast_as_float(kwargs["amount"]) or 0.0
            values["amount"] = min(values.get("amount", amount), invoice.amount_collectable)
        return values


class BillingPortalAccount(PortalAccount):
    """Invoices that are collected are not overdue for the customer."""

    def _get_overdue_invoices_domain(self, partner_id=None):
        domain = Domain(super()._get_overdue_invoices_domain(partner_id))
        overdue = request.env["account.move"].search(domain)
        collected = overdue.filtered(lambda move: move._is_in_collection())
        return list(domain & Domain("id", "not in", collected.ids)) if collected else list(domain)


def _get_refusal(invoices, currency, limit):
    texts = [text for move in invoices if (text := move._get_collection_notice())]
    if currency.is_zero(limit):
        reason = request.env._("Amount: there is nothing left to pay, please do not pay again.")
    else:
        reason = request.env._(
            "Amount: at most %(amount)s is left to pay. Enter this amount or less.",
            amount=currency.format(limit),
        )
    return " ".join([reason, *texts])

import logging
from decimal import Decimal

import segno

from odoo import models
from odoo.tools import format_date

from ..core.credit_transfer import (
    ERROR_LEVEL,
    CreditTransfer,
    TransferError,
    transfer_payload,
)
from ..core.document import PaymentNotice

_logger = logging.getLogger(__name__)
CODE_SCALE = 6
CUSTOMER_DOCUMENTS = ("out_invoice", "out_refund", "out_receipt")


class AccountMove(models.Model):
    """What the printed invoice says: seams for other addons, and the data behind it."""

    _inherit = "account.move"

    # === WHICH LAYOUT === #

    def _is_rendered_in_process(self):
        """Whether our own invoice layout applies.

        Not for vendor documents, nor where a localisation prescribes a layout of its own.
        """
        self.ensure_one()
        return (
            self.move_type in CUSTOMER_DOCUMENTS
            and self._get_name_invoice_report() == "account.report_invoice_document"
        )

    def _get_invoice_pdf_proforma(self):
        """As core, but with the report that sending would use."""
        if not self._is_rendered_in_process():
            return super()._get_invoice_pdf_proforma()
        report = self.env["account.move.send"]._get_default_pdf_report_id(self)
        reports = self.env["ir.actions.report"].with_company(self.company_id)
        content, report_type = reports._pre_render_qweb_pdf(
            report.report_name, self.ids, data={"proforma": True}
        )
        contents = reports._get_splitted_report(report.report_name, content, report_type)
        return {
            "filename": self._get_invoice_proforma_pdf_report_filename(),
            "filetype": "pdf",
            "content": contents[self.id],
        }

    # === SEAMS === #

    def _get_document_title(self, proforma=False):
        """Return the name of the kind of document, without its number."""
        self.ensure_one()
        if self.move_type == "out_refund":
            return self.env._("Credit note")
        if self.move_type == "out_receipt":
            return self.env._("Receipt")
        return self.env._("Pro forma invoice") if proforma else self.env._("Invoice")

    def _get_service_period(self):
        """Return ``(first day, last day)`` of what is invoiced, or ``None``.

        Overridden by addons that know it. Without it the delivery date is printed.
        """
        self.ensure_one()

    def _get_payment_notice(self):
        """Return the ``PaymentNotice`` of this document: what it says about its payment.

        Overridden by addons that collect the money themselves ("will be debited on ...", with
        mandate and creditor identifier). They call ``super()`` for documents they do not collect.
        Called in the language of the document.
        """
        self.ensure_one()
        if self.state != "posted" or not self.is_inbound():
            return PaymentNotice()
        if self.currency_id.compare_amounts(self.amount_residual, 0) <= 0:
            return PaymentNotice(self.env._("This invoice is settled in full. Thank you."))
        if self._is_fully_in_collection():
            return PaymentNotice(
                self.env._("The amount is being collected already. Please do not transfer it.")
            )
        amount, date = self._get_next_instalment()
        return PaymentNotice(
            self.env._(
                "Please transfer %(amount)s by %(date)s and state the reference %(reference)s.",
                amount=self.currency_id.with_context(lang=self.env.lang).format(amount),
                date=format_date(self.env, date),
                reference=self.payment_reference or self.name,
            ),
            is_transfer_expected=True,
        )

    # === PAYMENT === #

    def _get_open_instalments(self):
        """Return the receivable lines that are still open, the next one first."""
        return self.line_ids.filtered(
            lambda line: line.display_type == "payment_term" and not line.reconciled
        ).sorted(lambda line: (line.date_maturity or line.date, line.id))

    def _get_next_instalment(self):
        """Return what is to be paid next and when, in the currency of the document."""
        open_lines = self._get_open_instalments()
        if not open_lines:
            return self.amount_residual, self.invoice_date_due
        date = open_lines[0].date_maturity
        due = open_lines.filtered(lambda line: line.date_maturity == date)
        return sum(due.mapped("amount_residual_currency")), date or self.invoice_date_due

    def _is_fully_in_collection(self):
        lines = self.sudo()._get_open_instalments()
        collectable = lines._get_amount_collectable()
        return bool(lines) and not any(collectable.get(line.id) for line in lines)

    def _get_credit_transfer(self):
        """Return the ``CreditTransfer`` the customer is asked for, or ``None``.

        Only in euros and to the receiving IBAN of this very document.
        """
        self.ensure_one()
        bank = self.sudo().partner_bank_id
        if not bank or not self.is_inbound() or self.currency_id.name != "EUR":
            return None
        amount, _date = self._get_next_instalment()
        return CreditTransfer(
            name=bank.acc_holder_name or bank.partner_id.name or "",
            iban=bank.acc_number or "",
            amount=Decimal(str(self.currency_id.round(amount))),
            reference=self.payment_reference or self.name or "",
            bic=bank.bank_id.bic or "",
        )

    def _get_transfer_code(self):
        """Return the QR code of the transfer as address of a PNG image, or ``None``."""
        transfer = self._get_credit_transfer()
        if not transfer:
            return None
        try:
            payload = transfer_payload(transfer)
        except TransferError as error:
            _logger.info("No transfer code on %s: %s", self.display_name, error.code)
            return None
        # "boost" would raise the level where there is room; the standard fixes it.
        code = segno.make_qr(payload, error=ERROR_LEVEL, boost_error=False, encoding="utf-8")
        # Some pixels per module: a drawing of lines would take ten times as long to print.
        return code.png_data_uri(scale=CODE_SCALE, border=0)

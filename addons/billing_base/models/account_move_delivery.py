from odoo import models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """Posted customer invoices and credit notes are delivered."""

    _name = "account.move"
    _inherit = ["account.move", "billing.delivery.mixin"]

    _delivery_noun = "invoice"

    def _get_delivery_obstacle(self):
        self.ensure_one()
        if not self.is_sale_document(include_receipts=True):
            return self.env._(
                "%(document)s is no customer invoice or credit note and is not delivered.",
                document=self.display_name,
            )
        if self.state != "posted":
            return self.env._(
                "%(invoice)s is not posted. Post it; its delivery then goes on.",
                invoice=self.display_name,
            )
        return super()._get_delivery_obstacle()

    def _post_delivery_message(self, delivery, message_id):
        """By core's own sending, so that PDF, e-invoice and template are those of its dialog."""
        self.ensure_one()
        Send = self.env["account.move.send"].with_context(
            billing_delivery_document=True,
            billing_delivery_message_id=message_id,
            billing_delivery_link_only=delivery.is_link_only,
        )
        if not Send._get_default_mail_partner_ids(
            self,
            template := self._get_mail_template(),
            Send._get_default_mail_lang(self, template),
        ):
            raise UserError(self._get_missing_recipient_text())
        if delivery.is_link_only:
            # Nothing is attached, so nothing needs to be rendered.
            settings = Send._get_default_sending_settings(self, sending_methods=["email"])
            Send._send_mails({self.sudo(): settings})
        else:
            Send._generate_and_send_invoices(self, sending_methods=["email"])

    def _get_missing_recipient_text(self):
        """Why nobody can get a mail with this document, and what to do."""
        return self.env._(
            "%(customer)s has no email address. Enter one on the contact that gets the invoice, "
            "or deliver it by post.",
            customer=self.partner_id.display_name,
        )

    def _get_delivery_pdf(self):
        self.ensure_one()
        if not self.invoice_pdf_report_id:
            Send = self.env["account.move.send"].with_context(billing_delivery_document=True)
            Send._generate_and_send_invoices(self, sending_methods=[])
        return self.invoice_pdf_report_id.raw

    def _get_delivery_responsible(self):
        """The salesperson of the invoice, if it is somebody who works here."""
        user = self.invoice_user_id
        return user if user.active and not user.share else super()._get_delivery_responsible()

    def _delivered_hook(self):
        result = super()._delivered_hook()
        unsent = self.sudo().filtered(lambda move: not move.is_move_sent)
        unsent.is_move_sent = True
        return result

    def _post(self, soft=True):
        posted = super()._post(soft)
        posted._resume_delivery()
        return posted

    def button_draft(self):
        result = super().button_draft()
        self._cancel_delivery(self.env._("The invoice was reset to draft before it left."))
        return result

    def button_cancel(self):
        result = super().button_cancel()
        self._cancel_delivery(self.env._("The invoice was cancelled before it left."))
        return result

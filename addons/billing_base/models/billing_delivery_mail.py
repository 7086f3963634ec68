from odoo import models
from odoo.exceptions import UserError

from ..core.delivery import Phase, Report


class BillingDelivery(models.Model):
    """The mail of a delivery: one message in the chatter of the document, one SMTP mail."""

    _inherit = "billing.delivery"

    def _get_mail(self):
        """The mail that an earlier attempt has left, if any."""
        mails = self.env["mail.mail"].sudo()
        return mails.search([("billing_delivery_id", "=", self.id)], limit=1)

    def _get_message_id(self):
        """Message-ID of the mail of this delivery.

        All attempts use the same mail, so that one that arrives twice after all is shown once by
        the customer's mail program. Only where somebody already has it and others get a new one,
        is it another mail.
        """
        self.ensure_one()
        name = f"billing-delivery-{self.id}-"
        messages = self.env["mail.message"].sudo()
        earlier = messages.search_count([("message_id", "=like", f"<{name}%")])
        database = self.env["ir.config_parameter"].sudo().get_param("database.uuid")
        # The document of a reply is found by the form of Odoo's own ids in the middle.
        return f"<{name}{earlier}-openerp-{self.res_id}-{self.res_model}@{database}>"

    def _make_mail(self, document):
        """Post the message of this delivery and make one mail of it, which nobody else sends."""
        message_id = self._get_message_id()
        quiet = {"mail_notify_force_send": False, "mail_post_autofollow": False}
        document.with_context(**quiet)._post_delivery_message(self, message_id)
        message = self.env["mail.message"].sudo().search([("message_id", "=", message_id)])
        if len(message) != 1:
            raise UserError(
                self.env._(
                    "%(document)s could not be made into an email. "
                    "Check the email template of its unit.",
                    document=document.display_name,
                )
            )
        mails = self.env["mail.mail"].sudo().search([("mail_message_id", "=", message.id)])
        if not mails:
            raise UserError(document._get_missing_recipient_text())
        mail = self._merge_mails(mails, document)
        self.write({"mail_message_id": message.id, "recipients": mail.email_to})
        return mail

    def _merge_mails(self, mails, document):
        """One mail to all recipients: what the server says of it then holds for the delivery.

        Odoo makes a mail per kind of recipient. The link in that of the customer signs the
        reader in as the customer; when others read along, the one without it is taken.
        """
        partners = mails.recipient_ids
        others = mails.filtered(lambda mail: document.partner_id not in mail.recipient_ids)
        mail = others[:1] or mails[:1]
        notifications = self.env["mail.notification"].sudo()
        notifications.search([("mail_mail_id", "in", mails.ids)]).mail_mail_id = mail
        mail.write(
            {
                "billing_delivery_id": self.id,
                "email_to": ", ".join(partners.mapped("email_formatted")),
                "recipient_ids": False,
                "auto_delete": False,
                # Not "outgoing": Odoo's own queue must not take it.
                "state": "exception",
            }
        )
        (mails - mail).unlink()
        return mail

    def _hold(self, mail):
        """Keep the mail as it would have left: the company is a sandbox."""
        reason = self.env["mail.mail"]._get_sandbox_text()
        mail._hold_back()
        self._set_state("held", reason=reason, next_attempt_at=False)

    def _drop_mail(self):
        """Forget a mail that has not left, so that the next attempt makes it anew."""
        mail = self._get_mail()
        if self.reached_recipients:
            # Somebody has it: the message stays where it is.
            mail.billing_delivery_id = False
            return
        message = self.mail_message_id.sudo()
        mail.unlink()
        message.unlink()


class MailMail(models.Model):
    _inherit = "mail.mail"

    def _get_delivery_report(self):
        """What Odoo says of a mail that did not get as far as to the server."""
        self.ensure_one()
        if self.state == "sent":
            # By an addon that talks to a service instead of SMTP.
            return Report(Phase.ANSWER, 250, "", [])
        reason = self.failure_reason or ""
        if self.failure_type in ("mail_email_invalid", "mail_email_missing"):
            refused = {self.email_to or "": (553, reason)}
            return Report(Phase.RECIPIENTS, None, reason, list(refused), refused)
        is_sender = self.failure_type in ("mail_from_invalid", "mail_from_missing")
        return Report(Phase.SENDER if is_sender else Phase.DATA, None, reason)

    def _show_delivery(self, delivery, report):
        """Tell in the chatter what the delivery knows: Odoo's text says only that it failed."""
        if not self:
            return
        if delivery.state == "sent":
            if self._get_delivery_template_auto_delete():
                self.unlink()
            return
        self.write({"state": "exception", "failure_reason": delivery.reason})
        refused = report.refused if report.accepted else None
        notifications = self.env["mail.notification"].sudo()
        found = notifications.search([("mail_mail_id", "in", self.ids)])
        for notification in found:
            email = notification.res_partner_id.email_normalized
            if refused is None or email in refused:
                notification.write(
                    {
                        "notification_status": "exception",
                        "failure_type": "mail_smtp",
                        "failure_reason": delivery.reason,
                    }
                )

    def _get_delivery_template_auto_delete(self):
        """Whether the copy that the technical list of mails has is dropped when delivered."""
        parameters = self.env["ir.config_parameter"].sudo()
        return not parameters.get_param("billing_base.keep_delivered_mails")

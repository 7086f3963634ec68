from decimal import Decimal

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..core.prenotification import Announcement, may_submit


def _cents(amount):
    return int((Decimal(str(amount)) * 100).to_integral_value())


class SepaCollection(models.Model):
    """Telling the debtor: on the invoice or by a notice that is delivered like one."""

    _inherit = "sepa.collection"

    announced = fields.Char(
        readonly=True, copy=False, help="Content of the invoice or notice that tells the customer."
    )
    notice_number = fields.Integer(readonly=True, copy=False)

    # === WHAT IS SAID === #

    def _get_announced_key(self):
        """What has to be told, in one line: a notice with another content is another notice."""
        planned = self._get_announcement()
        return f"{planned.collect_on} {planned.cents} {planned.mandate} {planned.creditor_id}"

    def _remember_announcement(self):
        """What is on its way to the customers is what is planned now."""
        for collection in self:
            collection.announced = collection._get_announced_key()

    def _is_announced(self):
        """Whether the document on its way, or delivered, says what is planned now."""
        return self.announced == self._get_announced_key()

    def _get_notice_cause(self):
        return f"notice {self.notice_number}"

    def _get_announcement(self):
        """Return what the debtor has to know, for the rules."""
        return Announcement(
            _cents(self.amount), self.collect_on, self.creditor_id.identifier, self.mandate_id.name
        )

    def _get_told(self):
        """Return what the debtor was told, ``None`` without."""
        if not self.told_on:
            return None
        return Announcement(
            _cents(self.told_amount), self.told_collect_on, self.told_creditor, self.told_mandate
        )

    def _get_notice_text(self):
        """Return the announcement as a sentence, in the language of the environment."""
        iban = self.mandate_id.partner_bank_id.sanitized_acc_number or ""
        return self.env._(
            "%(amount)s will be debited on %(date)s from your account ending in %(account)s, "
            "with mandate %(mandate)s and creditor identifier %(creditor)s.",
            amount=self.currency_id.with_context(lang=self.env.lang).format(self.amount),
            date=format_date(self.env, self.collect_on),
            account=iban[-4:],
            mandate=self.mandate_id.name,
            creditor=self.creditor_id.identifier,
        )

    # === THAT IT WAS SAID === #

    def _prepare_told_values(self, day):
        return {
            "told_amount": self.amount,
            "told_collect_on": self.collect_on,
            "told_mandate": self.mandate_id.name,
            "told_creditor": self.creditor_id.identifier,
            "told_on": day,
        }

    def _take_notice(self):
        """The debtor was told of what is planned right now."""
        for collection in self.filtered(lambda c: c.state == "planned"):
            partner = collection.partner_id
            day = partner._get_billing_today(collection.company_id)
            collection._set_state("notified", **collection._prepare_told_values(day))

    def _take_notice_of_invoice(self):
        """The invoice counts only if it says what is planned still."""
        self.filtered(lambda c: c.notice_by == "invoice" and c._is_announced())._take_notice()

    def _delivered_hook(self):
        result = super()._delivered_hook()
        sent = self._get_sent_causes()
        self.filtered(
            lambda c: (c.id, c._get_notice_cause()) in sent and c._is_announced()
        )._take_notice()
        return result

    def _get_sent_causes(self):
        """Ids and causes of notices that have reached the customers."""
        deliveries = self.sudo()._get_deliveries()
        return {(d.res_id, d.cause) for d in deliveries if d.state == "sent"}

    def _may_submit(self):
        """Whether the debtor was told what is planned, in time."""
        return may_submit(
            self._get_told(), self.told_on or None, self._get_announcement(), self.notice_days
        )

    def _request_notices(self):
        """Ask for the delivery of notices that no invoice gives. Once per content."""
        planned = self.filtered(lambda c: c.state == "planned" and not c._is_announced())
        # What is on its way says something else; the invoice is no notice of this any more.
        planned._cancel_delivery(self.env._("The collection has changed; another notice follows."))
        planned.write({"notice_by": "mail"})
        for collection in planned:
            collection.notice_number += 1
        planned._remember_announcement()
        for number, collections in planned.grouped("notice_number").items():
            collections._request_delivery(
                agreed={c.id: c._get_notice_channel() for c in collections},
                cause=f"notice {number}",
            )

    def _get_notice_channel(self):
        """A notice that nobody asked to have by post goes by mail."""
        channel = self.partner_id.commercial_partner_id.invoice_sending_method
        return "post" if channel == "post" else "mail"

    # === DELIVERY === #

    def _get_delivery_obstacle(self):
        if self.state != "planned":
            return self.env._("The collection is not waiting for its notice any more.")
        if not self._is_announced():
            return self.env._("The collection has changed; another notice follows.")
        return super()._get_delivery_obstacle()

    def _post_delivery_message(self, delivery, message_id):
        self.ensure_one()
        partner = self.partner_id
        if not partner.email:
            raise UserError(self._get_missing_recipient_text())
        lang = self.env["billing.letter"]._get_letter_lang(partner, self.company_id)
        me = self.with_context(lang=lang)
        me.message_post(
            body=me._get_notice_mail_text(),
            subject=me.env._("Announcement of a direct debit: %s", self.move_id.name),
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=partner.ids,
            message_id=message_id,
            notify_skip_followers=True,
            force_send=False,
        )

    def _get_delivery_responsible(self):
        """Who looks after the invoice is told that its customer could not be."""
        return self.move_id._get_delivery_responsible()

    def _get_notice_mail_text(self):
        return self.env._(
            "For the invoice %(invoice)s: %(text)s Please provide for sufficient funds.",
            invoice=self.move_id.name,
            text=self._get_notice_text(),
        )

    def _get_missing_recipient_text(self):
        return self.env._(
            "%(customer)s has no email address. Enter one on the contact, or choose delivery by "
            "post.",
            customer=self.partner_id.display_name,
        )

    def _get_delivery_pdf(self):
        reports = self.env["ir.actions.report"]
        name = "sepa_debit.report_notice"
        content, _type = reports._render_qweb_pdf(name, self.ids)
        return content

from odoo import Command, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..core.returns import action_for, fee_cents
from .sepa_collection_notice import _cents
from .sepa_reasons import tell_customer


class SepaReturn(models.Model):
    """What customers hear of a return, and what they pay for it."""

    _inherit = "sepa.return"

    # === NOTICE === #

    def _tell_customers(self):
        """Ask for the delivery of a notice where the creditor's settings want it.

        What was rejected because of our file, and will simply be collected later, is no news.
        """
        news = self.filtered(
            lambda r: r.creditor_id.tells_of_returns and (r.next_step != "retry" or r.retry_on)
        ).filtered(lambda r: not r._is_our_matter())
        if news:
            channels = {r.id: r.collection_id._get_notice_channel() for r in news}
            news._request_delivery(agreed=channels, cause="returned")

    def _get_action(self):
        self.ensure_one()
        return action_for(self.reason_code or "")

    def _is_our_matter(self):
        """Whether the reason lies with us or our bank, not with the customer."""
        action = self._get_action()
        return not (action.is_debtors_fault or action.is_disputed)

    def _get_notice_text(self):
        """Return what happened and what to do, in the language of the environment."""
        money = self.currency_id.with_context(lang=self.env.lang).format(self.amount)
        return " ".join(
            [
                self.env._(
                    "We could not collect %(amount)s for the invoice %(invoice)s.",
                    amount=money,
                    invoice=self.move_id.name,
                ),
                tell_customer(self.env, self.reason_code or ""),
                self._get_request_text(),
            ]
        )

    def _get_request_text(self):
        if self.next_step == "retry":
            return self.env._(
                "We will try again, not before %(date)s, and tell you the exact day in time. "
                "Please provide for sufficient funds.",
                date=format_date(self.env, self.retry_on),
            )
        if self._get_action().account.value != "keep":
            return self.env._(
                "Please give us another account for this mandate, or pay the invoice by transfer."
            )
        if self.is_disputed:
            return self.env._(
                "If you object to the invoice, please tell us why. Otherwise please pay it by "
                "transfer."
            )
        return self.env._("Please pay the invoice by transfer, or get in touch with us.")

    def _post_delivery_message(self, delivery, message_id):
        self.ensure_one()
        if not self.partner_id.email:
            raise UserError(self.collection_id._get_missing_recipient_text())
        lang = self.env["billing.letter"]._get_letter_lang(self.partner_id, self.company_id)
        me = self.with_context(lang=lang)
        me.message_post(
            body=me._get_notice_text(),
            subject=me.env._("Failed debit of the invoice %s", self.move_id.name),
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=self.partner_id.ids,
            message_id=message_id,
            notify_skip_followers=True,
            force_send=False,
        )

    def _get_delivery_pdf(self):
        reports = self.env["ir.actions.report"]
        content, _type = reports._render_qweb_pdf("sepa_debit.report_return_notice", self.ids)
        return content

    # === FEE === #

    def _charge_fees(self):
        """Ask the debtor for a fee where policy and reason allow it, by a document of its own."""
        for returned in self.filtered(lambda r: not r.fee_move_id):
            creditor = returned.creditor_id
            cents = fee_cents(
                creditor.return_fee_policy,
                returned.reason_code or "",
                _cents(returned.charge_amount),
                _cents(creditor.return_fee_amount),
                _cents(creditor.return_fee_cap),
            )
            if cents:
                move = self.env["account.move"].create(returned._prepare_fee_values(cents / 100))
                move._post(soft=False)
                returned.fee_move_id = move

    def _prepare_fee_values(self, amount):
        """Values of the fee: compensation for damage, hence without VAT."""
        self.ensure_one()
        invoice, company = self.move_id, self.company_id
        lang = self.env["billing.letter"]._get_letter_lang(self.partner_id, company)
        name = self.with_context(lang=lang).env._(
            "Costs of the returned debit for invoice %s", invoice.name
        )
        return {
            "move_type": "out_invoice",
            "partner_id": invoice.partner_id.id,
            "company_id": company.id,
            "journal_id": (self.creditor_id.return_fee_journal_id or invoice.journal_id).id,
            "currency_id": self.currency_id.id,
            "business_unit_id": self.business_unit_id.id,
            "invoice_date": self.returned_on,
            "invoice_date_due": self.returned_on,
            "invoice_payment_term_id": False,
            "invoice_origin": invoice.name,
            "preferred_payment_method_line_id": invoice.preferred_payment_method_line_id.id,
            "invoice_line_ids": [
                Command.create(
                    {
                        "name": name,
                        "quantity": 1,
                        "price_unit": amount,
                        "account_id": self.creditor_id.return_fee_account_id.id,
                        "tax_ids": [Command.clear()],
                    }
                )
            ],
        }

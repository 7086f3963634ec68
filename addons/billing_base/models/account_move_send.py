from odoo import api, models


class AccountMoveSend(models.AbstractModel):
    _inherit = "account.move.send"

    @api.model
    def _get_mail_default_field_value_from_template(
        self, mail_template, lang, move, field, **kwargs
    ):
        """Invoices of a unit come from the unit's sender."""
        if field == "email_from" and (sender := move.business_unit_id.email_from):
            return sender
        return super()._get_mail_default_field_value_from_template(
            mail_template, lang, move, field, **kwargs
        )

    # === LAYOUT === #

    @api.model
    def _get_default_pdf_report_id(self, move):
        """Our own layout where core would use its standard one; a choice of the partner or the
        journal wins, also if it is core's."""
        report = super()._get_default_pdf_report_id(move)
        chosen = (
            move.commercial_partner_id.with_company(move.company_id).invoice_template_pdf_report_id
            or move.journal_id.with_company(move.company_id).invoice_template_pdf_report_id
        )
        if chosen or not move._is_rendered_in_process():
            return report
        own = self.env.ref("billing_base.action_report_invoice", raise_if_not_found=False)
        return own if own and move._is_action_report_available(own) else report

    @api.model
    def _prepare_invoice_pdf_report(self, invoices_data):
        # The report was chosen for these invoices, here or by the user.
        exact = self.with_context(billing_exact_report=True)
        return super(AccountMoveSend, exact)._prepare_invoice_pdf_report(invoices_data)

    # === DELIVERY === #
    # Core makes document, message and recipients; a delivery decides when the mail leaves.

    @api.model
    def _get_default_sending_methods(self, move):
        """Core's dialog knows nothing of our ways to deliver."""
        ours = set(self._get_own_sending_methods())
        return {
            "manual" if method in ours else method
            for method in super()._get_default_sending_methods(move)
        }

    @api.model
    def _is_applicable_to_company(self, method, company):
        if method in self._get_own_sending_methods():
            return False
        return super()._is_applicable_to_company(method, company)

    @api.model
    def _get_own_sending_methods(self):
        """Choices of a customer that are no sending method of core's dialog."""
        return ("portal", "post")

    @api.model
    def _link_invoice_documents(self, invoices_data):
        """Core calls an invoice sent as soon as its PDF is made; a delivery when it has left."""
        unsent = [move for move in invoices_data if not move.is_move_sent]
        result = super()._link_invoice_documents(invoices_data)
        if self.env.context.get("billing_delivery_document"):
            for move in unsent:
                move.is_move_sent = False
        return result

    @api.model
    def _get_mail_params(self, move, move_data):
        params = super()._get_mail_params(move, move_data)
        if params and self.env.context.get("billing_delivery_link_only"):
            params["attachments"] = []
        return params

    @api.model
    def _send_mail(self, move, mail_template, **kwargs):
        if reply_to := move.business_unit_id.email_reply_to:
            kwargs["reply_to"] = reply_to
        if message_id := self.env.context.get("billing_delivery_message_id"):
            # The customer as follower would get a second mail, colleagues one per invoice.
            kwargs.update(message_id=message_id, notify_skip_followers=True, force_send=False)
        return super()._send_mail(move, mail_template, **kwargs)

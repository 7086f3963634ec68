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

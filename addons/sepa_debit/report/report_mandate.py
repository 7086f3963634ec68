from odoo import api, models
from odoo.tools import format_date, format_datetime

from odoo.addons.billing_base.core.credit_transfer import group_iban


class ReportMandate(models.AbstractModel):
    """The mandate as a form to sign, or as it was signed."""

    _name = "report.sepa_debit.report_mandate"
    _inherit = "billing.letter"
    _description = "SEPA Mandate Form"

    @api.model
    def _get_report_values(self, docids, data=None):
        mandates = self.env["sepa.mandate"].browse(docids)
        return {
            "doc_ids": docids,
            "doc_model": "sepa.mandate",
            "report_type": (data or {}).get("report_type"),
            "docs": [self._get_document_of(mandate) for mandate in mandates],
        }

    @api.model
    def _get_document_of(self, mandate):
        lang = self._get_letter_lang(mandate.partner_id, mandate.company_id)
        return self.with_context(lang=lang)._prepare_document(mandate.with_context(lang=lang))

    @api.model
    def _prepare_document(self, mandate):
        creditor = mandate.sudo().creditor_id
        return {
            "move": mandate,
            "lang": self.env.lang,
            "letter": self._get_letter(
                mandate.company_id,
                mandate.partner_id,
                mandate.business_unit_id,
                subject=self._get_title(mandate),
                info=[
                    (self.env._("Mandate reference"), mandate.name),
                    (self.env._("Creditor identifier"), creditor.identifier),
                ],
            ),
            "creditor": creditor.name,
            "authorisation": self.env._(
                "By signing this mandate form, you authorise (A) %(creditor)s to send "
                "instructions to your bank to debit your account and (B) your bank to debit your "
                "account in accordance with these instructions.",
                creditor=creditor.name,
            ),
            "rows": self._get_rows(mandate),
            "signature": self._get_signature(mandate),
        }

    @api.model
    def _get_title(self, mandate):
        if mandate.scheme == "B2B":
            return self.env._("SEPA Business-to-Business Direct Debit Mandate")
        return self.env._("SEPA Direct Debit Mandate")

    @api.model
    def _get_rows(self, mandate):
        bank = mandate.sudo().partner_bank_id
        types = dict(mandate._fields["type"]._description_selection(mandate.env))
        customer = mandate.partner_id.commercial_company_name or mandate.partner_id.name
        return [
            (self.env._("Account holder"), bank.acc_holder_name or customer),
            (self.env._("IBAN"), group_iban(bank.acc_number or "")),
            (self.env._("Type of payment"), types[mandate.type]),
        ]

    @api.model
    def _get_signature(self, mandate):
        if not mandate.signed_on:
            return ""
        if mandate.signature_channel == "portal":
            return self.env._(
                "Signed electronically by %(name)s in %(place)s on %(time)s from the address "
                "%(ip)s.",
                name=mandate.signed_by,
                place=mandate.signed_place or "–",
                time=format_datetime(self.env, mandate.signed_at),
                ip=mandate.signed_ip,
            )
        return self.env._("Signed on %(date)s.", date=format_date(self.env, mandate.signed_on))

from odoo import api, models


class ReportReturnNotice(models.AbstractModel):
    """What became of a debit, as a letter."""

    _name = "report.sepa_debit.report_return_notice"
    _inherit = "billing.letter"
    _description = "Letter about a Failed Debit"

    @api.model
    def _get_report_values(self, docids, data=None):
        returns = self.env["sepa.return"].browse(docids)
        return {
            "doc_ids": docids,
            "doc_model": "sepa.return",
            "report_type": (data or {}).get("report_type"),
            "docs": [self._get_document_of(returned) for returned in returns],
        }

    @api.model
    def _get_document_of(self, returned):
        lang = self._get_letter_lang(returned.partner_id, returned.company_id)
        me, returned = self.with_context(lang=lang), returned.with_context(lang=lang)
        return {
            "move": returned,
            "lang": lang,
            "letter": me._get_letter(
                returned.company_id,
                returned.partner_id,
                returned.business_unit_id,
                subject=me.env._("Failed debit of the invoice %s", returned.move_id.name),
            ),
            "text": returned._get_notice_text(),
        }

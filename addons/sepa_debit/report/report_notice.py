from odoo import api, models


class ReportNotice(models.AbstractModel):
    """The announcement of a collection as a letter."""

    _name = "report.sepa_debit.report_notice"
    _inherit = "billing.letter"
    _description = "Announcement of a Direct Debit"

    @api.model
    def _get_report_values(self, docids, data=None):
        collections = self.env["sepa.collection"].browse(docids)
        return {
            "doc_ids": docids,
            "doc_model": "sepa.collection",
            "report_type": (data or {}).get("report_type"),
            "docs": [self._get_document_of(collection) for collection in collections],
        }

    @api.model
    def _get_document_of(self, collection):
        lang = self._get_letter_lang(collection.partner_id, collection.company_id)
        me, collection = self.with_context(lang=lang), collection.with_context(lang=lang)
        return {
            "move": collection,
            "lang": lang,
            "letter": me._get_letter(
                collection.company_id,
                collection.partner_id,
                collection.business_unit_id,
                subject=me.env._("Announcement of a direct debit: %s", collection.move_id.name),
            ),
            "text": collection._get_notice_mail_text(),
        }

from odoo import api, models
from odoo.tools import format_date


class ReportNotice(models.AbstractModel):
    """A dunning letter in the customer's language."""

    _name = "report.dunning_escalation.report_notice"
    _inherit = "billing.letter"
    _description = "Dunning Letter (Document)"

    @api.model
    def _get_report_values(self, docids, data=None):
        notices = self.env["dunning.notice"].browse(docids)
        return {
            "doc_ids": docids,
            "doc_model": "dunning.notice",
            "report_type": (data or {}).get("report_type"),
            "docs": [self._get_document_of(notice) for notice in notices],
        }

    @api.model
    def _get_document_of(self, notice):
        lang = self._get_letter_lang(notice.partner_id, notice.company_id)
        me, notice = self.with_context(lang=lang), notice.with_context(lang=lang)
        return {
            "move": notice,
            "lang": lang,
            "letter": me._get_letter(
                notice.company_id,
                notice.partner_id,
                notice.business_unit_id,
                subject=notice._get_subject(),
                info=me._get_info(notice),
                watermark=me.env._("Draft") if notice.state == "proposed" else "",
            ),
            "opening": notice._get_opening(),
            "items": [me._get_item(line) for line in notice._get_lines("item")],
            "credits": [me._get_item(line) for line in notice._get_lines("credit")],
            "interest": notice._get_interest_rows(),
            "sums": me._get_sums(notice),
            "paragraphs": notice._get_paragraphs(),
        }

    @api.model
    def _get_info(self, notice):
        customer = notice.commercial_partner_id
        info = [
            (self.env._("Date"), format_date(self.env, notice.date)),
            (self.env._("Letter no."), notice.name if notice.name != "/" else ""),
            (self.env._("Customer no."), customer.ref or ""),
            (self.env._("To be paid until"), format_date(self.env, notice.deadline)),
        ]
        return [(label, value) for label, value in info if value]

    @api.model
    def _get_item(self, line):
        """One row of the list of invoices, as text."""
        money = line.currency_id.with_context(lang=self.env.lang)
        move = line.line_id.move_id
        return {
            "name": self._get_item_name(line),
            "date": format_date(self.env, move.invoice_date or move.date),
            "due": format_date(self.env, line.date_due),
            "original": money.format(line.amount_original),
            "paid": money.format(line.amount_paid) if line.amount_paid else "",
            "open": money.format(line.amount_open),
            "level": self._get_item_status(line),
            "interest": money.format(line.interest) if line.interest else "",
        }

    @api.model
    def _get_item_name(self, line):
        """Numbers of entries that are no documents are the accountants' own."""
        move = line.line_id.move_id
        if move.is_sale_document(include_receipts=True):
            return move.name
        return (
            self.env._("Payment received") if line.kind == "credit" else self.env._("Open amount")
        )

    @api.model
    def _get_item_status(self, line):
        if line.line_id.move_id.is_dunning_claim:
            return self.env._("Charges of an earlier letter")
        return line.level_id.name or self.env._("Overdue")

    @api.model
    def _get_sums(self, notice):
        """Rows below the list: what is charged, and the total of each currency."""
        rows = []
        for line in notice._get_lines("item").filtered("interest"):
            money = line.currency_id.with_context(lang=self.env.lang)
            label = self.env._("Default interest on %s", line.line_id.move_id.name)
            rows.append(("", label, money.format(line.interest)))
        own = notice.currency_id.with_context(lang=self.env.lang)
        rows += [("", label, own.format(amount)) for label, amount in notice._get_fee_rows()]
        for currency, total in notice._get_totals().items():
            money = currency.with_context(lang=self.env.lang)
            rows.append(("total", self.env._("To be paid"), money.format(float(total))))
        return rows

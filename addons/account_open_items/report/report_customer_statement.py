from odoo import api, models
from odoo.tools import format_date


class ReportCustomerStatement(models.AbstractModel):
    """A statement of account in the customer's language."""

    _name = "report.account_open_items.report_customer_statement"
    _inherit = "billing.letter"
    _description = "Statement of Account (Document)"

    @api.model
    def _get_report_values(self, docids, data=None):
        partners = self.env["res.partner"].browse(docids)
        return {
            "doc_ids": docids,
            "doc_model": "res.partner",
            "report_type": data.get("report_type"),
            "docs": [self._get_document_of(partner, data) for partner in partners],
        }

    @api.model
    def _get_document_of(self, partner, data):
        company = self.env["res.company"].browse(data["company_id"])
        unit = self.env["billing.business.unit"].browse(data["unit_id"] or [])
        lang = self._get_letter_lang(partner, company)
        me = self.with_context(lang=lang)
        statements = me.env["account.customer.statement"]
        account = statements._get_account(
            company, partner, data["date_from"], data["date_to"], unit
        )
        last_day = format_date(me.env, data["date_to"])
        info = [
            (me.env._("From"), format_date(me.env, data["date_from"])),
            (me.env._("To"), last_day),
            (me.env._("Customer no."), partner.ref or partner.commercial_partner_id.ref or ""),
        ]
        return {
            "move": partner,
            "lang": lang,
            "letter": me._get_letter(
                company,
                partner.with_context(lang=lang),
                unit,
                subject=me.env._("Statement of account of %s", last_day),
                info=[row for row in info if row[1]],
            ),
            **me._format_account(account, company.currency_id.with_context(lang=lang)),
        }

    @api.model
    def _format_account(self, account, money):
        """The figures of an account as text."""

        def day(value):
            return format_date(self.env, value)

        return {
            "opening": money.format(account["opening"]),
            "movements": [
                {
                    **row,
                    "date": day(row["date"]),
                    "amount": money.format(row["amount"]),
                    "balance": money.format(row["balance"]),
                }
                for row in account["movements"]
            ],
            "closing": money.format(account["closing"]),
            "items": [
                {
                    "name": item.move_id.name,
                    "date": day(item.date),
                    "due": day(item.date_due),
                    "open": money.format(item.residual),
                    "is_overdue": item.days_overdue > 0 and item.is_debtor,
                }
                for item in account["items"]
            ],
        }

from odoo import api, models
from odoo.tools import format_date


class ReportOpenItems(models.AbstractModel):
    """The list of a day on paper, with its sums and its check."""

    _name = "report.account_open_items.report_open_items"
    _inherit = "billing.letter"
    _description = "Open Items (Document)"

    @api.model
    def _get_report_values(self, docids, data=None):
        wizards = self.env["account.open.item.show"].browse(docids)
        return {
            "doc_ids": docids,
            "doc_model": "account.open.item.show",
            "report_type": (data or {}).get("report_type"),
            "docs": [self._get_document_of(wizard) for wizard in wizards],
        }

    @api.model
    def _get_document_of(self, wizard):
        company = wizard.company_id
        items = wizard._get_items()
        rows = items.read(
            ["partner_id", "move_id", "date", "date_due", "ageing", "residual", "company_id"]
        )
        money = company.currency_id
        by_age, by_partner = {}, {}
        for row in rows:
            by_age[row["ageing"]] = by_age.get(row["ageing"], 0.0) + row["residual"]
            partner = row["partner_id"] and row["partner_id"][1] or self.env._("Without customer")
            by_partner.setdefault(partner, []).append(row)
        return {
            "move": wizard,
            "lang": self.env.lang,
            "letter": self._get_letter(
                company,
                company.partner_id,
                subject=wizard._get_title(),
                info=[(self.env._("As of"), format_date(self.env, wizard.date))],
            ),
            "groups": [
                {
                    "name": name,
                    "sum": money.format(sum(row["residual"] for row in members)),
                    "rows": [self._get_row(row, money) for row in members],
                }
                for name, members in sorted(by_partner.items())
            ],
            "ageing": [(age, money.format(amount)) for age, amount in sorted(by_age.items())],
            "total": money.format(sum(by_age.values())),
            "checks": [self._get_check(check, money) for check in wizard.check_ids],
        }

    @api.model
    def _get_row(self, row, money):
        return {
            "name": row["move_id"][1],
            "date": format_date(self.env, row["date"]),
            "due": format_date(self.env, row["date_due"]),
            "ageing": row["ageing"],
            "open": money.format(row["residual"]),
        }

    @api.model
    def _get_check(self, check, money):
        names = ("balance", "customers", "no_partner", "year_end", "hidden", "rest")
        return [check.account_id.display_name, *(money.format(check[name]) for name in names)]

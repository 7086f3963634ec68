from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

CHUNK = 1000


class DunningOverdue(models.Model):
    """That an invoice was overdue by a number of days: recorded once, however late."""

    _name = "dunning.overdue"
    _description = "Overdue Mark"
    _log_access = False

    line_id = fields.Many2one(
        "account.move.line", "Open Item", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one("res.company", required=True, index=True)
    business_unit_id = fields.Many2one("billing.business.unit", index="btree_not_null")
    days = fields.Integer(required=True)

    _line_days_uniq = models.UniqueIndex("(line_id, days)")

    @api.model
    def _record_marks(self, company, today, domain):
        """Record ``invoice.overdue`` for what passed a mark and was not recorded with it.

        :param Domain domain: open items to consider
        """
        for days in company._get_dunning_marks():
            while lines := self._find(company, today, days, domain):
                self._record(lines, days)
                if not self.env.context.get("billing_one_transaction"):
                    self.env["ir.cron"]._commit_progress(0)

    @api.model
    def _find(self, company, today, days, domain):
        known = self.sudo()._search([("days", "=", days), ("company_id", "=", company.id)])
        return (
            self.env["account.move.line"]
            .sudo()
            .search(
                domain
                & Domain("company_id", "=", company.id)
                & Domain("parent_state", "=", "posted")
                & Domain("account_id.account_type", "=", "asset_receivable")
                & Domain("reconciled", "=", False)
                & Domain("move_id.move_type", "=", "out_invoice")
                & Domain("amount_residual_currency", ">", 0)
                & Domain("date_maturity", "<=", today - timedelta(days=days))
                & Domain("id", "not in", known.subselect("line_id")),
                order="id",
                limit=CHUNK,
            )
        )

    @api.model
    def _record(self, lines, days):
        self.sudo().create(
            [
                {
                    "line_id": line.id,
                    "company_id": line.company_id.id,
                    "business_unit_id": line.move_id.business_unit_id.id,
                    "days": days,
                }
                for line in lines
            ]
        )
        while lines:
            # An invoice of several parts has several facts, one after the other.
            one_each = lines.browse(group[0].id for group in lines.grouped("move_id").values())
            payloads = {line.move_id.id: self._prepare_payload(line, days) for line in one_each}
            self.env["billing.event"]._record("invoice.overdue", one_each.move_id, payloads)
            lines -= one_each

    @api.model
    def _prepare_payload(self, line, days):
        return {
            "number": line.move_id.name,
            "days": days,
            "due_date": fields.Date.to_string(line.date_maturity),
            "amount_open": str(line.currency_id.round(line.amount_residual_currency)),
            "currency": line.currency_id.name,
        }

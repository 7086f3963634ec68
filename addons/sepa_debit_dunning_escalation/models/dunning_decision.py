from odoo import api, models
from odoo.tools import format_date


class DunningDecision(models.AbstractModel):
    _inherit = "dunning.decision"

    @api.model
    def _get_rows(self, company, partners, today):
        rows = super()._get_rows(company, partners, today)
        self._add_retries([row for own in rows.values() for row in own])
        return rows

    @api.model
    def _add_retries(self, rows):
        """What came back and is debited again by itself waits for that, planned or not yet."""
        debits = [row for row in rows if not row.is_credit and not row.in_collection]
        returns = (
            self.env["sepa.return"]
            .sudo()
            .search(
                [("collection_id.move_line_id", "in", [row.line_id for row in debits])],
                order="id",
            )
        )
        latest = {returned.collection_id.move_line_id.id: returned for returned in returns}
        for row in debits:
            returned = latest.get(row.line_id)
            if (
                returned
                and returned.next_step == "retry"
                and returned.mandate_id.state == "active"
            ):
                row.is_held = True
                row.hold_reason = self.env._(
                    "the debit came back (%(reason)s) and is made again from %(date)s on",
                    reason=returned.reason,
                    date=format_date(self.env, returned.retry_on or returned.returned_on),
                )

from odoo import models
from odoo.tools import format_date


class DunningCase(models.Model):
    _inherit = "dunning.case"

    def _get_reopen_reason(self):
        """A debit that came back says why."""
        returned = self.line_id.sudo().sepa_collection_ids.return_ids.sorted("id")[-1:]
        if not returned or returned.returned_on < (self.closed_on or returned.returned_on):
            return super()._get_reopen_reason()
        return self.env._(
            "The direct debit came back on %(date)s: %(reason)s",
            date=format_date(self.env, returned.returned_on),
            reason=returned.reason,
        )

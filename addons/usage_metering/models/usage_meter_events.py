from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class UsageMeter(models.Model):
    """Meters that events name."""

    _inherit = "usage.meter"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_measured(self):
        statement = "SELECT meter_id FROM usage_event_store WHERE meter_id = ANY(%s) LIMIT 1"
        self.env.cr.execute(SQL(statement, self.ids))
        if found := self.env.cr.fetchone():
            raise UserError(
                self.env._(
                    "%(meter)s has usage events and cannot be deleted. Archive it instead.",
                    meter=self.browse(found[0]).name,
                )
            )

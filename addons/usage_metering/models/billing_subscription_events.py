from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class BillingSubscription(models.Model):
    """Contracts whose usage was reported."""

    _inherit = "billing.subscription"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_measured(self):
        statement = (
            "SELECT subscription_id FROM usage_event_store WHERE subscription_id = ANY(%s) LIMIT 1"
        )
        self.env.cr.execute(SQL(statement, self.ids))
        if found := self.env.cr.fetchone():
            raise UserError(
                self.env._(
                    "%(contract)s has usage and cannot be deleted. End it instead.",
                    contract=self.browse(found[0]).name,
                )
            )

import pytz

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class BillingSubscription(models.Model):
    """Contracts with usage."""

    _inherit = "billing.subscription"

    def _get_usage_zone(self):
        """Name of the time zone in which days of usage begin and end.

        The customer's, otherwise the company's, otherwise UTC.
        """
        self.ensure_one()
        contract = self.sudo()
        names = (contract.partner_id.commercial_partner_id.tz, contract.company_id.partner_id.tz)
        return next((name for name in names if name in pytz.all_timezones_set), "UTC")

    @api.ondelete(at_uninstall=False)
    def _unlink_except_measured(self):
        self.env.cr.execute(
            SQL(
                "SELECT subscription_id FROM usage_event_store "
                "WHERE subscription_id = ANY(%s) LIMIT 1",
                self.ids,
            )
        )
        if found := self.env.cr.fetchone():
            raise UserError(
                self.env._(
                    "%(contract)s has usage and cannot be deleted. End it instead.",
                    contract=self.browse(found[0]).name,
                )
            )

from datetime import timedelta

from odoo import api, models
from odoo.fields import Domain


class BillingWorkList(models.AbstractModel):
    """Claims that lapse soon."""

    _inherit = "billing.work.list"

    @api.model
    def _get_cards(self):
        def lapsing(company, today):
            last_day = today + timedelta(days=company.open_item_warning_days)
            return Domain("limitation_date", "<=", last_day)

        return [
            *super()._get_cards(),
            self._prepare_card(
                "lapsing_claims",
                self.env._("Claims that lapse soon"),
                self._get_domain_by_day(lapsing),
                "account_open_items.action_account_open_item",
                self.env._(
                    "Reminders do not stop limitation: get an acknowledgement, a payment on "
                    "account or a court order for payment before the date."
                ),
                "danger",
                30,
            ),
        ]

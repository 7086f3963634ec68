from odoo import api, models
from odoo.fields import Domain


class BillingWorkList(models.AbstractModel):
    _inherit = "billing.work.list"

    @api.model
    def _get_cards(self):
        return [
            *super()._get_cards(),
            self._prepare_card(
                "usage_ignored",
                self.env._("Usage differences too small to bill"),
                Domain("state", "=", "ignored"),
                "usage_metering.action_usage_correction",
                self.env._(
                    "They wait until they amount to more. Bill them by a lower limit in the plan."
                ),
                "info",
                95,
            ),
        ]

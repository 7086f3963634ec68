from odoo import api, models
from odoo.fields import Domain


class BillingWorkList(models.AbstractModel):
    _inherit = "billing.work.list"

    @api.model
    def _get_cards(self):
        return [
            *super()._get_cards(),
            self._prepare_card(
                "sepa_excluded",
                self.env._("Debits that cannot be collected"),
                Domain("code", "!=", "in_collection"),
                "sepa_debit.action_sepa_exclusion",
                self.env._("Each says what is missing. The next run takes what is repaired."),
                "warning",
                30,
            ),
            self._prepare_card(
                "sepa_to_submit",
                self.env._("Bank files to submit"),
                Domain("state", "in", ("draft", "written")),
                "sepa_debit.action_sepa_collection_batch",
                self.env._("Hand them to the bank before the cut-off of their last day."),
                "danger",
                20,
            ),
            self._prepare_card(
                "sepa_returns",
                self.env._("Return debits to decide"),
                Domain("state", "=", "open"),
                "sepa_debit.action_sepa_return",
                self.env._("Their invoices are open again; each says what is missing."),
                "danger",
                25,
            ),
            self._prepare_card(
                "sepa_set_aside",
                self.env._("Debits set aside"),
                Domain("state", "in", ("planned", "notified", "submitted"))
                & Domain("problem", "!=", False),
                "sepa_debit.action_sepa_collection",
                self.env._(
                    "Left out of a bank file, or not booked although it was submitted; each says "
                    "why. The next run tries again."
                ),
                "danger",
                27,
            ),
            self._prepare_card(
                "sepa_unsigned",
                self.env._("Mandates not signed yet"),
                Domain("state", "=", "draft"),
                "sepa_debit.action_sepa_mandate",
                self.env._("Nothing is collected from their customers until they are signed."),
                "info",
                60,
            ),
        ]

from odoo import api, models
from odoo.fields import Domain


class BillingWorkList(models.AbstractModel):
    _inherit = "billing.work.list"

    @api.model
    def _get_cards(self):
        action = "bank_statement_matching.action_statement_line_match"
        imported = Domain("import_id", "!=", False) & Domain("is_reconciled", "=", False)
        return [
            *super()._get_cards(),
            self._prepare_card(
                "statement_look",
                self.env._("Bank entries that need a look"),
                imported & Domain("match_state", "=", "look"),
                action,
                self.env._("Return debits nobody knows of, and entries that do not add up."),
                "danger",
                40,
            ),
            self._prepare_card(
                "statement_open",
                self.env._("Bank entries to confirm"),
                imported & Domain("match_state", "!=", "look"),
                action,
                self.env._("Money on the bank that no open item was found for with certainty."),
                "warning",
                41,
            ),
        ]

from odoo import models
from odoo.exceptions import UserError

from ..core.returns import ACTIONS, AccountAction

# What came back because of the account alone: another account repairs it.
ACCOUNT_REASONS = tuple(
    code for code, action in ACTIONS.items() if action.account is not AccountAction.KEEP
)


class SepaMandate(models.Model):
    """A mandate whose account could not be debited waits for another account."""

    _inherit = "sepa.mandate"

    def _set_state(self, state, **values):
        if state == "active":
            self._check_account()
        return super()._set_state(state, **values)

    def _check_account(self):
        for mandate in self:
            if mandate.partner_bank_id.sepa_problem:
                raise UserError(
                    self.env._(
                        "The account of the mandate %(mandate)s could not be debited. Enter "
                        "another account. If the bank was wrong, clear “Direct debits” on the "
                        "account first.",
                        mandate=mandate.name,
                    )
                )

    def write(self, vals):
        result = super().write(vals)
        if vals.get("partner_bank_id"):
            self._resume_after_new_account()
        return result

    def _resume_after_new_account(self):
        """Collect again what came back because of the old account."""
        suspended = self.filtered(
            lambda m: m.state == "suspended" and not m.partner_bank_id.sepa_problem
        )
        if not suspended:
            return
        waiting = (
            self.env["sepa.return"]
            .sudo()
            .search(
                [
                    ("mandate_id", "in", suspended.ids),
                    ("state", "=", "open"),
                    ("next_step", "=", "fix"),
                    ("reason_code", "in", ACCOUNT_REASONS),
                ]
            )
        )
        waiting.mandate_id._set_state("active")
        open_ones = waiting.filtered(lambda r: not r.collection_id.move_line_id.reconciled)
        open_ones.collection_id.write({"is_retry_allowed": True, "retry_on": False})
        waiting._set_state("done")

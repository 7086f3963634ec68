from odoo import models

from odoo.addons.sepa_debit.core.returns import action_for


class SepaReturn(models.Model):
    """Dunning rests while a person has to find out whether the customer owes anything.

    The creditor has to fetch the money: without a fault of the debtor there is no default
    (§ 286 (4) BGB). A wrong account is the customer's: dunning goes on beside the request for
    another one.
    """

    _inherit = "sepa.return"

    def _returned_hook(self):
        result = super()._returned_hook()
        held = self.filtered(lambda returned: returned._is_dunning_held())
        self.env["dunning.hold"].sudo().create(
            [returned._prepare_dunning_hold() for returned in held]
        )
        return result

    def _is_dunning_held(self):
        self.ensure_one()
        action = action_for(self.reason_code or "")
        is_theirs = action.is_debtors_fault and self.next_step == "fix"
        return self.state == "open" and not is_theirs and action.reopens

    def _prepare_dunning_hold(self):
        self.ensure_one()
        return {
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.commercial_partner_id.id,
            "move_id": self.move_id.id,
            "sepa_return_id": self.id,
            "kind": "debit",
            "reason": self.env._("The direct debit came back: %s", self.reason),
            "start_date": self.company_id._get_billing_today(),
        }

    def _set_state(self, state):
        changed = super()._set_state(state)
        if state == "done":
            holds = self.env["dunning.hold"].sudo().search([("sepa_return_id", "in", changed.ids)])
            holds._end_now()
        return changed

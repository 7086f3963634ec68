from odoo import api, models
from odoo.fields import Domain


class BillingWorkList(models.AbstractModel):
    _inherit = "billing.work.list"

    @api.model
    def _get_cards(self):
        return [
            *super()._get_cards(),
            self._prepare_card(
                "dunning_proposed",
                self.env._("Dunning letters to look at"),
                Domain("state", "=", "proposed"),
                "dunning_escalation.action_dunning_proposal",
                self.env._("Send them, or hold a customer with a reason and a date."),
                "warning",
                35,
            ),
            self._prepare_card(
                "dunning_by_hand",
                self.env._("Dunning calls and tasks"),
                Domain("state", "=", "issued") & Domain("channel", "in", ("task", "call")),
                "dunning_escalation.action_dunning_notice",
                self.env._("Mark them as done: nothing goes on before."),
                "warning",
                36,
            ),
            self._prepare_card(
                "dunning_plan_broken",
                self.env._("Broken instalment plans"),
                Domain("state", "=", "broken"),
                "dunning_escalation.action_dunning_instalment_plan",
                self.env._("Dunning goes on. Agree on another plan, or cancel this one."),
                "info",
                65,
            ),
        ]

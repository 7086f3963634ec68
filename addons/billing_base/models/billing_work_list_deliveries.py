from odoo import api, models
from odoo.fields import Domain

DELIVERIES = "billing_base.billing_delivery_action"


class BillingWorkList(models.AbstractModel):
    """Documents that have not reached their customers, and the way into the sandbox."""

    _inherit = "billing.work.list"

    @api.model
    def _get_cards(self):
        return [
            *super()._get_cards(),
            self._prepare_card(
                "not_delivered",
                self.env._("Documents not delivered"),
                Domain("state", "in", ("failed", "unknown")),
                DELIVERIES,
                self.env._("Their customers have not got them. Each says why and what to do."),
                "danger",
                15,
            ),
            self._prepare_card(
                "to_print",
                self.env._("Letters to print"),
                Domain("state", "=", "waiting") & Domain("channel", "=", "post"),
                DELIVERIES,
                self.env._("Print them as one file and confirm when they are in the post."),
                "info",
                45,
            ),
        ]

    @api.model
    def _get_status(self):
        status = super()._get_status()
        if not self.env.company.is_billing_sandbox:
            return status
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "billing_base.billing_test_clock_action"
        )
        manager = self.env.user.has_group("billing_base.group_billing_manager")
        return [
            *status,
            {
                "key": "sandbox",
                "label": self.env._("Sandbox"),
                "value": self.env._("Move the date of a customer and watch a year of billing."),
                "severity": False,
                "action": action if manager else False,
            },
        ]

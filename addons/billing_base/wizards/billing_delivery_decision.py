from odoo import fields, models


class BillingDeliveryDecision(models.TransientModel):
    """A person decides about deliveries and says why."""

    _name = "billing.delivery.decision"
    _description = "Decide about Deliveries"

    decision = fields.Selection(
        [
            ("sent", "Mark as Delivered"),
            ("cancelled", "Cancel"),
            ("another", "Send Another Time"),
        ],
        required=True,
        readonly=True,
    )
    delivery_ids = fields.Many2many("billing.delivery", readonly=True)
    channel = fields.Selection(
        [("mail", "Email"), ("post", "Post")], default="mail", required=True, string="How"
    )
    reason = fields.Char(required=True, help="Kept with the delivery and in the history.")

    def action_confirm(self):
        self.ensure_one()
        if self.decision == "another":
            self.delivery_ids._send_another(self.channel, self.reason)
        else:
            self.delivery_ids._decide(self.decision, self.reason)
        return {"type": "ir.actions.client", "tag": "soft_reload"}

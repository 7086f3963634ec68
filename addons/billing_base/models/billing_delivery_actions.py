from odoo import api, models
from odoo.exceptions import AccessError, UserError

from ..core.delivery import State, may_change


class BillingDelivery(models.Model):
    """What people may do. Each decision is written into the history of the document."""

    _inherit = "billing.delivery"

    @api.model
    def _check_may_act(self):
        """Deliveries are written by the system; billing users decide what they may see."""
        if not (self.env.su or self.env.user.has_group("billing_base.group_billing_user")):
            raise AccessError(
                self.env._(
                    "Only billing users may decide about deliveries. Ask your administrator for "
                    "the role Subscription Billing / User."
                )
            )
        self.check_access("read")

    def _check_may_become(self, state):
        labels = dict(self._fields["state"]._description_selection(self.env))
        for delivery in self:
            if not may_change(State(delivery.state), State(state)):
                raise UserError(
                    self.env._(
                        "The delivery of %(document)s is %(state)s; this step is not possible any "
                        "more. Reload the page to see its present state.",
                        document=delivery.document_name,
                        state=labels[delivery.state],
                    )
                )

    def action_retry(self):
        """Try again as soon as possible, with the present addresses of the customer."""
        self._check_may_act()
        waiting = self.filtered(lambda delivery: delivery.state in ("waiting", "retry"))
        (self - waiting)._check_may_become("waiting")
        deliveries = self.sudo()
        deliveries._lock_for_decision()
        for delivery in deliveries:
            # Of unknown outcome: the very same mail, so that it can be recognised as a repetition.
            if delivery.state != "unknown":
                delivery._drop_mail()
            delivery._log_decision(self.env._("Sent again by hand."))
        waiting.sudo().write({"next_attempt_at": False, "attempt_count": 0})
        (deliveries - waiting)._set_state(
            "waiting", reason=False, attempt_count=0, next_attempt_at=False
        )
        deliveries._trigger_cron()
        return self._notify(self.env._("It is sent within a minute. The list shows the result."))

    def _try_again_now(self):
        """Asked for in the chatter: those that are tried again anyway come first now."""
        soon = self.filtered(lambda delivery: delivery.state in ("waiting", "retry"))
        soon.next_attempt_at = False
        soon._trigger_cron()

    def action_arrived(self):
        """The person has found out that a mail of unknown outcome did arrive."""
        self._check_may_act()
        self._check_may_become("sent")
        self.sudo()._lock_for_decision()
        for delivery in self.sudo():
            delivery._log_decision(self.env._("Confirmed as delivered."))
            delivery._set_delivered(reached_recipients=delivery.recipients)

    def _decide(self, decision, reason):
        """Mark as delivered or cancel, with a person's reason.

        :param str decision: "sent" or "cancelled"
        """
        self._check_may_act()
        self._check_may_become(decision)
        deliveries = self.sudo()
        deliveries._lock_for_decision()
        for delivery in deliveries:
            text = (
                self.env._("Marked as delivered")
                if decision == "sent"
                else self.env._("Cancelled")
            )
            delivery._log_decision(f"{text}: {reason}")
            delivery._drop_mail()
        if decision == "sent":
            deliveries._set_delivered(reason)
        else:
            deliveries._set_state("cancelled", reason=reason, next_attempt_at=False)

    def _send_another(self, channel, reason):
        """Deliver a document once more, on purpose: a new delivery with a reason of its own."""
        self._check_may_act()
        created = self.browse().sudo()
        for delivery in self.sudo():
            document = delivery._get_document()
            if not document:
                raise UserError(
                    self.env._("The document was deleted. There is nothing left to send.")
                )
            if obstacle := document._get_delivery_obstacle():
                raise UserError(obstacle)
            count = len(document._get_deliveries())
            created += self._request(
                document, {document.id: channel}, f"again {count}", request_reason=reason
            )
            delivery._log_decision(self.env._("Sent another time: %(reason)s", reason=reason))
        return created

    def _lock_for_decision(self):
        """Nobody decides about a mail that is leaving at this moment."""
        if len(self.try_lock_for_update()) < len(self):
            raise UserError(
                self.env._("One of these is being sent at this moment. Try again in a minute.")
            )
        self.invalidate_recordset(["state"])

    def _log_decision(self, text):
        document = self._get_document()
        if document:
            document._log_delivery(
                self.env._(
                    "Delivery (%(channel)s): %(text)s",
                    channel=dict(self._fields["channel"]._description_selection(self.env))[
                        self.channel
                    ],
                    text=text,
                )
            )

    # === BUTTONS === #

    def action_mark_delivered(self):
        return self._open_decision("sent", self.env._("Mark as Delivered"))

    def action_cancel(self):
        return self._open_decision("cancelled", self.env._("Cancel Delivery"))

    def action_send_another(self):
        return self._open_decision("another", self.env._("Send Another Time"))

    def _open_decision(self, decision, name):
        self._check_may_act()
        if decision != "another":
            self._check_may_become(decision)
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "billing.delivery.decision",
            "view_mode": "form",
            "target": "new",
            "context": {"default_decision": decision, "default_delivery_ids": self.ids},
        }

    def action_print(self):
        """Merge the documents that go by post into one file to print."""
        self._check_may_act()
        wizard = self.env["billing.delivery.print"]._prepare(self)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Print Letters"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_open_document(self):
        self.ensure_one()
        if not self._get_document():
            raise UserError(self.env._("The document was deleted. There is nothing left to open."))
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "view_mode": "form",
        }

    @api.model
    def _notify(self, message):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": message,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

from odoo import fields, models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    _inherit = "account.move"

    billing_subscription_count = fields.Integer(
        string="Contracts",
        compute="_compute_billing_subscription_count",
        groups="billing_base.group_billing_user",
    )

    def _get_billing_subscriptions(self):
        """The contracts whose periods these documents bill."""
        return self.env["billing.period"].search([("move_id", "in", self.ids)]).subscription_id

    def _compute_billing_subscription_count(self):
        groups = self.env["billing.period"]._read_group(
            [("move_id", "in", self.ids)], ["move_id"], ["subscription_id:count_distinct"]
        )
        counts = {move.id: count for move, count in groups}
        for move in self:
            move.billing_subscription_count = counts.get(move.id, 0)

    def action_view_billing_subscriptions(self):
        self.ensure_one()
        subscriptions = self._get_billing_subscriptions()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "subscription_billing.action_billing_subscription"
        )
        if len(subscriptions) == 1:
            return action | {
                "views": [(False, "form")],
                "view_mode": "form",
                "res_id": subscriptions.id,
            }
        return action | {"domain": [("id", "in", subscriptions.ids)], "context": {}}

    def button_cancel(self):
        """A cancelled invoice bills nothing: its time is due again."""
        periods = self.invoice_line_ids.sudo().billing_period_ids
        periods._check_can_void()
        result = super().button_cancel()
        periods._void()
        return result

    def button_draft(self):
        """A cancelled invoice does not come back: its time may be on another one by now."""
        for move in self.filtered(lambda move: move.state == "cancel"):
            periods = move.invoice_line_ids.sudo().billing_period_ids
            if periods.filtered("voided"):
                raise UserError(
                    self.env._(
                        "%(invoice)s was cancelled, so its billing periods are due again. "
                        "Leave it cancelled: the next billing run makes a new invoice.",
                        invoice=move.display_name,
                    )
                )
        return super().button_draft()


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    billing_period_ids = fields.One2many(
        "billing.period",
        "invoice_line_id",
        string="Billed Periods",
        readonly=True,
        copy=False,
        groups="billing_base.group_billing_user",
    )

    def unlink(self):
        """A deleted line bills nothing: its time is due again."""
        self.sudo().billing_period_ids._void()
        return super().unlink()

from odoo import api, fields, models
from odoo.tools import format_date

from ..core.periods import full_period
from .billing_subscription_change import RUNNING_STATES
from .billing_subscription_hold import PAUSE


class BillingSubscription(models.Model):
    """Buttons that change a running contract, and what its form shows about the future."""

    _inherit = "billing.subscription"

    is_running = fields.Boolean(compute="_compute_is_running")
    is_paused = fields.Boolean(
        compute="_compute_is_paused", help="A pause has begun or is planned, and has no end yet."
    )
    last_day = fields.Date(compute="_compute_last_day", help="The last day of the contract.")
    ribbon_text = fields.Char(compute="_compute_ribbon_text")

    @api.depends("state")
    def _compute_is_running(self):
        for subscription in self:
            subscription.is_running = subscription.state in RUNNING_STATES

    @api.depends("hold_ids.code", "hold_ids.end_date")
    def _compute_is_paused(self):
        for subscription in self:
            subscription.is_paused = bool(subscription._get_open_holds(PAUSE))

    @api.depends("end_date")
    def _compute_last_day(self):
        for subscription in self:
            end = subscription.end_date
            subscription.last_day = fields.Date.subtract(end, days=1) if end else False

    @api.depends("state", "end_date", "is_paused")
    @api.depends_context("lang")
    def _compute_ribbon_text(self):
        for subscription in self:
            subscription.ribbon_text = subscription._get_ribbon_text()

    def _get_ribbon_text(self):
        self.ensure_one()
        if self.state == "ended":
            return self.env._("Ended")
        if self.end_date and self.is_running:
            return self.env._("Ends on %s", format_date(self.env, self.last_day))
        if self.state == "paused":
            return self.env._("Paused")
        return False

    def _get_period_end(self, today):
        """The day on which what is paid, or else the current period, ends.

        :param date today: the day to look from
        :return: the first day after it
        """
        self.ensure_one()
        billed = self.period_ids.filtered(
            lambda period: (
                period.kind != "credit" and not period.voided and period.end_date > today
            )
        )
        if billed:
            return max(billed.mapped("end_date"))
        start = max(today, self.trial_end_date or self.start_date)
        lines = self.line_ids.filtered("anchor_date")
        cadence = self.version_id._get_cadence()
        ends = [full_period(line.anchor_date, cadence, start).end for line in lines]
        return min(ends, default=start)

    # === ACTIONS === #

    def action_change(self):
        """Change the plan or the quantities."""
        return self._open_act("billing.subscription.change", self.env._("Change Contract"))

    def action_pause(self):
        """Stop for a time."""
        return self._open_act("billing.subscription.pause", self.env._("Pause Contract"))

    def action_resume(self):
        """Go on after a pause."""
        return self._open_act("billing.subscription.resume", self.env._("Resume Contract"))

    def action_cancel(self):
        """End the contract on a day."""
        return self._open_act("billing.subscription.cancel", self.env._("Cancel Contract"))

    def action_undo_cancel(self):
        """Let cancelled contracts go on."""
        for subscription in self:
            subscription._undo_cancel()
        return True

    def _open_act(self, model, name):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_subscription_id": self.id},
        }

from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import UserError


class UsageEventCancel(models.TransientModel):
    """Why events are cancelled."""

    _name = "usage.event.cancel"
    _description = "Cancel Usage Events"

    # Numbers of events may be larger than those of records; no relation can hold them.
    events = fields.Json(default=lambda self: self.env.context.get("active_ids") or [])
    event_count = fields.Integer(string="Events", compute="_compute_event_count")
    reason = fields.Char(required=True)

    @api.depends("events")
    def _compute_event_count(self):
        for wizard in self:
            wizard.event_count = len(wizard.events or [])

    def action_confirm(self):
        """Cancel the events; those that were cancelled already stay as they are."""
        self.ensure_one()
        events = self.env["usage.event"].search([("id", "in", self.events or [])])
        if not events:
            raise UserError(self.env._("No event is chosen. Choose events in the list first."))
        counts = Counter()
        for company, chosen in events.grouped("company_id").items():
            results = events._cancel_events(chosen.mapped("key"), self.reason, company)
            counts.update(results.values())
        message = self.env._(
            "%(cancelled)s events were cancelled, %(already)s were cancelled before.",
            cancelled=counts["cancelled"],
            already=counts["already_cancelled"],
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": message,
                "type": "success",
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

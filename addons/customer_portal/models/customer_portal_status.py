from odoo import api, models
from odoo.tools import format_amount, format_date

from ..core.standing import Status, status_of

# Icon and colour of each status; the words always stand beside them.
LOOKS = {
    Status.RETURNED: ("fa-undo", "danger"),
    Status.OVERDUE: ("fa-exclamation-triangle", "danger"),
    Status.PARTIAL: ("fa-adjust", "warning"),
    Status.OPEN: ("fa-clock-o", "info"),
    Status.DISPUTED: ("fa-comments-o", "info"),
    Status.COLLECTING: ("fa-calendar-check-o", "info"),
    Status.PROCESSING: ("fa-hourglass-half", "info"),
    Status.CREDIT: ("fa-plus-circle", "success"),
    Status.PAID: ("fa-check-circle", "success"),
    Status.SETTLED: ("fa-check-circle", "success"),
    Status.REVERSED: ("fa-ban", "secondary"),
}


class CustomerPortalAccount(models.AbstractModel):
    """The words for a status: the same on all pages."""

    _inherit = "customer.portal.account"

    @api.model
    def _prepare_status(self, line, item, today):
        """Return ``code``, ``icon``, ``color`` and ``text`` of an item on a day."""
        status = status_of(item, today)
        icon, color = LOOKS[status]
        text = self._get_status_text(status, line, item, today)
        return {"code": status.value, "icon": icon, "color": color, "text": text}

    @api.model
    def _get_status_text(self, status, line, item, today):
        """Return the words of a status, with the date that matters.

        Contract: addons may override for statuses they know more about, and call super.
        """
        due = format_date(self.env, item.due)
        match status:
            case Status.OVERDUE:
                return self._get_overdue_text((today - item.due).days)
            case Status.OPEN:
                return self.env._("Open, please pay by %(date)s", date=due)
            case Status.PARTIAL:
                amount = format_amount(self.env, float(item.to_pay), line.currency_id)
                return self.env._(
                    "Partly paid, %(amount)s left, please pay by %(date)s", amount=amount, date=due
                )
            case Status.COLLECTING:
                day = format_date(self.env, item.collection_date)
                return self.env._("Will be debited on %(date)s", date=day)
            case Status.PAID | Status.SETTLED | Status.REVERSED:
                return self._get_settled_text(status, line)
        return self._get_plain_texts()[status]

    @api.model
    def _get_plain_texts(self):
        return {
            Status.PROCESSING: self.env._("Payment is being processed"),
            Status.RETURNED: self.env._("Your bank returned the direct debit, please pay"),
            Status.DISPUTED: self.env._("Under review, no reminders meanwhile"),
            Status.CREDIT: self.env._("Credit in your favour"),
        }

    @api.model
    def _get_overdue_text(self, days):
        if days == 1:
            return self.env._("Overdue for 1 day")
        return self.env._("Overdue for %(days)s days", days=days)

    @api.model
    def _get_settled_text(self, status, line):
        if status == Status.REVERSED:
            reversals = line.move_id.reversal_move_ids
            number = reversals.filtered(lambda move: move.state == "posted")[:1].name
            return self.env._("Cancelled by %(number)s", number=number or "")
        partials = line.matched_credit_ids | line.matched_debit_ids
        day = format_date(self.env, max(partials.mapped("max_date"), default=line.date))
        if status == Status.SETTLED:
            return self.env._("Settled on %(date)s", date=day)
        return self.env._("Paid on %(date)s", date=day)

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..core.terms import EndReason, earliest_end


class BillingSubscription(models.Model):
    """When a contract can end, stated and explained."""

    _inherit = "billing.subscription"

    minimum_end_date = fields.Date(
        string="Minimum Term Until",
        compute="_compute_minimum_end_date",
        store=True,
        help="The contract cannot end before this day.",
    )
    earliest_end_date = fields.Date(
        string="Earliest End",
        compute="_compute_earliest_end",
        help="First day that need not belong to the contract any more if it is cancelled today.",
    )
    earliest_end_reason = fields.Char(string="Why Not Earlier", compute="_compute_earliest_end")
    cancellable_until = fields.Date(
        compute="_compute_earliest_end",
        help="Last day on which a cancellation still takes effect at the earliest end.",
    )

    @api.depends("start_date", "version_id")
    def _compute_minimum_end_date(self):
        for subscription in self:
            minimum = subscription.version_id and subscription.version_id._get_duration("minimum")
            start = subscription.start_date
            subscription.minimum_end_date = minimum.after(start) if minimum and start else False

    @api.depends(
        "start_date", "anchor_date", "version_id", "partner_id", "line_ids.anchor_date",
        "line_ids.end_date",
    )  # fmt: skip
    def _compute_earliest_end(self):
        for subscription in self:
            if not (subscription.start_date and subscription.version_id):
                subscription.earliest_end_date = subscription.cancellable_until = False
                subscription.earliest_end_reason = False
                continue
            today = subscription.partner_id._get_billing_today(
                subscription.company_id or self.env.company
            )
            found = subscription._get_earliest_end(today)
            subscription.earliest_end_date = found.day
            subscription.cancellable_until = found.notice_until
            subscription.earliest_end_reason = subscription._get_end_reason(found)

    def _get_earliest_end(self, notice_day):
        """The earliest end when notice is given on a day, as :class:`core.terms.EarliestEnd`."""
        self.ensure_one()
        version = self.version_id
        return earliest_end(
            version._get_binding_terms(),
            self.start_date,
            notice_day,
            self._get_period_anchor(),
            version._get_cadence(),
        )

    def _get_period_anchor(self):
        """The day from which the periods of the terms in force are counted."""
        self.ensure_one()
        lines = self.line_ids.filtered(
            lambda line: line.charge_id.recurrence == "recurring" and not line.end_date
        )
        return lines[-1:].anchor_date or self.anchor_date or self.start_date

    def _get_end_reason(self, found):
        """The reason in words, for screens and letters."""
        until = format_date(self.env, found.notice_until) if found.notice_until else ""
        return {
            EndReason.ANY_DAY: self.env._("Can end on any day."),
            EndReason.NOTICE: self.env._("Notice period, or end of the billing period."),
            EndReason.MINIMUM: self.env._(
                "Minimum term; for its end, cancellation is possible until %s.", until
            ),
            EndReason.RENEWAL: self.env._(
                "The contract has renewed; for this end, cancellation is possible until %s.", until
            ),
        }[found.reason]

    def _check_end(self, effective, notice_day):
        """Refuse an end that the terms do not allow yet.

        :raises UserError: states the earliest end and why
        """
        self.ensure_one()
        found = self._get_earliest_end(notice_day)
        if found.reason is not EndReason.ANY_DAY and effective < found.day:
            raise UserError(
                self.env._(
                    "End Date: %(contract)s can end on %(date)s at the earliest. %(reason)s "
                    "Choose that day or a later one, or end it for good cause.",
                    contract=self.name,
                    date=format_date(self.env, found.day),
                    reason=self._get_end_reason(found),
                )
            )

    def _activate(self, today):
        """A fixed term ends by itself."""
        result = super()._activate(today)
        fixed = self.version_id._get_duration("fixed")
        if fixed and not self.end_date:
            self.end_date = fixed.after(self.start_date)
        return result

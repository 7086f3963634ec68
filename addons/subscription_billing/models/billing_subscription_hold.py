from odoo import Command, api, fields, models

from ..core.spans import Span

PAUSE = "pause"


class BillingSubscriptionHold(models.Model):
    """A reason why a contract does not run for a time.

    A contract runs when no hold is left: a customer's pause, a suspension and a dispute never
    lift each other. Each says whether the time is billed all the same.
    """

    _name = "billing.subscription.hold"
    _description = "Contract Hold"
    _order = "start_date, id"

    subscription_id = fields.Many2one(
        "billing.subscription", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="subscription_id.company_id", store=True)
    code = fields.Char(required=True, help="What holds the contract, e.g. “pause”.")
    origin = fields.Char(help="Who or what caused the hold.")
    start_date = fields.Date(string="From", required=True)
    end_date = fields.Date(string="Until", help="The first day that runs again. Empty: open.")
    is_billed = fields.Boolean(string="Billed Meanwhile")

    _end_after_start = models.Constraint(
        "CHECK (end_date IS NULL OR end_date >= start_date)",
        "Until: a hold cannot end before it begins. Enter its first day or a later one.",
    )

    def _lasts_beyond(self, day):
        """Whether the hold lasts, or begins, after a day."""
        self.ensure_one()
        return not self.end_date or self.end_date > max(day, self.start_date)


class BillingSubscription(models.Model):
    _inherit = "billing.subscription"

    is_held = fields.Boolean(compute="_compute_is_held")

    @api.depends("hold_ids.end_date")
    def _compute_is_held(self):
        for subscription in self:
            subscription.is_held = any(not hold.end_date for hold in subscription.hold_ids)

    def _get_unbilled_spans(self):
        """The time that is held and not billed, for the rules."""
        self.ensure_one()
        holds = self.hold_ids.filtered(lambda hold: not hold.is_billed)
        return [Span(hold.start_date, hold.end_date or None) for hold in holds]

    def _hold(self, code, origin, billed, start, withheld=None):
        """Hold the contracts from a day on.

        :param str code: what holds, e.g. ``"pause"``; upper addons choose their own
        :param str origin: who or what caused it, for people
        :param bool billed: whether the time is billed all the same
        :param date start: first day of the hold
        :param withheld: ``billing.feature`` records the customer may not use meanwhile, none if
            it is empty; None takes everything away
        :return: the ``billing.subscription.hold`` records, one per contract; a contract that is
            held by the same code already keeps its hold
        """
        free = self.filtered(lambda sub: not sub._get_open_holds(code))
        values = [
            {
                "subscription_id": sub.id,
                "code": code,
                "origin": origin,
                "start_date": start,
                "is_billed": billed,
                **self._prepare_withheld(withheld),
            }
            for sub in free
        ]
        holds = self.env["billing.subscription.hold"].create(values)
        if not billed:
            free.line_ids._resettle(start)
        return holds

    @api.model
    def _prepare_withheld(self, withheld):
        if withheld is None:
            return {"withholds": "all"}
        named = {"withholds": "features", "feature_ids": [Command.set(withheld.ids)]}
        return named if withheld else {"withholds": "nothing"}

    def _release(self, code, end):
        """End the holds of a code on a day; others stay.

        An end that was planned for later is brought forward.

        :param str code: as given to ``_hold()``
        :param date end: first day that runs again
        :return: the holds that end earlier now
        """
        holds = self.hold_ids.filtered(lambda hold: hold.code == code and hold._lasts_beyond(end))
        for hold in holds:
            hold.end_date = max(hold.start_date, end)
            hold.subscription_id.line_ids._resettle(hold.end_date)
        return holds

    def _get_open_holds(self, code):
        return self.hold_ids.filtered(lambda hold: hold.code == code and not hold.end_date)

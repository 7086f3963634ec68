from datetime import timedelta

from odoo import models
from odoo.tools import SQL


class BillingSubscription(models.Model):
    """Marks of usage that was noted since a contract was billed.

    They come with events and cancellations, in the same transaction, and go in the transaction
    that has rated the contract: what it does not see, it does not delete.
    """

    _inherit = "billing.subscription"

    def _get_first_marks(self):
        """The first day with usage that was noted since the contract was billed.

        A day early, because the day of an event depends on the time zone.

        :return: dict of contract id -> date
        """
        rows = self.env.execute_query(SQL(FIRST_QUERY, self.ids))
        return {contract_id: day - timedelta(days=1) for contract_id, day in rows}

    def _forget_marks(self):
        """Usage noted so far was rated: what the transaction does not see yet stays noted."""
        if self:
            self.env.cr.execute(SQL(FORGET_QUERY, self.ids))
            self._compute_next_billing_date()


FIRST_QUERY = """
    SELECT subscription_id, min(first_at)::date
      FROM usage_event_mark
     WHERE subscription_id = ANY(%s)
     GROUP BY subscription_id
"""
FORGET_QUERY = "DELETE FROM usage_event_mark WHERE subscription_id = ANY(%s)"

from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL

# Key in what is known of an item: ids of the plans its invoice bills.
PLANS = "plan_ids"


class DunningDecision(models.AbstractModel):
    _inherit = "dunning.decision"

    @api.model
    def _get_rows(self, company, partners, today):
        rows = super()._get_rows(company, partners, today)
        self._add_plans([row for own in rows.values() for row in own])
        return rows

    @api.model
    def _add_plans(self, rows):
        """What plans the invoices bill, in one query for all of them."""
        moves = tuple({row.move_id for row in rows})
        plans = defaultdict(set)
        if moves:
            for move_id, plan_id in self.env.execute_query(
                SQL(
                    """SELECT DISTINCT p.move_id, s.plan_id
                         FROM billing_period p
                         JOIN billing_subscription s ON s.id = p.subscription_id
                        WHERE p.move_id IN %s""",
                    moves,
                )
            ):
                plans[move_id].add(plan_id)
        for row in rows:
            row.extra[PLANS] = plans.get(row.move_id, set())

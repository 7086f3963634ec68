from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL


class BillingRun(models.Model):
    """Usage that came late makes its contract due."""

    _inherit = "billing.run"

    @api.model
    def _run_upkeep(self, company, today, scope):
        self._note_late_usage(company, scope)
        return super()._run_upkeep(company, today, scope)

    @api.model
    def _note_late_usage(self, company, scope):
        """Have contracts looked at again that have usage for time which is billed.

        What others work on is left for the next turn.
        """
        self.env["billing.subscription.line"].flush_model()
        rows = self.env.execute_query(SQL(LATE_QUERY, company.id))
        contracts = self.env["billing.subscription"].with_company(company)
        found = contracts.search(scope & Domain("id", "in", [row[0] for row in rows]))
        found.try_lock_for_update()._compute_next_billing_date()
        self._commit_step()


LATE_QUERY = """
    SELECT DISTINCT line.subscription_id
      FROM usage_event_mark mark
      JOIN billing_subscription_line line ON line.subscription_id = mark.subscription_id
      JOIN billing_charge charge ON charge.id = line.charge_id
     WHERE line.company_id = %s
       AND charge.meter_id IS NOT NULL
       AND mark.first_at < line.billed_until + 1
"""

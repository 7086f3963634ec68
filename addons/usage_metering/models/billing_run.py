from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL, split_every

BATCH = 500


class BillingRun(models.Model):
    """Usage that came late, or has become expensive, makes its contract due."""

    _inherit = "billing.run"

    @api.model
    def _run_upkeep(self, company, today, scope):
        for query, note in (
            (LATE_QUERY, self._note_late_usage),
            (INTERIM_QUERY, self._note_interim_usage),
        ):
            if not self._note_usage(company, today, scope, query, note):
                return 0
        return super()._run_upkeep(company, today, scope)

    @api.model
    def _note_usage(self, company, today, scope, query, note):
        """Have contracts looked at by their usage; what others work on is left for the next turn.

        :param str query: SQL for the ids of contracts with new usage in a company
        :param note: function of contracts and a day
        :return: seconds left for the calling cron
        """
        self.env.flush_all()
        rows = self.env.execute_query(SQL(query, company.id))
        contracts = self.env["billing.subscription"].with_company(company)
        found = contracts.search(
            scope
            & Domain("company_id", "=", company.id)
            & Domain("id", "in", [row[0] for row in rows])
        )
        seconds_left = float("inf")
        for ids in split_every(BATCH, found.ids):
            note(found.browse(ids).try_lock_for_update(), today)
            seconds_left = self._commit_step()
            if not seconds_left:
                break
        return seconds_left

    @api.model
    def _note_late_usage(self, contracts, _today):
        """The next day something is to do takes into account what came late."""
        contracts._compute_next_billing_date()

    @api.model
    def _note_interim_usage(self, contracts, today):
        """Bill contracts today whose usage costs as much as makes an interim invoice."""
        standings = contracts.line_ids._get_standings()
        due = contracts._get_due_items(standings, today)
        reached = contracts.filtered(
            lambda contract: any(
                getattr(item, "is_interim", False)
                for line in contract.line_ids
                for item in due.get(line.id, ())
            )
        )
        reached.next_billing_date = today


LATE_QUERY = """
    SELECT DISTINCT line.subscription_id
      FROM usage_event_mark mark
      JOIN billing_subscription_line line ON line.subscription_id = mark.subscription_id
      JOIN billing_charge charge ON charge.id = line.charge_id
     WHERE line.company_id = %s
       AND charge.meter_id IS NOT NULL
       AND mark.first_at < line.billed_until + 1
"""
INTERIM_QUERY = """
    SELECT DISTINCT contract.id
      FROM usage_event_mark mark
      JOIN billing_subscription contract ON contract.id = mark.subscription_id
      JOIN billing_plan_version version ON version.id = contract.version_id
     WHERE contract.company_id = %s
       AND version.usage_interim_amount > 0
"""

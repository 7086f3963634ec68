import logging

from psycopg2 import OperationalError

from odoo import api, models
from odoo.fields import Domain

from odoo.addons.subscription_billing.models.billing_run import ONE_TRANSACTION
from odoo.addons.subscription_billing.models.billing_subscription import RUNNING_STATES

from .billing_run import INTERIM_QUERY

_logger = logging.getLogger(__name__)


class UsageAlert(models.Model):
    """Watching usage: alerts, and interim invoices that do not wait until the night."""

    _inherit = "usage.alert"

    @api.model
    def _cron_watch(self):
        """Look at every company's new usage; customers with a test clock are left out."""
        for company in self.env["res.company"].search([]):
            today = company._get_billing_today()
            clocked = self.env["billing.test.clock"]._get_clocked_partners(company)
            outside = Domain("partner_id.commercial_partner_id", "not in", clocked.ids)
            if not self._run_usage_alerts(company, today, outside):
                return
            if not self._run_interim(company, today, outside):
                return

    @api.model
    def _run_interim(self, company, today, domain):
        """Have billing begin at once where usage has become enough for an interim invoice.

        :return: seconds left for the calling cron
        """
        runs = self.env["billing.run"].with_company(company)
        contracts = self.env["billing.subscription"].with_company(company)
        scope = domain & Domain("company_id", "=", company.id)
        due = scope & contracts._get_due_domain(today)
        before = contracts.search_count(due)
        seconds_left = runs._note_usage(
            company, today, scope, INTERIM_QUERY, runs._note_interim_usage
        )
        if contracts.search_count(due) > before:
            self.env.ref("subscription_billing.ir_cron_billing_run").sudo()._trigger()
        return seconds_left

    @api.model
    def _run_usage_alerts(self, company, today, domain=Domain.TRUE):
        """Tell of levels that new usage has reached, in batches with a commit each.

        :param Domain domain: contracts to consider
        :return: seconds left for the calling cron
        """
        running = domain & Domain("state", "in", RUNNING_STATES)
        runs = self.env["billing.run"]
        return runs._note_usage(company, today, running, WATCHED_QUERY, self._watch)

    @api.model
    def _watch(self, contracts, today):
        """Tell what a batch has reached; one contract that cannot be rated does not stop it.

        Whoever was told by another cron at the same moment is not told again: the index of the
        notices refuses it, and nothing of ours is kept.
        """
        try:
            self.env["billing.run"]._isolate(
                list(contracts),
                lambda parts: contracts.browse().union(*parts)._check_usage_alerts(today),
                self._skip,
            )
        except OperationalError:
            if self.env.context.get(ONE_TRANSACTION):
                raise
            # Another transaction won, and our snapshot is old: the next turn goes on.
            self.env.cr.rollback()

    @api.model
    def _skip(self, contract, error):
        _logger.warning("Usage alerts of contract %s: %s", contract.name, error)
        return [], [contract]


class BillingRun(models.Model):
    _inherit = "billing.run"

    @api.model
    def _run_upkeep(self, company, today, scope):
        """Before anything is billed: what is billed is no new usage any more."""
        if not self.env["usage.alert"]._run_usage_alerts(company, today, scope):
            return 0
        return super()._run_upkeep(company, today, scope)


class BillingTestClock(models.Model):
    _inherit = "billing.test.clock"

    def _get_event_labels(self):
        return {
            **super()._get_event_labels(),
            "usage.alert_reached": self.env._("Usage alert reached"),
        }


# Contracts with new usage that somebody wants to know of.
WATCHED_QUERY = """
    SELECT DISTINCT mark.subscription_id
      FROM usage_event_mark mark
      JOIN billing_subscription contract ON contract.id = mark.subscription_id
     WHERE contract.company_id = %s
       AND EXISTS (
           SELECT FROM usage_alert alert
            WHERE alert.meter_id = mark.meter_id
              AND (alert.subscription_id = contract.id OR alert.charge_id IS NOT NULL))
"""

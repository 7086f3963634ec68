from dataclasses import replace
from decimal import Decimal

from odoo import models

from ..core.correction import Policy, When, decide
from .usage_standing import UsageStanding

ZERO = Decimal(0)


class BillingSubscription(models.Model):
    """Usage is measured for all contracts of a batch together, then rated period by period."""

    _inherit = "billing.subscription"

    def _get_due_items(self, standings, today):
        """With what usage costs; the standings of metered lines are replaced by rated ones."""
        metered = self.line_ids.filtered(
            lambda line: isinstance(standings.get(line.id), UsageStanding)
        )
        if not metered:
            return super()._get_due_items(standings, today)
        counted = metered.filtered("charge_id.meter_id")
        fees = {
            line_id: found for line_id, found in standings.items() if line_id not in metered.ids
        }
        due = super()._get_due_items(fees, today)
        standings.update(counted._rate(standings, due, today))
        due |= {line.id: standings[line.id].get_due(today, 0) for line in counted}
        minimums = metered - counted
        standings.update(minimums._rate_minimums(standings, due, today))
        for contract in metered.subscription_id:
            contract._decide_differences(standings, due)
        return due | {line.id: standings[line.id].get_due(today, 0) for line in metered}

    def _decide_differences(self, standings, due):
        """Bill differences now, have them wait, or ignore them: of a contract as a whole."""
        self.ensure_one()
        lines = self.line_ids.filtered(
            lambda line: isinstance(standings.get(line.id), UsageStanding)
        )
        items = [item for line in lines for item in standings[line.id].items or ()]
        found = [item.draft.amount for item in items if item.is_correction]
        if not found:
            return
        has_other = any(not item.is_correction for item in items) or any(
            due.get(line.id) for line in self.line_ids - lines
        )
        decision = decide(
            self.version_id._get_usage_policy(),
            found,
            has_other,
            has_later=any(
                standings[line.id].get_next_day(())
                for line in self.line_ids
                if line.id in standings
            ),
        )
        for line in lines:
            standings[line.id] = replace(standings[line.id], decision=decision)

    def _drop_early(self, lines, items):
        """Bill before the end of a period only what has become enough together."""
        early = [item for line in lines for item in items[line.id] if item.is_interim]
        limit = Decimal(str(self.version_id.usage_interim_amount or 0))
        if sum((item.draft.amount for item in early), ZERO) >= limit > 0:
            return
        for line in lines:
            items[line.id] = [item for item in items[line.id] if not item.is_interim]


class BillingPlanVersion(models.Model):
    _inherit = "billing.plan.version"

    def _get_usage_policy(self):
        """What becomes of differences, as :class:`core.correction.Policy`."""
        return Policy(When(self.usage_correction), Decimal(str(self.usage_ignore_below or 0)))

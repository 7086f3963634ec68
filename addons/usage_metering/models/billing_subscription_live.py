from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from odoo import models

from odoo.addons.subscription_billing.core.periods import BillingPeriod

from ..core.aggregation import Aggregation
from ..core.forecast import elapsed_part, forecast_usage
from .usage_standing import UsageStanding

ZERO = Decimal(0)


@dataclass(frozen=True)
class LiveUsage:
    """The usage of a charge in the period that is not over.

    :ivar line: ``billing.subscription.line`` record
    :ivar elapsed: part of the period that is over, from 0 to 1
    :ivar quantity: so far, and ``amount`` its price in the price mode of the price list
    :ivar billed: amount that was billed before the end of the period
    :ivar expected_quantity: at the end of the period if it goes on like this
    :ivar prepaid: units that prepaid quotas take
    """

    line: models.Model
    period: BillingPeriod
    elapsed: Decimal
    quantity: Decimal
    amount: Decimal
    billed: Decimal
    expected_quantity: Decimal
    expected_amount: Decimal
    prepaid: Decimal


@dataclass(frozen=True)
class QuotaStanding:
    """A prepaid quota: ``total`` units, of which ``left`` after all usage so far."""

    meter: models.Model
    start: date
    end: date | None
    total: Decimal
    left: Decimal


class BillingSubscription(models.Model):
    """Usage while it happens."""

    _inherit = "billing.subscription"

    def _get_live_usage(self, today=None):
        """What is used in the running periods, and what it will probably come to.

        :param date today: by default the customer's today
        :return: dict of contract id -> list of :class:`LiveUsage`
        """
        return self._look_at_usage(today)[0]

    def _get_quota_standings(self, today=None):
        """The prepaid quotas that are not over.

        :return: dict of contract id -> list of :class:`QuotaStanding`
        """
        return self._look_at_usage(today)[1]

    def _look_at_usage(self, today=None):
        """Rate the running periods as if they ended now, and as they will probably end."""
        live = {contract.id: [] for contract in self}
        quotas = {contract.id: [] for contract in self}
        day = today or self.partner_id[:1]._get_billing_today(self.company_id[:1])
        standings = self.line_ids._get_standings()
        lines = self.line_ids.filtered(
            lambda line: line.meter_id and isinstance(standings.get(line.id), UsageStanding)
        )
        tasks = {line: standings[line.id].get_running_task(line.id, day) for line in lines}
        book = lines._get_quotas(tasks, standings, {})
        usage = lines._measure_tasks(tasks, book)
        expected = {
            line.id: forecast_usage(
                usage.get(line.id, {}), task.period, day,
                Aggregation(line.meter_id.aggregation), line.meter_id.is_persistent,
            )
            for line, rows in tasks.items()
            for task, _charge in rows
        }  # fmt: skip
        later = lines._rate_tasks(tasks, book.fork(), expected, standings, is_whole=True)
        now = lines._rate_tasks(tasks, book, usage, standings, is_whole=True)
        for line, rows in tasks.items():
            for task, charge in rows:
                [found], [coming] = now[line.id], later[line.id]
                ratings = standings[line.id].get_ratings(charge) if charge else ()
                live[line.subscription_id.id].append(
                    LiveUsage(
                        line=line,
                        period=task.period,
                        elapsed=elapsed_part(task.period, day),
                        quantity=found.rated.quantity,
                        amount=found.draft.amount,
                        billed=sum((entry.rated for entry in ratings), ZERO),
                        expected_quantity=coming.rated.quantity,
                        expected_amount=coming.draft.amount,
                        prepaid=sum((draw.quantity for draw in found.rated.draws), ZERO),
                    )
                )
        for (contract_id, meter_id), rows in book.quotas.items():
            meter = self.env["usage.meter"].browse(meter_id)
            quotas[contract_id] += [
                QuotaStanding(
                    meter, quota.span.start, quota.span.end, quota.quantity, book.left[quota.key]
                )
                for quota in rows
                if quota.span.end is None or quota.span.end > day
            ]
        return live, quotas

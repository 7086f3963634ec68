import random
from datetime import datetime, timedelta
from decimal import Decimal

from odoo.tests import tagged

from odoo.addons.subscription_billing.core.periods import BillingPeriod
from odoo.addons.subscription_billing.core.pricing import Percentage, PerUnit

from ..core.aggregation import Event, aggregate, charged_part, level_after
from ..core.rating import Usage
from .common import UsageCommon

START = datetime(2025, 1, 1)
AGGREGATIONS = ("sum", "count", "max", "last", "unique", "weighted_sum")


@tagged("post_install", "-at_install")
class TestMeasuring(UsageCommon):
    """The database measures what the rules say, on random events."""

    def _record(self, contract, meter, seed):
        """Record random events around a month; return them as the rules know them."""
        rng = random.Random(seed)
        events = []
        for _number in range(40):
            at = START + timedelta(minutes=rng.randrange(-20000, 60000))
            quantity = Decimal(rng.randrange(-500, 9000)) / 100
            value = rng.choice("abcdef")
            key = self._use(contract, at.isoformat(), str(quantity), meter=meter, value=value)
            if rng.random() < 0.1:
                self._cancel(key)
            else:
                events.append(Event(at, quantity, value))
        return sorted(events, key=lambda event: event.at)

    def _measure(self, contract, terms, *months):
        line = contract.line_ids
        spans = {self._month(month): terms for month in months}
        found = self.env["usage.rating"]._measure({line: spans})[line.id]
        return [found.get(span, Usage()) for span in spans]

    def _month(self, month):
        return BillingPeriod(
            self._day(f"2025-{month:02}-01"), self._day(f"2025-{month + 1:02}-01")
        )

    def _check(self, aggregation, is_persistent, seed):
        values = {} if aggregation != "sum" else {"increment": 0.5, "least": 2, "divisor": 8}
        meter = self._create_meter(
            f"{aggregation} {is_persistent} {seed}",
            aggregation=aggregation,
            is_persistent=is_persistent,
            **values,
        )
        plan = self._create_metered_plan({"meter_id": meter.id})
        contract = self._create_metered_contract(plan, "2024-12-01")
        measure = meter._get_measure()
        events = [
            Event(event.at, measure.of(event.quantity), event.value)
            for event in self._record(contract, meter, seed)
        ]
        for month, usage in zip(
            (1, 2, 3), self._measure(contract, PerUnit(Decimal(1)), 1, 2, 3), strict=True
        ):
            span = self._month(month)
            first = datetime.combine(span.start, datetime.min.time())
            before = [event for event in events if event.at < first]
            carried = level_after(aggregation, before) if is_persistent else Decimal(0)
            wanted = aggregate(aggregation, events, span.start, span.end, carried)
            self.assertEqual(usage.quantity, measure.billed(wanted), (aggregation, seed, month))

    def test_same_as_the_rules(self):
        for aggregation in AGGREGATIONS:
            for is_persistent in (False, True):
                if is_persistent and aggregation in ("count", "unique"):
                    continue
                for seed in (1, 2):
                    with self.subTest(aggregation, is_persistent=is_persistent, seed=seed):
                        self._check(aggregation, is_persistent, seed)

    def test_what_is_free_of_a_percentage(self):
        plan = self._create_metered_plan(
            {"charge_model": "percentage", "rate": 1, "free_events": 3, "free_units": 90}
        )
        contract = self._create_metered_contract(plan, "2024-12-01")
        terms = Percentage(Decimal(1), free_events=3, free_units=Decimal(90))
        events = self._record(contract, self.meter, 7)
        for month, usage in zip((1, 2), self._measure(contract, terms, 1, 2), strict=True):
            span = self._month(month)
            values = [
                event.quantity for event in events if span.start <= event.at.date() < span.end
            ]
            count, total, fees, charged = charged_part(values, 3, Decimal(90))
            self.assertEqual(usage, Usage(total, count, fees, charged))
            self.assertTrue(0 < fees < count)

    def test_one_query_for_many_contracts(self):
        contracts = self._create_contracts(5, plan=self.metered, usage_tz="UTC")
        for contract in contracts:
            self._use(contract, "2025-01-05T00:00:00", 6)
        wanted = {line: {self._month(1): PerUnit(Decimal(1))} for line in contracts.line_ids}
        rating = self.env["usage.rating"]
        rating._measure(wanted)
        with self.assertQueryCount(1):
            found = rating._measure(wanted)
        self.assertEqual({usage.quantity for row in found.values() for usage in row.values()}, {6})

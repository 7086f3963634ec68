import os
import random
from collections import defaultdict
from datetime import datetime, timedelta
from decimal import Decimal

from odoo import Command
from odoo.tests import tagged

from odoo.addons.subscription_billing.core.explaining import explain

from .common import UsageCommon
from .recompute import rate_contract

HISTORIES = int(os.environ.get("USAGE_HISTORIES", "12"))
START = datetime(2025, 1, 1)
ZONES = ("UTC", "Europe/Berlin", "America/Los_Angeles", "Pacific/Auckland")
TIERS = [
    Command.create({"up_to": 10, "unit_price": 2, "flat_amount": 5}),
    Command.create({"up_to": 40, "unit_price": 1.5, "flat_amount": 0}),
    Command.create({"is_open": True, "unit_price": 0.333, "flat_amount": 10}),
]
RATES = [
    Command.create({"up_to": 50, "rate": 5}),
    Command.create({"is_open": True, "rate": 2.5, "flat_amount": 1}),
]
PRICES = (
    {"unit_price": 0.337},
    {"unit_price": 3, "maximum_amount": 100, "minimum_amount": 4},
    {"charge_model": "graduated", "tier_ids": TIERS},
    {"charge_model": "volume", "tier_ids": TIERS},
    {"charge_model": "package", "unit_price": 7, "package_size": 10, "free_units": 5},
    {"charge_model": "percentage", "rate": 2.5, "fixed_per_event": 0.35, "free_events": 2},
    {"charge_model": "percentage", "rate": 1.5, "free_units": 40},
    {"charge_model": "graduated_percentage", "tier_ids": RATES},
)
MEASURES = (
    {"aggregation": "sum"},
    {"aggregation": "sum", "increment": 0.5, "least": 1, "divisor": 3},
    {"aggregation": "count"},
    {"aggregation": "max"},
    {"aggregation": "last", "is_persistent": True},
    {"aggregation": "unique"},
    {"aggregation": "weighted_sum", "is_persistent": True},
)
PACK = {"name": "Pack", "unit_price": 80, "recurrence": "once", "quota_units": 30}


@tagged("post_install", "-at_install")
class TestUsageHistory(UsageCommon):
    """Whatever comes late, changes or goes: in the end exactly what was used is billed."""

    def _create_random_plan(self, rng, meter, number):
        price = rng.choice(PRICES)
        others = []
        if meter.aggregation in ("sum", "count") and rng.random() < 0.5:
            others.append({**PACK, "quota_meter_id": meter.id})
        window = {"window_count": 3} if rng.random() < 0.3 else {}
        plan = self._create_metered_plan(
            {"meter_id": meter.id, **price, **window},
            others,
            cadence_count=rng.choice((1, 1, 2)),
            alignment=rng.choice(("calendar", "anniversary")) if number else "anniversary",
        )
        plan.current_version_id.write(
            {
                "usage_correction": rng.choice(("next_run", "own_document", "next_invoice")),
                "usage_interim_amount": rng.choice((0, 0, 60)),
            }
        )
        return plan

    def _play(self, seed):
        rng = random.Random(seed)
        meter = self._create_meter(f"meter {seed}", **rng.choice(MEASURES))
        plans = [self._create_random_plan(rng, meter, number) for number in range(2)]
        contract = self._create_metered_contract(
            plans[0],
            (START + timedelta(days=rng.randrange(20))).date().isoformat(),
            usage_tz=rng.choice(ZONES),
        )
        keys, day = [], contract.start_date
        for _step in range(rng.randrange(12, 25)):
            for _event in range(rng.randrange(4)):
                since = (day - contract.start_date).days
                late = timedelta(days=min(rng.choice((0, 1, 3, 40, 70)), since))
                local = datetime.combine(day - late, datetime.min.time()) + timedelta(
                    minutes=rng.randrange(24 * 60)
                )
                at = contract._get_usage_zone().localize(local)
                quantity = rng.choice(("1", "2.5", "7", "13.37", "40", "-3"))
                value = rng.choice("abcdefgh")
                keys.append(
                    self._use(contract, at.isoformat(), quantity, meter=meter, value=value)
                )
            if keys and rng.random() < 0.2:
                self._cancel(keys.pop(rng.randrange(len(keys))))
            if rng.random() < 0.06 and contract.version_id == plans[0].current_version_id:
                back = timedelta(days=rng.choice((0, 5, 35)))
                effective = max(day - back, contract.start_date + timedelta(days=3))
                contract._change_plan(plans[1].current_version_id, effective, {})
            day += timedelta(days=rng.randrange(1, 20))
            self._run_billing(day)
        if rng.random() < 0.5:
            contract._cancel(day + timedelta(days=5), credited=True)
        return contract, day

    def _settle(self, contract, day):
        """Bill until nothing is left of what is over; return the last day."""
        for later in (1, 70, 71):
            self._run_billing(day + timedelta(days=later))
        return day + timedelta(days=71)

    def _check_amounts(self, contract, today, seed):
        billed = defaultdict(Decimal)
        for row in contract.period_ids.filtered(lambda row: row.line_id.meter_id):
            computed = explain(row.explanation).amount(2, False)
            self.assertEqual(computed, Decimal(str(row.amount)), seed)
            billed[row.line_id.id, row.start_date] += Decimal(str(row.amount))
        owed = rate_contract(contract, today)
        self.assertEqual(dict(billed), owed, seed)

    def _check_documents(self, contract, seed):
        for move in contract.period_ids.move_id:
            self.assertEqual(move.state, "posted")
            sign = -1 if move.move_type == "out_refund" else 1
            rows = move.invoice_line_ids.billing_period_ids
            self.assertAlmostEqual(sign * move.amount_untaxed, sum(rows.mapped("amount")), 2, seed)
            self.assertGreaterEqual(move.amount_total, 0)
            for line in move.invoice_line_ids:
                self.assertGreaterEqual(line.price_unit, 0)
        loose = contract.period_ids.filtered(lambda row: not row.move_id)
        self.assertFalse(any(loose.mapped("amount")), seed)

    def _check_history(self, seed):
        contract, day = self._play(seed)
        today = self._settle(contract, day)
        self.env.invalidate_all()
        self._check_amounts(contract, today, seed)
        self._check_documents(contract, seed)
        count = len(contract.period_ids)
        self._run_billing(today)
        self.env.invalidate_all()
        self.assertEqual(len(contract.period_ids), count, "nothing twice")

    def test_random_histories(self):
        for seed in range(HISTORIES):
            with self.subTest(seed=seed):
                self._check_history(seed)

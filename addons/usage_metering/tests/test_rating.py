from odoo import Command
from odoo.tests import tagged

from .common import UsageCommon


@tagged("post_install", "-at_install")
class TestRating(UsageCommon):
    """Usage becomes lines of posted documents."""

    def test_usage_is_billed_when_the_period_is_over(self):
        contract = self._create_metered_contract()
        self._use(contract, "2025-01-15T12:00:00", 3)
        self._use(contract, "2025-02-01T00:00:00", 5)
        self.assertFalse(self._run_billing("2025-01-31"))
        move = self._run_billing("2025-02-01")
        self.assertEqual(move.amount_untaxed, 30.0)
        line = move.invoice_line_ids
        self.assertEqual((line.quantity, line.price_unit), (3.0, 10.0))
        self.assertEqual(self._get_billed(contract), [("2025-01-01", "2025-02-01", 30.0)])
        self.assertFalse(self._run_billing("2025-02-01"), "nothing twice")

    def test_no_usage_no_document(self):
        contract = self._create_metered_contract()
        self.assertFalse(self._run_billing("2025-02-01"))
        self.assertEqual(self._get_billed(contract), [("2025-01-01", "2025-02-01", 0.0)])
        self.assertEqual(str(contract.next_billing_date), "2025-03-01")
        self.assertFalse(contract.period_ids.move_id)

    def test_nothing_used_is_shown_beside_a_fee(self):
        plan = self._create_metered_plan(others=[{"name": "Fee", "unit_price": 50.0}])
        self._create_metered_contract(plan)
        move = self._run_billing("2025-02-01")
        self.assertEqual(move.amount_untaxed, 50.0)
        self.assertEqual(sorted(move.invoice_line_ids.mapped("price_subtotal")), [0.0, 50.0])

    def test_usage_is_billed_afterwards_where_fees_are_in_advance(self):
        plan = self._create_metered_plan(
            others=[{"name": "Fee", "unit_price": 50.0}], timing="in_advance"
        )
        contract = self._create_metered_contract(plan)
        first = self._run_billing("2025-01-01")
        self.assertEqual(first.invoice_line_ids.mapped("price_subtotal"), [50.0])
        self._use(contract, "2025-01-31T23:59:59", 2)
        self.assertEqual(self._run_billing("2025-02-01").amount_untaxed, 70.0)
        self.assertFalse(self.env["usage.correction"].search([]))

    def test_time_zone_of_the_customer(self):
        contract = self._create_metered_contract(usage_tz="Europe/Berlin")
        self._use(contract, "2025-01-31T22:59:59", 1)
        self._use(contract, "2025-01-31T23:00:00", 5)
        self.assertEqual(self._run_billing("2025-02-01").amount_untaxed, 10.0)
        self.assertEqual(self._run_billing("2025-03-01").amount_untaxed, 50.0)

    def test_missed_periods_have_their_own_usage(self):
        contract = self._create_metered_contract()
        self._use(contract, "2025-01-10T00:00:00", 1)
        self._use(contract, "2025-03-10T00:00:00", 3)
        move = self._run_billing("2025-04-02")
        self.assertEqual(move.amount_untaxed, 40.0)
        self.assertEqual(
            self._get_billed(contract),
            [
                ("2025-01-01", "2025-02-01", 10.0),
                ("2025-02-01", "2025-03-01", 0.0),
                ("2025-03-01", "2025-04-01", 30.0),
            ],
        )

    def test_filters_of_meter_and_charge(self):
        meter = self._create_meter(
            "traffic",
            filter_ids=[Command.create({"property_name": "kind", "values": "out, both"})],
        )
        plan = self._create_metered_plan(
            {
                "meter_id": meter.id,
                "usage_filter_ids": [
                    Command.create(
                        {"property_name": "region", "operator": "not in", "values": "us"}
                    )
                ],
            }
        )
        contract = self._create_metered_contract(plan)
        for number, properties in enumerate(
            ({"kind": "out", "region": "eu"}, {"kind": "both"}, {"kind": "in"}, {},
             {"kind": "out", "region": "us"})
        ):  # fmt: skip
            self._use(
                contract, "2025-01-10T00:00:00", 10**number, meter=meter, properties=properties
            )
        self.assertEqual(self._run_billing("2025-02-01").amount_untaxed, 110.0)

    def test_durations_are_rounded_call_by_call(self):
        meter = self._create_meter("calls", increment=60, least=30, divisor=60)
        contract = self._create_metered_contract(
            self._create_metered_plan({"meter_id": meter.id, "unit_price": 0.1})
        )
        for seconds in (5, 61, 60):
            self._use(contract, "2025-01-10T00:00:00", seconds, meter=meter)
        self.assertEqual(self._run_billing("2025-02-01").amount_untaxed, 0.4)

    def test_percentage_with_free_events(self):
        contract = self._create_metered_contract(
            self._create_metered_plan(
                {"charge_model": "percentage", "rate": 1, "fixed_per_event": 5, "free_events": 3}
            )
        )
        for minute in range(4):
            self._use(contract, f"2025-01-10T00:0{minute}:00", 10)
        self.assertEqual(self._run_billing("2025-02-01").amount_untaxed, 5.1)

    def test_maximum_of_a_period(self):
        plan = self._create_metered_plan({"maximum_amount": 45.0})
        contract = self._create_metered_contract(plan)
        self._use(contract, "2025-01-10T00:00:00", 9)
        self.assertEqual(self._run_billing("2025-02-01").amount_untaxed, 45.0)

    def test_discount_in_percent(self):
        contract = self._create_metered_contract()
        contract._add_discount(
            {"name": "Half", "kind": "percent", "percent": 50, "duration": "always"},
            self._day("2025-01-01"),
        )
        self._use(contract, "2025-01-10T00:00:00", 9)
        self.assertEqual(self._run_billing("2025-02-01").amount_untaxed, 45.0)

    def test_discount_of_free_units(self):
        contract = self._create_metered_contract()
        contract._add_discount(
            {"name": "Four free", "kind": "units", "units": 4, "duration": "always"},
            self._day("2025-01-01"),
        )
        self._use(contract, "2025-01-10T00:00:00", 9)
        self.assertEqual(self._run_billing("2025-02-01").amount_untaxed, 50.0)

    def test_negative_usage_costs_nothing(self):
        contract = self._create_metered_contract()
        self._use(contract, "2025-01-10T00:00:00", -3)
        self.assertFalse(self._run_billing("2025-02-01"))

    def test_usage_in_the_trial(self):
        for is_charged, amount in ((False, 0.0), (True, 10.0)):
            plan = self._create_metered_plan(trial_days=10)
            plan.current_version_id.is_trial_usage_charged = is_charged
            contract = self._create_metered_contract(plan)
            self._use(contract, "2025-01-05T00:00:00", 1)
            self.assertEqual(self._run_billing("2025-02-01").amount_untaxed, amount)

    def test_usage_in_a_pause_counts(self):
        contract = self._create_metered_contract()
        contract._pause(self._day("2025-01-10"))
        contract._resume(self._day("2025-01-20"))
        self._use(contract, "2025-01-15T00:00:00", 1)
        self.assertEqual(self._run_billing("2025-02-01").amount_untaxed, 10.0)
        self.assertEqual(self._get_billed(contract), [("2025-01-01", "2025-02-01", 10.0)])

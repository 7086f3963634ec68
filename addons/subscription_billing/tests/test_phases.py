from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import SubscriptionBillingCommon


@tagged("post_install", "-at_install")
class TestPhases(SubscriptionBillingCommon):
    """Introductory prices, ramps, planned prices and indexing."""

    def _create_ramp(self, *phases):
        plan = self._create_plan("Ramp", [{"unit_price": 100.0}])
        charge = plan.charge_ids
        self.env["billing.plan.phase"].create(
            [
                {
                    "charge_id": charge.id,
                    "start_month": start,
                    "end_month": end,
                    "percent": percent,
                }
                for start, end, percent in phases
            ]
        )
        return plan

    def _get_amounts(self, contract, today):
        self._run_billing(today)
        return [amount for _start, _end, amount in self._get_billed(contract)]

    def test_ramp(self):
        contract = self._create_contract(self._create_ramp((0, 1, 0), (1, 3, 50)))
        self.assertEqual(
            self._get_amounts(contract, "2025-05-01"), [0.0, 50.0, 50.0, 100.0, 100.0]
        )

    def test_phases_count_from_the_end_of_the_trial(self):
        plan = self._create_ramp((0, 1, 50))
        plan.trial_days = 31
        contract = self._create_contract(plan)
        self.assertEqual(self._get_amounts(contract, "2025-03-01"), [50.0, 100.0])

    def test_overlapping_phases_are_refused(self):
        for phases in (((0, 3, 50), (2, 4, 80)), ((0, 0, 50), (2, 4, 80)), ((3, 2, 50),)):
            with (
                self.subTest(phases=phases),
                self.assertRaisesRegex(ValidationError, "From Month"),
            ):
                self._create_ramp(*phases)

    def test_index_by_percent_counts_from_its_day(self):
        plan = self._create_plan("Indexed", [{"unit_price": 100.0}])
        contract = self._create_contract(plan)
        self.assertEqual(self._get_amounts(contract, "2025-01-01"), [100.0])
        plan._index_prices(3.5, self._day("2025-03-01"))
        plan._index_prices(10, self._day("2025-04-01"))
        self.assertEqual(self._get_amounts(contract, "2025-04-01"), [100.0, 100.0, 103.5, 113.85])

    def test_index_cannot_take_everything(self):
        with self.assertRaisesRegex(UserError, "Percent"):
            self.monthly._index_prices(-100, self._day("2025-03-01"))

    def test_price_for_billed_time_is_refused(self):
        contract = self._create_contract()
        self._run_billing("2025-03-01")
        with self.assertRaisesRegex(ValidationError, "Valid From"):
            self.monthly._index_prices(5, self._day("2025-02-01"))
        self.assertEqual(len(self._get_billed(contract)), 3)

    def test_phase_and_planned_price_together(self):
        plan = self._create_ramp((0, 2, 50))
        contract = self._create_contract(plan)
        plan._index_prices(20, self._day("2025-02-01"))
        self.assertEqual(self._get_amounts(contract, "2025-03-01"), [50.0, 50.0, 120.0])

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import UsageCommon


@tagged("post_install", "-at_install")
class TestQuota(UsageCommon):
    """Units that are paid in advance go before anything is charged."""

    def _create_plan_with_pack(self, **pack):
        pack = {
            "name": "Pack",
            "unit_price": 80.0,
            "recurrence": "once",
            "quota_meter_id": self.meter.id,
            "quota_units": 10,
            **pack,
        }
        return self._create_metered_plan(others=[pack])

    def test_a_pack_is_used_up_over_periods(self):
        contract = self._create_metered_contract(self._create_plan_with_pack())
        self.assertEqual(self._run_billing("2025-01-01").amount_untaxed, 80.0)
        self._use(contract, "2025-01-10T00:00:00", 7)
        self.assertFalse(self._run_billing("2025-02-01"), "prepaid")
        self._use(contract, "2025-02-10T00:00:00", 7)
        move = self._run_billing("2025-03-01")
        self.assertEqual(move.amount_untaxed, 40.0)
        self.assertIn("7", move.invoice_line_ids.name)
        self._use(contract, "2025-03-10T00:00:00", 1)
        self.assertEqual(self._run_billing("2025-04-01").amount_untaxed, 10.0)

    def test_a_pack_ends(self):
        contract = self._create_metered_contract(self._create_plan_with_pack(quota_months=1))
        self._run_billing("2025-01-01")
        self._use(contract, "2025-02-10T00:00:00", 7)
        self.assertEqual(self._run_billing("2025-03-01").amount_untaxed, 70.0)

    def test_units_of_every_period_do_not_last(self):
        plan = self._create_metered_plan(
            others=[
                {
                    "name": "Allowance",
                    "charge_model": "per_unit",
                    "unit_price": 5.0,
                    "default_quantity": 2,
                    "quota_meter_id": self.meter.id,
                    "quota_units": 3,
                }
            ],
            timing="in_advance",
        )
        contract = self._create_metered_contract(plan)
        self.assertEqual(self._run_billing("2025-01-01").amount_untaxed, 10.0)
        self._use(contract, "2025-01-10T00:00:00", 4)
        self.assertEqual(self._run_billing("2025-02-01").amount_untaxed, 10.0)
        self._use(contract, "2025-02-10T00:00:00", 8)
        self.assertEqual(self._run_billing("2025-03-01").amount_untaxed, 30.0)

    def test_late_usage_takes_what_later_periods_had(self):
        """Corrections cross the quota: February had the units that January needs now."""
        contract = self._create_metered_contract(self._create_plan_with_pack())
        self._run_billing("2025-01-01")
        self._use(contract, "2025-01-10T00:00:00", 7)
        self._run_billing("2025-02-01")
        self._use(contract, "2025-02-10T00:00:00", 7)
        self._run_billing("2025-03-01")
        self._use(contract, "2025-01-20T00:00:00", 2)
        move = self._run_billing("2025-03-02")
        self.assertEqual(move.amount_untaxed, 20.0)
        row = move.invoice_line_ids.billing_period_ids
        self.assertEqual(str(row.start_date), "2025-02-01", "January still costs nothing")
        self._use(contract, "2025-03-10T00:00:00", 1)
        self.assertEqual(self._run_billing("2025-04-01").amount_untaxed, 10.0)

    def test_caught_up_at_once(self):
        contract = self._create_metered_contract(self._create_plan_with_pack())
        self._use(contract, "2025-01-10T00:00:00", 12)
        self.assertEqual(self._run_billing("2025-02-01").amount_untaxed, 100.0)

    def test_granted_units(self):
        contract = self._create_metered_contract()
        self.env["usage.quota"].create(
            {
                "subscription_id": contract.id,
                "meter_id": self.meter.id,
                "quantity": 5,
                "start_date": "2025-01-10",
                "reason": "Outage in December",
            }
        )
        self._use(contract, "2025-01-09T00:00:00", 3)
        self._use(contract, "2025-01-11T00:00:00", 3)
        self.assertEqual(self._run_billing("2025-02-01").amount_untaxed, 30.0)
        standing = contract._get_quota_standings(self._day("2025-02-02"))[contract.id][0]
        self.assertEqual((standing.total, standing.left), (5, 2))

    def test_what_is_not_possible(self):
        with self.assertRaises(ValidationError):
            self._create_metered_plan(
                others=[{"name": "Late", "unit_price": 5.0, "quota_meter_id": self.meter.id}]
            )

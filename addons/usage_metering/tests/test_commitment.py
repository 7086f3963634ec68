from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import UsageCommon


@tagged("post_install", "-at_install")
class TestCommitment(UsageCommon):
    """What fees and usage fall short of an agreed minimum is charged on top."""

    def _create_committed_plan(self, **values):
        return self._create_metered_plan(
            others=[
                {"name": "Fee", "unit_price": 20.0, "code": "fee"},
                {"name": "Minimum", "unit_price": 100.0, "is_commitment": True},
            ],
            **values,
        )

    def test_shortfall(self):
        contract = self._create_metered_contract(self._create_committed_plan())
        self._use(contract, "2025-01-10T00:00:00", 3)
        move = self._run_billing("2025-02-01")
        self.assertEqual(
            sorted(move.invoice_line_ids.mapped("price_subtotal")), [20.0, 30.0, 50.0]
        )
        self._use(contract, "2025-02-10T00:00:00", 30)
        self.assertEqual(self._run_billing("2025-03-01").amount_untaxed, 320.0)

    def test_fee_in_advance_counts(self):
        plan = self._create_committed_plan(timing="in_advance")
        contract = self._create_metered_contract(plan)
        self.assertEqual(self._run_billing("2025-01-01").amount_untaxed, 20.0)
        self._use(contract, "2025-01-10T00:00:00", 3)
        self.assertEqual(self._run_billing("2025-02-01").amount_untaxed, 100.0)

    def test_late_usage_reduces_the_shortfall(self):
        contract = self._create_metered_contract(self._create_committed_plan())
        self._use(contract, "2025-01-10T00:00:00", 3)
        self._run_billing("2025-02-01")
        self._use(contract, "2025-01-20T00:00:00", 2)
        self._run_billing("2025-02-10")
        self.assertEqual(sum(row[2] for row in self._get_billed(contract)), 100.0)
        self._use(contract, "2025-01-21T00:00:00", 4)
        move = self._run_billing("2025-02-11")
        self.assertEqual(move.amount_untaxed, 10.0)
        self.assertEqual(sum(row[2] for row in self._get_billed(contract)), 110.0)

    def test_part_of_a_period(self):
        contract = self._create_metered_contract(self._create_committed_plan(), "2025-01-17")
        self.assertEqual(self._run_billing("2025-02-01").amount_untaxed, 48.39)
        self.assertEqual(contract.amount_period, 20.0)

    def test_discounts_do_not_lower_it(self):
        contract = self._create_metered_contract(self._create_committed_plan())
        contract._add_discount(
            {"name": "Half", "kind": "percent", "percent": 50}, self._day("2025-01-01")
        )
        self.assertEqual(self._run_billing("2025-02-01").amount_untaxed, 100.0)

    def test_a_fixed_discount_goes_on_with_usage(self):
        contract = self._create_metered_contract(
            self._create_metered_plan(others=[{"name": "Fee", "unit_price": 20.0}])
        )
        contract._add_discount(
            {
                "name": "Welcome",
                "kind": "amount",
                "amount": 35,
                "currency_id": contract.currency_id.id,
            },
            self._day("2025-01-01"),
        )
        self._use(contract, "2025-01-10T00:00:00", 3)
        self.assertEqual(self._run_billing("2025-02-01").amount_untaxed, 15.0)

    def test_minimums_do_not_count_towards_each_other(self):
        plan = self._create_metered_plan(
            others=[
                {"name": "Platform", "unit_price": 100.0, "is_commitment": True},
                {"name": "Support", "unit_price": 80.0, "is_commitment": True},
            ],
        )
        contract = self._create_metered_contract(plan)
        self._run_billing("2025-02-01")
        self._use(contract, "2025-01-10T00:00:00", 3)
        self._run_billing("2025-02-02")
        billed = contract.period_ids.grouped("charge_id")
        sums = {charge.name: sum(rows.mapped("amount")) for charge, rows in billed.items()}
        self.assertEqual(sums, {"Usage": 30.0, "Platform": 70.0, "Support": 50.0})

    def test_needs_a_flat_fee(self):
        with self.assertRaises(ValidationError):
            self._create_metered_plan({"is_commitment": True})

from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged

from .change_common import ChangeCommon


@tagged("post_install", "-at_install")
class TestPercent(ChangeCommon):
    """Shares of a value, and planned prices that have more than one figure."""

    def _bill_amounts(self, charge, today="2025-01-01"):
        contract = self._create_contract(self._create_plan("P", [charge]))
        self._bill(today, contract)
        return [row[3] for row in self._get_rows(contract)]

    def test_percent_of_a_value(self):
        charge = {"charge_model": "percentage", "rate": 1.25, "default_quantity": 12000.0}
        self.assertEqual(self._bill_amounts(charge), [150.0])
        self.assertEqual(
            self._bill_amounts({**charge, "free_units": 2000.0, "fixed_per_event": 3.0}), [128.0]
        )
        self.assertEqual(self._bill_amounts({**charge, "maximum_amount": 99.0}), [99.0])

    def test_percent_in_tiers(self):
        tiers = [{"up_to": 10000.0, "rate": 2.0}, {"is_open": True, "rate": 0.5}]
        charge = {
            "charge_model": "graduated_percentage",
            "tier_ids": [Command.create(tier) for tier in tiers],
            "default_quantity": 12000.0,
        }
        self.assertEqual(self._bill_amounts(charge), [210.0])

    def test_negative_percent_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "Percent: enter zero or more"):
            self._create_plan("P", [{"charge_model": "percentage", "rate": -1.0}])

    def test_summary_and_example(self):
        plan = self._create_plan("P", [{"charge_model": "percentage", "rate": 1.25}])
        self.assertEqual(plan.charge_ids.price_summary, "1.25 % of the value")
        self.assertIn("125.00", plan.charge_ids.example)

    # === PLANNED TIERS === #

    def _create_tiered(self):
        rows = [{"up_to": 1, "unit_price": 10.0}, {"is_open": True, "unit_price": 5.0}]
        charge = {
            "charge_model": "graduated",
            "tier_ids": [Command.create(row) for row in rows],
            "default_quantity": 3,
        }
        return self._create_plan("Tiers", [charge])

    def test_planned_tiers_start_as_the_present_ones(self):
        plan = self._create_tiered()
        contract = self._create_contract(plan)
        form = Form(
            self.env["billing.price.change"].with_context(default_charge_id=plan.charge_ids.id),
            "subscription_billing.view_billing_price_change_form",
        )
        form.effective_date = self._day("2025-02-01")
        self.assertEqual(len(form.tier_ids), 2)
        with form.tier_ids.edit(1) as tier:
            tier.unit_price = 6.0
        change = form.save()
        self.assertEqual(len(plan.charge_ids.tier_ids), 2)
        self.assertEqual(change.price_summary, "Tiers: 10.00 / 6.00")
        self._bill("2025-02-01", contract)
        self.assertEqual([row[3] for row in self._get_rows(contract)], [20.0, 22.0])

    def test_params_are_taken_and_given(self):
        plan = self._create_tiered()
        tiers = [{"up_to": None, "unit_price": "7"}]
        change = self.env["billing.price.change"].create(
            {
                "charge_id": plan.charge_ids.id,
                "effective_date": "2025-02-01",
                "params": {"tiers": tiers, "minimum": "50"},
            }
        )
        self.assertEqual(change.tier_ids.mapped("unit_price"), [7.0])
        self.assertEqual(change.params["minimum"], "50.0")
        change.params = {"tiers": [{"up_to": None, "unit_price": "8"}]}
        self.assertEqual(change.tier_ids.mapped("unit_price"), [8.0])
        self.assertNotIn("minimum", change.params)

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .change_common import ChangeCommon


@tagged("post_install", "-at_install")
class TestPriceChange(ChangeCommon):
    """Planned prices: they count for periods that start on or after their day."""

    def _plan_price(self, plan, day, price, **values):
        return self.env["billing.price.change"].create(
            {
                "charge_id": plan.charge_ids.id,
                "effective_date": day,
                "unit_price": price,
                **values,
            }
        )

    def _get_amounts(self, contract):
        return [row[3] for row in self._get_rows(contract)]

    def test_price_of_the_period_counts(self):
        contract = self._create_contract(self.small)
        self._plan_price(self.small, "2025-01-20", 62.0)
        self._plan_price(self.small, "2025-03-01", 93.0)
        self._bill("2025-03-01")
        self.assertEqual(self._get_amounts(contract), [31.0, 62.0, 93.0])

    def test_price_for_new_contracts_only(self):
        contract = self._create_contract(self.small)
        self._plan_price(self.small, "2025-02-01", 62.0, is_for_existing=False)
        self._bill("2025-02-01")
        self.assertEqual(self._get_amounts(contract), [31.0, 31.0])

    def test_agreed_price_is_not_changed(self):
        contract = self._create_contract(self.small, active=False)
        contract.line_ids.unit_price = 15.5
        contract._activate(contract.start_date)
        self._plan_price(self.small, "2025-02-01", 62.0)
        self._bill("2025-02-01")
        self.assertEqual(self._get_amounts(contract), [15.5, 15.5])

    def test_billed_time_is_refused(self):
        self._create_contract(self.small)
        self._bill("2025-02-01")
        with self.assertRaisesRegex(ValidationError, "Valid From"):
            self._plan_price(self.small, "2025-01-15", 62.0)
        self.assertTrue(self._plan_price(self.small, "2025-02-02", 62.0))

    def test_rest_of_a_period_costs_what_the_period_does(self):
        """The price changes in a pause; the running period began before."""
        contract = self._create_contract(self.small)
        self._bill("2025-01-01")
        self._plan_price(self.small, "2025-01-15", 62.0)
        contract._pause(self._day("2025-01-11"))
        self._bill("2025-01-11")
        contract._resume(self._day("2025-01-21"))
        self._bill("2025-02-01")
        self.assertEqual(self._get_amounts(contract), [31.0, -21.0, 11.0, 62.0])

    def test_other_quantity_in_a_running_period_keeps_its_price(self):
        contract = self._create_contract(self.seats)
        self._bill("2025-01-01")
        self._plan_price(self.seats, "2025-01-15", 310.0)
        contract._change_quantity(self.seats.charge_ids, 1, self._day("2025-01-21"))
        self._bill("2025-02-01")
        self.assertEqual(self._get_amounts(contract), [62.0, -22.0, 11.0, 310.0])

    def test_other_plan_in_a_running_period_has_the_price_of_its_day(self):
        contract = self._create_contract(self.small)
        self._bill("2025-01-01")
        self._plan_price(self.large, "2025-01-15", 93.0)
        contract._change_plan(self.large.current_version_id, self._day("2025-01-21"))
        self._bill("2025-01-21")
        self.assertEqual(self._get_amounts(contract), [31.0, -11.0, 33.0])

    def test_credit_of_a_period_has_its_price(self):
        contract = self._create_contract(self.small)
        self._plan_price(self.small, "2025-02-01", 56.0)
        self._bill("2025-02-01")
        contract._cancel(self._day("2025-01-22"))
        self._bill("2025-02-01")
        self.assertEqual(self._get_amounts(contract), [31.0, 56.0, -10.0, -56.0])

    def test_prices_that_cannot_be_read_are_refused(self):
        with self.assertRaisesRegex(ValidationError, "Small"):
            self._plan_price(self.small, "2025-03-01", 1.0, params={"amount": "many"})

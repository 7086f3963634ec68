from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import SubscriptionBillingCommon


@tagged("post_install", "-at_install")
class TestTerms(SubscriptionBillingCommon):
    """Minimum term, notice, renewal and fixed terms of contracts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bound = cls._create_plan(
            "Bound",
            [{"unit_price": 100.0}],
            minimum_count=12,
            notice_count=1,
        )

    def test_end_before_the_minimum_term_is_refused_and_explained(self):
        contract = self._create_contract(self.bound, start="2025-01-01")
        self.assertEqual(str(contract.minimum_end_date), "2026-01-01")
        with self.assertRaisesRegex(UserError, r"End Date: .*01/01/2026.*12/01/2025"):
            contract._cancel(self._day("2025-06-01"), notice_day=self._day("2025-03-01"))
        self.assertFalse(contract.end_date)
        contract._cancel(self._day("2026-01-01"), notice_day=self._day("2025-03-01"))
        self.assertEqual(str(contract.end_date), "2026-01-01")

    def test_after_the_minimum_term_the_notice_counts(self):
        contract = self._create_contract(self.bound, start="2024-01-01")
        found = contract._get_earliest_end(self._day("2025-03-10"))
        self.assertEqual(str(found.day), "2025-04-10")

    def test_good_cause_ends_at_once(self):
        contract = self._create_contract(self.bound, start="2025-01-01")
        self._run_billing("2025-01-01")
        contract._cancel(self._day("2025-01-11"), for_cause=True)
        [credit] = self._run_billing("2025-01-11") or self.env["account.move"].search(
            [("move_type", "=", "out_refund")], limit=1, order="id desc"
        )
        self.assertEqual(credit.amount_untaxed, 67.74)  # 21 of 31 days

    def test_end_with_the_period_follows_the_grid(self):
        """Not the anniversary of the contract, where periods follow the calendar."""
        plan = self._create_plan(
            "Calendar", [{"unit_price": 31.0}], alignment="calendar", is_end_with_period=True
        )
        contract = self._create_contract(plan, start="2025-01-15")
        found = contract._get_earliest_end(self._day("2025-03-10"))
        self.assertEqual(str(found.day), "2025-04-01")

    def test_fixed_term_ends_by_itself(self):
        plan = self._create_plan("Fixed", [{"unit_price": 100.0}], fixed_count=3)
        contract = self._create_contract(plan, start="2025-01-01")
        self.assertEqual(str(contract.end_date), "2025-04-01")
        self._run_billing("2025-06-01")
        self.assertEqual(len(self._get_billed(contract)), 3)
        self.assertEqual(contract.state, "ended")

    def test_consumers_are_protected(self):
        for values, field in (
            ({"minimum_count": 25}, "Minimum Term"),
            ({"renewal_count": 12, "minimum_count": 12}, "Renewal Term"),
            ({"notice_count": 3}, "Notice Period"),
        ):
            with self.subTest(field=field), self.assertRaisesRegex(ValidationError, field):
                self._create_plan("Consumer", is_consumer=True, **values)
        self._create_plan("Consumer", is_consumer=True, minimum_count=24, notice_count=1)

    def test_terms_are_frozen_while_contracts_run(self):
        self._create_contract(self.bound, start="2025-01-01")
        with self.assertRaisesRegex(UserError, "New Version"):
            self.bound.minimum_count = 24

    def test_screen_states_the_earliest_end(self):
        contract = self._create_contract(self.bound, start="2099-01-01")
        self.assertEqual(str(contract.earliest_end_date), "2100-01-01")
        self.assertEqual(str(contract.cancellable_until), "2099-12-01")
        self.assertIn("12/01/2099", contract.earliest_end_reason)

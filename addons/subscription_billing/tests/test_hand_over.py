from odoo.exceptions import UserError
from odoo.tests import tagged

from .change_common import ChangeCommon


@tagged("post_install", "-at_install")
class TestHandOver(ChangeCommon):
    """A contract goes on with another customer as it was."""

    def _transfer(self, contract, day):
        return contract._transfer(self.partner_b, self._day(day))

    def test_planned_plan_keeps_its_day(self):
        contract = self._create_contract(self.small)
        self._bill("2025-01-01")
        contract._change_plan(self.large.current_version_id, self._day("2025-01-26"))
        following = self._transfer(contract, "2025-01-16")
        self._bill("2025-01-26")
        self.assertEqual(
            self._get_rows(following),
            [
                ("charge", "2025-01-16", "2025-01-26", 10.0),
                ("charge", "2025-01-26", "2025-02-01", 12.0),
            ],
        )

    def test_cancelled_contract_ends_on_its_day(self):
        contract = self._create_contract(self.small)
        contract._cancel(self._day("2025-01-26"))
        following = self._transfer(contract, "2025-01-16")
        self._bill("2025-02-01")
        self.assertEqual(self._get_rows(following), [("charge", "2025-01-16", "2025-01-26", 10.0)])
        self.assertEqual(following.state, "ended")

    def test_pause_goes_on(self):
        contract = self._create_contract(self.small)
        contract._pause(self._day("2025-01-11"))
        following = self._transfer(contract, "2025-01-16")
        self.assertFalse(self._bill("2025-01-16", following))
        following._resume(self._day("2025-01-22"))
        self._bill("2025-01-22")
        self.assertEqual(self._get_rows(following), [("charge", "2025-01-22", "2025-02-01", 10.0)])

    def test_long_periods_keep_their_boundaries(self):
        """Found anew, the year would begin with the next billing day."""
        contract = self._create_contract(self.yearly)
        contract._set_billing_day(1)
        self._bill("2025-01-01")
        following = self._transfer(contract, "2025-12-22")
        self._bill("2025-12-22")
        self.assertEqual(self._get_rows(following), [("charge", "2025-12-22", "2026-01-01", 10.0)])

    def test_trial_is_over_where_it_was(self):
        plan = self._create_plan("Trial", [{"unit_price": 28.0}], trial_days=31)
        contract = self._create_contract(plan)
        following = self._transfer(contract, "2025-01-16")
        self.assertEqual(following.state, "trial")
        other = self._transfer(self._create_contract(plan), "2025-02-15")
        self.assertEqual(other.state, "active")
        self._bill("2025-02-15")
        self.assertEqual(self._get_rows(following), [("charge", "2025-02-01", "2025-03-01", 28.0)])
        self.assertEqual(self._get_rows(other), [("charge", "2025-02-15", "2025-03-01", 14.0)])

    def test_hand_over_leaves_each_customer_a_day(self):
        contract = self._create_contract(self.small)
        contract._cancel(self._day("2025-01-26"))
        for day in ("2025-01-01", "2025-01-26", "2025-02-03"):
            with self.subTest(day), self.assertRaisesRegex(UserError, "Effective Date"):
                self._transfer(contract, day)

from odoo.exceptions import UserError
from odoo.tests import tagged

from .change_common import ChangeCommon


@tagged("post_install", "-at_install")
class TestPause(ChangeCommon):
    """Pauses and other holds: what they cost, and the state they show."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract = cls._create_contract(cls.small)
        cls._bill("2025-01-01")

    def _pause(self, day):
        self.contract._pause(self._day(day))

    def _resume(self, day):
        self.contract._resume(self._day(day))

    def _get_state(self, today):
        self._bill(today)
        return self.contract.state

    def test_state_follows_the_days_of_the_pause(self):
        self._pause("2025-01-11")
        self.assertEqual(self._get_state("2025-01-10"), "active")
        self.assertEqual(self._get_state("2025-01-11"), "paused")
        self._resume("2025-01-21")
        self.assertEqual(self._get_state("2025-01-20"), "paused")
        self.assertEqual(self._get_state("2025-01-21"), "active")

    def test_paused_trial_goes_on_as_trial(self):
        plan = self._create_plan("Trial", [{}], trial_days=20)
        self.contract = self._create_contract(plan)
        self._pause("2025-01-05")
        self.assertEqual(self._get_state("2025-01-05"), "paused")
        self._resume("2025-01-08")
        self.assertEqual(self._get_state("2025-01-08"), "trial")
        self.assertEqual(self._get_state("2025-01-21"), "active")

    def test_pause_beyond_the_trial_is_active_afterwards(self):
        plan = self._create_plan("Trial", [{"unit_price": 31.0}], trial_days=10)
        self.contract = self._create_contract(plan)
        self._pause("2025-01-05")
        self.assertEqual(self._get_state("2025-01-15"), "paused")
        self.assertFalse(self._get_rows(self.contract))
        self._resume("2025-01-20")
        self.assertEqual(self._get_state("2025-01-20"), "active")
        # 11 January to 11 February less nine days.
        self.assertEqual(
            self._get_rows(self.contract), [("charge", "2025-01-20", "2025-02-11", 22.0)]
        )

    def test_paused_contract_can_end(self):
        self._pause("2025-01-11")
        self.contract._cancel(self._day("2025-01-21"))
        self.assertEqual(self._get_state("2025-01-15"), "paused")
        self.assertEqual(self._get_state("2025-01-21"), "ended")
        self.assertEqual(
            self._get_rows(self.contract)[1:], [("credit", "2025-01-11", "2025-02-01", -21.0)]
        )

    def test_pause_and_resume_as_they_happen(self):
        self._pause("2025-01-11")
        self._bill("2025-01-11")
        self._bill("2025-02-01")
        self._resume("2025-02-08")
        self._bill("2025-02-08")
        self._bill("2025-03-01")
        self.assertEqual(
            self._get_rows(self.contract)[1:],
            [
                ("credit", "2025-01-11", "2025-02-01", -21.0),
                ("charge", "2025-02-08", "2025-03-01", 23.25),
                ("charge", "2025-03-01", "2025-04-01", 31.0),
            ],
        )

    def test_back_dated_resume_charges_again(self):
        self._pause("2025-01-11")
        self._bill("2025-02-01")
        self._resume("2025-01-21")
        self._bill("2025-02-01")
        self.assertEqual(
            self._get_rows(self.contract)[1:],
            [
                ("credit", "2025-01-11", "2025-02-01", -21.0),
                ("correction", "2025-01-21", "2025-02-01", 11.0),
                ("charge", "2025-02-01", "2025-03-01", 31.0),
            ],
        )

    def test_back_dated_pause_over_billed_months(self):
        self._bill("2025-02-01")
        self._pause("2025-01-22")
        move = self._bill("2025-02-02")
        self.assertRecordValues(move, [{"move_type": "out_refund", "amount_untaxed": 41.0}])

    def test_planned_pause_is_left_out_of_the_charge(self):
        self._pause("2025-02-15")
        self.assertEqual(self._bill("2025-02-01").amount_untaxed, 15.5)
        self.assertFalse(self._bill("2025-02-15"))

    def test_planned_pause_that_never_comes(self):
        self._pause("2025-01-21")
        self._resume("2025-01-11")
        self.assertEqual(self._get_state("2025-01-25"), "active")
        self.assertEqual(len(self._get_rows(self.contract)), 1)

    def test_again_and_again(self):
        """Each pause gives back what the resumption before has charged."""
        for first, last in (("11", "15"), ("15", "20"), ("25", "26")):
            self._pause(f"2025-01-{first}")
            self._bill(f"2025-01-{first}")
            self._resume(f"2025-01-{last}")
            self._bill(f"2025-01-{last}")
        self._check_documents(self.contract)
        amount = sum(row[3] for row in self._get_rows(self.contract))
        self.assertAlmostEqual(amount, 31.0 - 4 - 5 - 1)

    def test_planned_end_of_a_pause_is_brought_forward(self):
        self._pause("2025-01-11")
        self._resume("2025-01-26")
        self._bill("2025-01-11")
        self._resume("2025-01-21")
        self._bill("2025-01-21")
        self.assertEqual(
            self._get_rows(self.contract)[1:],
            [
                ("credit", "2025-01-11", "2025-01-26", -15.0),
                ("correction", "2025-01-21", "2025-01-26", 5.0),
            ],
        )
        with self.assertRaisesRegex(UserError, "not paused"):
            self._resume("2025-01-21")

    def test_second_pause_is_refused(self):
        """Silently kept, it would not begin on the day that was asked for."""
        self._pause("2025-01-21")
        with self.assertRaisesRegex(UserError, "paused from 01/21/2025"):
            self._pause("2025-01-11")

    # === SEVERAL HOLDS === #

    def test_holds_do_not_lift_one_another(self):
        self._pause("2025-01-11")
        self.contract._hold("dunning", "Level 3", billed=False, start=self._day("2025-01-16"))
        self._resume("2025-01-21")
        self.assertEqual(self._get_state("2025-01-21"), "paused")
        self.contract._release("dunning", self._day("2025-01-26"))
        self.assertEqual(self._get_state("2025-01-26"), "active")
        self._check_documents(self.contract)
        amount = sum(row[3] for row in self._get_rows(self.contract))
        self.assertAlmostEqual(amount, 31.0 - 15.0)

    def test_released_in_the_other_order(self):
        self._pause("2025-01-11")
        self.contract._hold("dunning", "Level 3", billed=False, start=self._day("2025-01-16"))
        self._bill("2025-01-16")
        self.contract._release("dunning", self._day("2025-01-21"))
        self.assertEqual(self._get_state("2025-01-21"), "paused")
        self._resume("2025-01-26")
        self.assertEqual(self._get_state("2025-01-26"), "active")
        amount = sum(row[3] for row in self._get_rows(self.contract))
        self.assertAlmostEqual(amount, 31.0 - 15.0)

    def test_hold_that_is_billed_costs_as_usual(self):
        self.contract._hold("dispute", "Ticket 7", billed=True, start=self._day("2025-01-11"))
        self.assertEqual(self._get_state("2025-02-01"), "paused")
        self.assertEqual(sum(row[3] for row in self._get_rows(self.contract)), 62.0)

    def test_one_hold_of_a_code_at_a_time(self):
        start = self._day("2025-01-11")
        self.assertTrue(self.contract._hold("dunning", "Level 3", billed=False, start=start))
        self.assertFalse(self.contract._hold("dunning", "Level 4", billed=False, start=start))
        self.assertEqual(len(self.contract.hold_ids), 1)
        self.assertFalse(self.contract._release("pause", start))

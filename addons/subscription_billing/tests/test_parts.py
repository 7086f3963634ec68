from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import SubscriptionBillingCommon


@tagged("post_install", "-at_install")
class TestParts(SubscriptionBillingCommon):
    """One-off charges, options, several periods on an invoice, hand-over, analytic accounts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls._create_plan(
            "Parts",
            [
                {"unit_price": 31.0, "code": "base"},
                {"unit_price": 50.0, "code": "setup", "recurrence": "once"},
                {"unit_price": 62.0, "code": "option", "is_option": True},
            ],
        )
        cls.base, cls.setup, cls.option = cls.plan.charge_ids.sorted("id")

    def _get_amounts(self, contract, charge):
        lines = contract.line_ids.filtered(lambda line: line.charge_id == charge)
        periods = lines.period_ids.sorted(lambda period: (period.start_date, period.id))
        return [(str(row.start_date), str(row.end_date), row.amount) for row in periods]

    def test_once_is_charged_once_and_never_given_back(self):
        contract = self._create_contract(self.plan)
        self.assertEqual(contract.amount_period, 31.0)
        self._run_billing("2025-01-01")
        self._run_billing("2025-03-01")
        once = [("2025-01-01", "2025-01-02", 50.0)]
        self.assertEqual(self._get_amounts(contract, self.setup), once)
        contract._pause(self._day("2025-03-05"))
        contract._cancel(self._day("2025-03-10"))
        self._run_billing("2025-03-10")
        self.assertEqual(self._get_amounts(contract, self.setup), once)

    def test_option_comes_and_goes_inside_a_period(self):
        contract = self._create_contract(self.plan)
        self._run_billing("2025-01-01")
        self.assertFalse(self._get_amounts(contract, self.option))
        contract._add_option(self.option, 1, self._day("2025-01-11"))
        self._run_billing("2025-01-11")
        contract._remove_option(self.option, self._day("2025-01-21"))
        self._run_billing("2025-01-21")
        self.assertEqual(
            self._get_amounts(contract, self.option),
            [("2025-01-11", "2025-02-01", 42.0), ("2025-01-21", "2025-02-01", -22.0)],
        )
        self._run_billing("2025-02-01")
        self.assertEqual(len(self._get_amounts(contract, self.option)), 2)

    def test_options_are_checked(self):
        contract = self._create_contract(self.plan)
        day = self._day("2025-01-11")
        with self.assertRaisesRegex(UserError, "Option: .* has no"):
            contract._remove_option(self.option, day)
        contract._add_option(self.option, 1, day)
        with self.assertRaisesRegex(UserError, "already"):
            contract._add_option(self.option, 1, day)
        with self.assertRaisesRegex(UserError, "does not belong"):
            contract._add_option(self.monthly.charge_ids, 1, day)

    def test_several_periods_on_one_invoice(self):
        plan = self._create_plan("Three", [{"unit_price": 10.0}], periods_per_invoice=3)
        contract = self._create_contract(plan)
        self.assertEqual(len(self._run_billing("2025-01-01").invoice_line_ids), 3)
        self.assertFalse(self._run_billing("2025-03-31"))
        self.assertEqual(len(self._run_billing("2025-04-01").invoice_line_ids), 3)
        self.assertEqual(str(contract.next_billing_date), "2025-07-01")

    def test_several_periods_in_arrears(self):
        plan = self._create_plan(
            "Three", [{"unit_price": 10.0}], periods_per_invoice=3, timing="in_arrears"
        )
        contract = self._create_contract(plan)
        self.assertFalse(self._run_billing("2025-03-31"))
        self.assertEqual(len(self._run_billing("2025-04-01").invoice_line_ids), 3)
        self.assertEqual(str(contract.next_billing_date), "2025-07-01")

    def test_hand_over_keeps_the_billing_days(self):
        contract = self._create_contract(self.plan, start="2025-01-31")
        self._run_billing("2025-01-31")
        following = contract._transfer(self.partner_b, self._day("2025-02-14"))
        moves = self._run_billing("2025-02-14")
        self.assertEqual(moves.partner_id, self.partner_b)
        self.assertEqual(
            self._get_amounts(following, self.base), [("2025-02-14", "2025-02-28", 15.5)]
        )
        self.assertEqual(self._get_amounts(contract, self.base)[-1][2], -15.5)
        self.assertFalse(self._get_amounts(following, self.setup))
        self.assertEqual(contract.state, "ended")
        self._run_billing("2025-02-28")
        self.assertEqual(
            self._get_amounts(following, self.base)[-1], ("2025-02-28", "2025-03-31", 31.0)
        )

    def test_analytic_distribution_is_on_the_lines(self):
        analytic_plan = self.env["account.analytic.plan"].create({"name": "Centres"})
        account = self.env["account.analytic.account"].create(
            {"name": "North", "plan_id": analytic_plan.id}
        )
        share = {str(account.id): 100.0}
        self._create_contract(self.plan, analytic_distribution=share)
        lines = self._run_billing("2025-01-01").invoice_line_ids
        self.assertEqual([line.analytic_distribution for line in lines], [share, share])

from datetime import timedelta
from unittest.mock import patch

from odoo.tests import tagged

from .common import SubscriptionBillingCommon


@tagged("post_install", "-at_install")
class TestCron(SubscriptionBillingCommon):
    """The scheduled action, companies and test clocks."""

    def setUp(self):
        super().setUp()
        self.cron = self.env.ref("subscription_billing.ir_cron_billing_run").sudo()
        self.today = self.company._get_billing_today()

    def _trigger(self):
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.cron.method_direct_trigger()
        self.env.invalidate_all()

    def test_cron_bills_what_is_due_today(self):
        due = self._create_contract(start=self.today)
        later = self._create_contract(start=self.today + timedelta(days=1), active=self.today)
        self._trigger()
        self.assertEqual(due.period_ids.move_id.invoice_date, self.today)
        self.assertEqual(due.period_ids.move_id.state, "posted")
        self.assertFalse(later.period_ids)
        self._trigger()
        self.assertEqual(len(due.period_ids), 1)

    def test_what_stays_due_is_worked_off_once_per_run(self):
        """Whatever leaves a contract due after it was billed, a run comes to its end."""
        contracts = self._create_contracts(3, start=self.today)
        seen = []

        def stay_due(chunk, today, run=None):
            seen.extend(chunk.ids)
            if len(seen) > 30:
                raise AssertionError("the run does not end")
            return self.env["account.move"]

        self.env["ir.config_parameter"].sudo().set_param("subscription_billing.chunk_size", 2)
        with patch.object(self.registry["billing.subscription"], "_bill", stay_due):
            self._run_billing(self.today)
        self.assertEqual(sorted(seen), sorted(contracts.ids))

    def test_cron_asks_each_company_for_its_day(self):
        """Midnight in Auckland comes half a day before midnight in Los Angeles."""
        other = self.setup_other_company()
        self.company.partner_id.sudo().tz = "Pacific/Auckland"
        other["company"].partner_id.sudo().tz = "America/Los_Angeles"
        days = {
            company: company._get_billing_today() for company in (self.company, other["company"])
        }
        start = max(days.values())
        mine = self._create_contract(start=start)
        theirs = self._create_in(other, start=start)
        self._trigger()
        self.assertEqual(bool(mine.period_ids), days[self.company] == start)
        self.assertEqual(bool(theirs.period_ids), days[other["company"]] == start)

    def _create_in(self, data, **values):
        """A contract of another company."""
        company = data["company"]
        product = self._create_service(
            "Elsewhere",
            taxes_id=False,
            property_account_income_id=False,
            company_id=company.id,
        )
        product = product.with_company(company)
        product.property_account_income_id = data["default_account_revenue"]
        plan = self._create_plan(
            "Elsewhere",
            [{"product_id": product.id, "unit_price": 70.0}],
            company_id=company.id,
            currency_id=company.currency_id.id,
        )
        return self._create_contract(plan, company_id=company.id, **values)

    def test_companies_are_billed_apart(self):
        other = self.setup_other_company()
        mine = self._create_contract()
        theirs = self._create_in(other)
        moves = self._run_billing("2025-01-01")
        self.assertEqual(moves.company_id, self.company)
        self.assertTrue(mine.period_ids)
        self.assertFalse(theirs.period_ids)
        moves = self._run_billing("2025-01-01", company=other["company"])
        self.assertEqual(moves.company_id, other["company"])
        self.assertEqual(moves.journal_id.company_id, other["company"])
        self.assertEqual(moves.line_ids.account_id.company_ids, other["company"])
        self.assertEqual(self._get_billed(theirs), [("2025-01-01", "2025-02-01", 70.0)])
        self.assertEqual(theirs.period_ids.company_id, other["company"])

    # === TEST CLOCK === #

    def test_customer_with_a_clock_is_left_out(self):
        contact = self.env["res.partner"].create(
            {"name": "Contact", "parent_id": self.partner_a.id, "type": "invoice"}
        )
        clocked = [
            self._create_contract(start=self.today),
            self._create_contract(start=self.today, partner_id=contact.id),
        ]
        free = self._create_contract(start=self.today, partner_id=self.partner_b.id)
        self._create_sandbox_clock(self.partner_a, self.today - timedelta(days=10))
        self._trigger()
        self.assertFalse(clocked[0].period_ids | clocked[1].period_ids)
        self.assertTrue(free.period_ids)

    def test_clock_bills_its_customer_day_by_day(self):
        contract = self._create_contract(start="2025-01-31")
        other = self._create_contract(start="2025-01-31", partner_id=self.partner_b.id)
        clock = self._create_sandbox_clock(self.partner_a, "2025-01-01")
        clock._advance_to(self._day("2025-03-31"))
        self.assertEqual(
            [str(move.invoice_date) for move in contract.period_ids.move_id.sorted("id")],
            ["2025-01-31", "2025-02-28", "2025-03-31"],
        )
        self.assertFalse(other.period_ids)
        self.assertIn("Invoices: 3", clock.message_ids[0].body)

    def test_clock_takes_the_activation_date(self):
        plan = self._create_plan("Trial", [{}], trial_days=10)
        contract = self._create_contract(plan, start="2025-01-01", active=False)
        clock = self._create_sandbox_clock(self.partner_a, "2025-01-05")
        contract.action_activate()
        self.assertEqual(contract.state, "trial")
        clock._advance_to(self._day("2025-01-11"))
        self.assertEqual(contract.state, "active")
        self.assertEqual(len(contract.period_ids), 1)

    def test_advance_is_one_transaction(self):
        """No commit on the way: in a test it would raise."""
        self._create_contract()
        clock = self._create_sandbox_clock(self.partner_a, "2024-12-31")
        manager = self._create_user("manager", "billing_base.group_billing_manager")
        clock.with_user(manager)._advance_to(self._day("2025-01-02"))
        self.assertEqual(clock.date, self._day("2025-01-02"))

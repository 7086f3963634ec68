from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import mute_logger

from .common import SubscriptionBillingCommon


@tagged("post_install", "-at_install")
class TestContract(SubscriptionBillingCommon):
    """Contracts from the draft to their end."""

    def test_new_contract_has_number_and_the_lines_of_the_plan(self):
        plan = self._create_plan(
            "Seats",
            [
                {"name": "Base", "unit_price": 10.0},
                {
                    "name": "Seat",
                    "charge_model": "per_unit",
                    "default_quantity": 3,
                    "unit_price": 9.9,
                },
            ],
        )
        contract, other = (self._create_contract(plan, active=False) for _i in range(2))
        self.assertRecordValues(
            contract.line_ids,
            [
                {"quantity": 1.0, "unit_price": 10.0, "amount": 10.0},
                {"quantity": 3.0, "unit_price": 9.9, "amount": 29.7},
            ],
        )
        self.assertEqual(contract.amount_period, 39.7)
        self.assertRegex(contract.name, r"^C\d{5}$")
        self.assertNotEqual(contract.name, other.name)
        self.assertFalse(contract.next_billing_date)

    def test_given_lines_win_over_the_plan(self):
        line = {"charge_id": self.monthly.charge_ids.id, "quantity": 2, "unit_price": 80.0}
        contract = self._create_contract(active=False, line_ids=[Command.create(line)])
        self.assertRecordValues(
            contract.line_ids, [{"quantity": 2.0, "unit_price": 80.0, "amount": 80.0}]
        )

    def test_form_fills_lines_when_the_plan_is_chosen(self):
        other = self._create_plan("Other", [{"unit_price": 7.0}, {"unit_price": 8.0}])
        with Form(self.env["billing.subscription"]) as form:
            form.partner_id = self.partner_a
            form.plan_id = self.monthly
            form.plan_id = other
        contract = form.record
        self.assertEqual(contract.line_ids.mapped("unit_price"), [7.0, 8.0])
        self.assertEqual(contract.version_id, other.current_version_id)

    def test_activation_fixes_the_anchor(self):
        contract = self._create_contract(start="2025-01-31", active=False)
        with freeze_time("2025-01-31 12:00:00"):
            contract.action_activate()
        self.assertRecordValues(
            contract,
            [
                {
                    "state": "active",
                    "anchor_date": self._day("2025-01-31"),
                    "trial_end_date": False,
                    "next_billing_date": self._day("2025-01-31"),
                }
            ],
        )

    def test_activation_needs_lines(self):
        contract = self._create_contract(active=False)
        contract.line_ids.unlink()
        with self.assertRaisesRegex(UserError, f"{contract.name} has no lines.*Monthly"):
            contract.action_activate()
        self.assertEqual(contract.state, "draft")

    def test_activation_is_all_or_nothing(self):
        good, bad = (self._create_contract(active=False) for _i in range(2))
        bad.line_ids.unlink()
        with self.assertRaises(UserError):
            (good | bad).action_activate()
        self.assertEqual(good.state, "draft")

    def test_refused_transition_names_both_states(self):
        contract = self._create_contract()
        with self.assertRaisesRegex(UserError, "Active.*Active"):
            contract.action_activate()

    def test_facts_of_the_life_are_recorded(self):
        contract = self._create_contract(end_date="2025-02-01")
        self._run_billing("2025-02-01")
        events = self.env["billing.event"].search(
            [("res_model", "=", "billing.subscription"), ("res_id", "=", contract.id)], order="id"
        )
        self.assertEqual(
            events.mapped("type"),
            ["subscription.active", "subscription.invoiced", "subscription.ended"],
        )

    # === TRIAL === #

    def test_trial_runs_until_its_last_day(self):
        plan = self._create_plan("Trial", [{"unit_price": 10.0}], trial_days=14)
        contract = self._create_contract(plan, start="2025-01-31")
        self.assertRecordValues(
            contract,
            [
                {
                    "state": "trial",
                    "anchor_date": self._day("2025-02-14"),
                    "trial_end_date": self._day("2025-02-14"),
                    "next_billing_date": self._day("2025-02-14"),
                }
            ],
        )
        self.assertFalse(self._run_billing("2025-02-13"))
        self.assertEqual(contract.state, "trial")
        self.assertTrue(self._run_billing("2025-02-14"))
        self.assertEqual(contract.state, "active")
        self.assertEqual(self._get_billed(contract), [("2025-02-14", "2025-03-14", 10.0)])

    def test_trial_that_is_over_on_activation(self):
        plan = self._create_plan("Trial", [{}], trial_days=14)
        contract = self._create_contract(plan, start="2025-01-31", active="2025-02-14")
        self.assertEqual(contract.state, "active")
        self.assertEqual(contract.anchor_date, self._day("2025-02-14"))

    def test_anniversary_counts_from_the_start_after_a_trial_of_other_terms(self):
        """A trial moves the anniversary of its own terms only."""
        trial = self._create_plan("T", [{}], trial_days=14, alignment="calendar")
        contract = self._create_contract(trial, start="2025-01-10")
        contract._change_plan(self.monthly.current_version_id, self._day("2025-02-01"))
        self._run_billing("2025-02-10")
        self.assertEqual(
            [period[:2] for period in self._get_billed(contract)],
            [("2025-01-24", "2025-02-01"), ("2025-02-01", "2025-02-10"),
             ("2025-02-10", "2025-03-10")],
        )  # fmt: skip

    def test_contract_that_ends_in_its_trial_costs_nothing(self):
        plan = self._create_plan("Trial", [{}], trial_days=14)
        contract = self._create_contract(plan, start="2025-01-31", end_date="2025-02-05")
        self.assertFalse(contract.next_billing_date)
        self.assertFalse(self._run_billing("2025-02-04"))
        self.assertEqual(contract.state, "trial")
        self.assertFalse(self._run_billing("2025-02-05"))
        self.assertEqual(contract.state, "ended")

    # === END === #

    def test_contract_ends_when_all_is_billed(self):
        plan = self._create_plan("Arrears", [{}], timing="in_arrears")
        contract = self._create_contract(plan, end_date="2025-02-15")
        self._run_billing("2025-02-14")
        self.assertEqual(contract.state, "active")
        self._run_billing("2025-02-15")
        self.assertEqual(contract.state, "ended")
        self.assertFalse(contract.next_billing_date)

    def test_contract_that_cannot_be_billed_does_not_end(self):
        contract = self._create_contract(end_date="2025-02-15", active=True)
        contract._set_billing_error("No", self._day("2025-02-15"))
        self._run_billing("2025-02-15")
        self.assertEqual(contract.state, "active")

    # === GUARDS === #

    def test_only_drafts_can_be_deleted(self):
        draft, active = self._create_contract(active=False), self._create_contract()
        draft.unlink()
        self.assertFalse(draft.exists())
        with self.assertRaisesRegex(UserError, "End it"):
            active.unlink()

    def test_billed_line_cannot_be_removed(self):
        contract = self._create_contract()
        self._run_billing("2025-01-01")
        with self.assertRaisesRegex(UserError, "end date"):
            contract.line_ids.unlink()

    def test_contract_lasts_at_least_a_day(self):
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaisesRegex(IntegrityError, "end_after_start"),
        ):
            self._create_contract(end_date="2025-01-01")

    def test_version_must_be_one_of_the_plan(self):
        other = self._create_plan("Other", [{}])
        with self.assertRaisesRegex(ValidationError, "Version"):
            self._create_contract(
                version_id=other.current_version_id.id, active=False
            ).flush_model()

    def test_line_must_be_a_charge_of_the_contracts_terms(self):
        other = self._create_plan("Other", [{}])
        with self.assertRaisesRegex(ValidationError, "Other"):
            self._create_contract(
                active=False, line_ids=[Command.create({"charge_id": other.charge_ids.id})]
            )

    def test_numbers_of_contracts_are_unique(self):
        first = self._create_contract(active=False)
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self._create_contract(active=False, name=first.name).flush_model()

    def test_customer_of_another_company_is_refused(self):
        other = self.setup_other_company()["company"]
        self.partner_b.company_id = other
        with self.assertRaises(UserError):
            self._create_contract(partner_id=self.partner_b.id, active=False)

    def test_unit_with_contracts_cannot_be_deleted(self):
        unit = self._create_unit("used")
        self._create_contract(business_unit_id=unit.id, active=False)
        with self.assertRaisesRegex(UserError, "Archive"):
            unit.unlink()

    def test_ended_lines_do_not_count_for_the_price_of_a_period(self):
        plan = self._create_plan("Two", [{"unit_price": 10.0}, {"unit_price": 5.0}])
        contract = self._create_contract(plan)
        contract.line_ids[1].end_date = contract.start_date + timedelta(days=40)
        self.assertEqual(contract.amount_period, 10.0)

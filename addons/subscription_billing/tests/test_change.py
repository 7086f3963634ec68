from psycopg2 import IntegrityError

from odoo import SUPERUSER_ID
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .change_common import ChangeCommon

JANUARY = ("charge", "2025-01-01", "2025-02-01", 31.0)


@tagged("post_install", "-at_install")
class TestChange(ChangeCommon):
    """Changes of plan, quantity, end and billing day, before and after time was billed."""

    def _change_plan(self, contract, plan, day, quantities=None):
        contract._change_plan(plan.current_version_id, self._day(day), quantities)

    def _change_quantity(self, contract, quantity, day):
        charge = contract.line_ids.charge_id[0]
        contract._change_quantity(charge, quantity, self._day(day))

    # === BOTH ORDERS === #

    def test_order_of_change_and_run_does_not_matter(self):
        """The same time is billed, and the same money in sum."""
        changes = {
            "plan": (self.small, lambda sub: self._change_plan(sub, self.large, "2025-01-16")),
            "cadence": (self.small, lambda sub: self._change_plan(sub, self.yearly, "2025-01-16")),
            "timing": (self.small, lambda sub: self._change_plan(sub, self.arrears, "2025-01-16")),
            "more": (self.seats, lambda sub: self._change_quantity(sub, 5, "2025-01-16")),
            "less": (self.seats, lambda sub: self._change_quantity(sub, 1, "2025-01-16")),
            "nothing": (self.seats, lambda sub: self._change_quantity(sub, 0, "2025-01-16")),
            "end": (self.small, lambda sub: sub._cancel(self._day("2025-01-16"))),
            "pause": (self.small, lambda sub: sub._pause(self._day("2025-01-16"))),
        }
        for name, (plan, change) in changes.items():
            with self.subTest(name):
                before, after = (self._create_contract(plan) for _i in range(2))
                change(before)
                self._bill("2025-01-01", after)
                change(after)
                self._bill("2025-01-16", before | after)
                self.assertEqual(self._get_billed_days(before), self._get_billed_days(after))
                sums = [sum(sub.period_ids.mapped("amount")) for sub in (before, after)]
                self.assertAlmostEqual(*sums)
                self.assertNotIn("credit", before.period_ids.mapped("kind"))
                self._check_documents(before)
                self._check_documents(after)
                self.assertFalse(self._bill("2025-01-16", before | after))

    # === PLAN === #

    def test_day_of_the_change_belongs_to_the_new_plan(self):
        contract = self._create_contract(self.small)
        self._bill("2025-01-01")
        self._change_plan(contract, self.large, "2025-01-16")
        self.assertEqual(contract.plan_id, self.large)
        self.assertEqual(str(contract.next_billing_date), "2025-01-16")
        self._bill("2025-01-16")
        self.assertEqual(
            self._get_rows(contract),
            [
                JANUARY,
                ("credit", "2025-01-16", "2025-02-01", -16.0),
                ("charge", "2025-01-16", "2025-02-01", 32.0),
            ],
        )
        self.assertEqual(str(contract.next_billing_date), "2025-02-01")

    def test_planned_change_waits_for_its_day(self):
        contract = self._create_contract(self.small)
        self._bill("2025-01-01")
        self._change_plan(contract, self.large, "2025-01-16")
        self.assertFalse(self._bill("2025-01-15"))
        self._bill("2025-01-16")
        self.assertEqual(contract.line_ids.sorted("id").mapped("unit_price"), [31.0, 62.0])

    def test_change_is_replaced_by_an_earlier_one(self):
        """The plan in between is never billed."""
        contract = self._create_contract(self.small)
        self._bill("2025-01-01")
        self._change_plan(contract, self.large, "2025-01-21")
        self._change_plan(contract, self.seats, "2025-01-11", {self.seats.charge_ids.id: 1})
        self._bill("2025-01-31")
        self.assertEqual(
            self._get_rows(contract)[1:],
            [
                ("credit", "2025-01-11", "2025-02-01", -21.0),
                ("charge", "2025-01-11", "2025-02-01", 21.0),
            ],
        )

    def test_two_changes_on_one_day(self):
        """With a run between them the first one is given back as a whole."""
        contract = self._create_contract(self.small)
        self._change_plan(contract, self.large, "2025-01-16")
        self._bill("2025-01-16")
        self._change_plan(contract, self.small, "2025-01-16")
        self._bill("2025-01-16")
        self.assertEqual(
            self._get_rows(contract),
            [
                ("charge", "2025-01-01", "2025-01-16", 15.0),
                ("charge", "2025-01-16", "2025-02-01", 32.0),
                ("credit", "2025-01-16", "2025-02-01", -32.0),
                ("charge", "2025-01-16", "2025-02-01", 16.0),
            ],
        )

    def test_back_dated_change_repairs_each_billed_period(self):
        contract = self._create_contract(self.small)
        self._bill("2025-03-01")
        self._change_plan(contract, self.large, "2025-01-22")
        self._bill("2025-03-01")
        rows = self._get_rows(contract)[3:]
        self.assertEqual(
            sorted(row for row in rows if row[0] == "credit"),
            [
                ("credit", "2025-01-22", "2025-02-01", -10.0),
                ("credit", "2025-02-01", "2025-03-01", -31.0),
                ("credit", "2025-03-01", "2025-04-01", -31.0),
            ],
        )
        self.assertEqual([row[3] for row in rows if row[0] == "charge"], [20.0, 62.0, 62.0])
        self._check_documents(contract)

    def test_change_inside_the_trial_takes_the_new_trial(self):
        trial = self._create_plan("Trial", [{"unit_price": 31.0}], trial_days=20)
        short = self._create_plan("Short", [{"unit_price": 62.0}], trial_days=10)
        free = self._create_plan("No Trial", [{"unit_price": 62.0}])
        # Changed on the 6th: to ten free days, to none; the days before stay free.
        for plan, first, amount in ((short, "2025-01-11", 62.0), (free, "2025-01-06", 52.0)):
            contract = self._create_contract(trial)
            self._change_plan(contract, plan, "2025-01-06")
            self.assertEqual(str(contract.next_billing_date), first)
            self._bill(first, contract)
            self.assertEqual(self._get_rows(contract)[0][1::2], (first, amount))
            self.assertEqual(contract.state, "active")

    # === QUANTITY === #

    def test_more_and_less_are_billed_as_parts(self):
        contract = self._create_contract(self.seats)
        self._bill("2025-01-01")
        self._change_quantity(contract, 3, "2025-01-11")
        self._bill("2025-01-11")
        self._change_quantity(contract, 1, "2025-01-21")
        move = self._bill("2025-01-21")
        self.assertEqual(
            self._get_rows(contract),
            [
                ("charge", "2025-01-01", "2025-02-01", 62.0),
                ("credit", "2025-01-11", "2025-02-01", -42.0),
                ("charge", "2025-01-11", "2025-02-01", 63.0),
                ("credit", "2025-01-21", "2025-02-01", -33.0),
                ("charge", "2025-01-21", "2025-02-01", 11.0),
            ],
        )
        self.assertRecordValues(move, [{"move_type": "out_refund", "amount_untaxed": 22.0}])

    def test_agreed_price_stays_with_another_quantity(self):
        contract = self._create_contract(self.seats, active=False)
        contract.line_ids.unit_price = 15.5
        contract._activate(contract.start_date)
        self._bill("2025-01-01")
        self._change_quantity(contract, 4, "2025-02-01")
        self.assertEqual(self._bill("2025-02-01").amount_untaxed, 62.0)

    def test_back_dated_quantity_replaces_a_later_one_once(self):
        contract = self._create_contract(self.seats)
        self._change_quantity(contract, 3, "2025-02-01")
        self._bill("2025-02-01")
        self._change_quantity(contract, 1, "2025-01-21")
        self._bill("2025-02-01")
        self._check_documents(contract)
        sums = sum(contract.period_ids.mapped("amount"))
        self.assertAlmostEqual(sums, 40.0 + 11.0 + 31.0)
        days = self._get_billed_days(contract)
        self.assertEqual(set(days.values()), {1})
        self.assertEqual(len(days), 31 + 28)

    def test_quantity_keeps_the_grid_of_two_weeks(self):
        """Monday the 6th, then the 20th; a change in the second week must not move it."""
        plan = self._create_plan(
            "Fortnight",
            [{"charge_model": "per_unit", "unit_price": 14.0}],
            cadence_unit="week",
            cadence_count=2,
            alignment="weekday",
        )
        contract = self._create_contract(plan, start="2025-01-06")
        self._bill("2025-01-06")
        self._change_quantity(contract, 2, "2025-01-15")
        self._bill("2025-01-15")
        self.assertEqual(
            self._get_rows(contract)[1:],
            [
                ("credit", "2025-01-15", "2025-01-20", -5.0),
                ("charge", "2025-01-15", "2025-01-20", 10.0),
            ],
        )

    def test_change_in_the_trial_needs_no_credit(self):
        trial = self._create_plan(
            "Trial", [{"charge_model": "per_unit", "unit_price": 10.0}], trial_days=14
        )
        contract = self._create_contract(trial)
        self._change_quantity(contract, 3, "2025-01-05")
        self.assertEqual(len(contract.line_ids), 1)
        self.assertEqual(self._bill("2025-01-15").amount_untaxed, 30.0)

    # === END === #

    def test_end_gives_back_and_closes_the_contract(self):
        contract = self._create_contract(self.small)
        self._bill("2025-01-01")
        contract._cancel(self._day("2025-01-16"))
        self.assertEqual(contract.state, "active")
        self._bill("2025-01-16")
        self.assertEqual(self._get_rows(contract)[1], ("credit", "2025-01-16", "2025-02-01", -16))
        self.assertEqual(contract.state, "ended")

    def test_end_without_credit_keeps_paid_time(self):
        contract = self._create_contract(self.small)
        self._bill("2025-01-01")
        contract._cancel(self._day("2025-01-16"), credited=False)
        self.assertFalse(self._bill("2025-02-01"))
        self.assertEqual(self._get_rows(contract), [JANUARY])
        self.assertEqual(contract.state, "ended")

    def test_end_without_credit_keeps_only_what_it_takes(self):
        """A plan that was left before is given back all the same; a pause as well."""
        changed, paused = (self._create_contract(self.small) for _i in range(2))
        self._bill("2025-01-01")
        self._change_plan(changed, self.large, "2025-01-11")
        paused._pause(self._day("2025-01-11"))
        for contract in (changed, paused):
            contract._cancel(self._day("2025-01-21"), credited=False)
            self._bill("2025-01-21", contract)
            self.assertEqual(
                self._get_rows(contract)[1], ("credit", "2025-01-11", "2025-02-01", -21.0)
            )
        self.assertEqual(self._get_rows(changed)[2:], [("charge", "2025-01-11", "2025-01-21", 20)])

    def test_undone_before_its_day_changes_nothing(self):
        contract = self._create_contract(self.small)
        self._bill("2025-01-01")
        contract._cancel(self._day("2025-01-16"))
        contract._undo_cancel()
        self.assertFalse(self._bill("2025-01-31"))
        self.assertFalse(contract.end_date)

    def test_undone_after_the_credit_charges_again(self):
        contract = self._create_contract(self.small)
        self._bill("2025-01-01")
        contract._cancel(self._day("2025-01-16"))
        # Billed, but its run has not closed the contract yet.
        contract.with_user(SUPERUSER_ID)._bill(self._day("2025-01-16"))
        contract._undo_cancel()
        self.assertEqual(str(contract.next_billing_date), "2025-01-16")
        self._bill("2025-01-17")
        self.assertEqual(
            self._get_rows(contract)[1:],
            [
                ("credit", "2025-01-16", "2025-02-01", -16.0),
                ("correction", "2025-01-16", "2025-02-01", 16.0),
            ],
        )
        charge, credit, correction = contract.period_ids.sorted("id")
        self.assertEqual(credit.corrects_id, charge)
        self.assertEqual(correction.corrects_id, credit)
        self.assertFalse(self._bill("2025-01-17"))

    # === BILLING DAY === #

    def test_billing_day_moves_what_is_not_billed(self):
        contract = self._create_contract(self.small)
        self._bill("2025-01-01")
        contract._set_billing_day(15)
        self.assertFalse(self._bill("2025-01-15"))
        self._bill("2025-02-15")
        # 14 of the 31 days from 15 January to 15 February.
        self.assertEqual(
            self._get_rows(contract),
            [
                JANUARY,
                ("charge", "2025-02-01", "2025-02-15", 14.0),
                ("charge", "2025-02-15", "2025-03-15", 31.0),
            ],
        )

    def test_billing_day_does_not_move_time_of_another_quantity(self):
        contract = self._create_contract(self.seats)
        self._bill("2025-01-01")
        self._change_quantity(contract, 1, "2025-01-21")
        contract._set_billing_day(15)
        self._bill("2025-02-01")
        self.assertEqual(
            self._get_rows(contract)[1:],
            [
                ("credit", "2025-01-21", "2025-02-01", -22.0),
                ("charge", "2025-01-21", "2025-02-01", 11.0),
                ("charge", "2025-02-01", "2025-02-15", 14.0),
            ],
        )

    # === REFUSED === #

    def test_refused_changes_change_nothing(self):
        dollars = self._create_plan(
            "Dollars", [{}], currency_id=self.setup_other_currency("CHF").id
        )
        contract = self._create_contract(self.seats, start="2025-01-10")
        charge = self.seats.charge_ids
        early, day = self._day("2025-01-09"), self._day("2025-01-20")
        refused = {
            "priced in": lambda: self._change_plan(contract, dollars, "2025-01-20"),
            "starts on": lambda: self._change_plan(contract, self.small, "2025-01-09"),
            "Effective Date": lambda: contract._change_quantity(charge, 1, early),
            "Quantity": lambda: contract._change_quantity(charge, -1, day),
            "has no Small": lambda: contract._change_quantity(self.small.charge_ids, 1, day),
            "starts on .*Choose": lambda: contract._cancel(self._day("2025-01-10")),
            "starts on .* a later": lambda: contract._pause(early),
            "not paused": lambda: contract._resume(day),
            "not cancelled": contract._undo_cancel,
            "from 1 to 31": lambda: contract._set_billing_day(32),
        }
        for message, change in refused.items():
            with self.subTest(message), self.assertRaisesRegex(UserError, message):
                change()
        self.assertEqual(len(contract.line_ids), 1)
        self.assertRecordValues(contract.line_ids, [{"quantity": 2.0, "end_date": False}])
        self.assertFalse(contract.hold_ids)
        self.assertFalse(contract.end_date)
        self.assertEqual(self._get_facts(contract), ["active"])

    def test_negative_quantity_of_a_new_plan_is_refused_as_a_whole(self):
        contract = self._create_contract(self.small)
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self._change_plan(contract, self.seats, "2025-01-16", {self.seats.charge_ids.id: -1})
            self.env.flush_all()

    def test_only_running_contracts_change(self):
        draft, ended = self._create_contract(active=False), self._create_contract(self.small)
        ended._cancel(self._day("2025-01-05"))
        self._bill("2025-01-05")
        for contract in (draft, ended):
            for change in (contract._pause, contract._resume, contract._cancel):
                with self.assertRaisesRegex(UserError, "not running"):
                    change(self._day("2025-01-06"))
            with self.assertRaisesRegex(UserError, "not running"):
                self._change_plan(contract, self.large, "2025-01-06")
        with self.assertRaisesRegex(UserError, "ended already"):
            ended._undo_cancel()

    # === FACTS === #

    def _get_facts(self, contract):
        events = self.env["billing.event"].search(
            [("res_model", "=", contract._name), ("res_id", "=", contract.id)], order="id"
        )
        return [event.type.removeprefix("subscription.") for event in events]

    def test_each_change_is_a_fact_and_an_entry(self):
        contract = self._create_contract(self.seats)
        day = self._day("2025-01-16")
        changes = {
            "quantity_changed": lambda: self._change_quantity(contract, 3, "2025-01-16"),
            "plan_changed": lambda: self._change_plan(contract, self.large, "2025-01-16"),
            "paused": lambda: contract._pause(day),
            "resumed": lambda: contract._resume(day),
            "cancelled": lambda: contract._cancel(day),
            "cancel_undone": contract._undo_cancel,
        }
        for fact, change in changes.items():
            with self.subTest(fact):
                known = contract.message_ids
                change()
                event = self.env["billing.event"].search([], limit=1)
                self.assertEqual(event.type, f"subscription.{fact}")
                self.assertEqual(event.res_id, contract.id)
                self.assertEqual(event.payload["effective_date"], "2025-01-16")
                entries = contract.message_ids - known
                self.assertEqual(
                    len(
                        entries.filtered(lambda m: "01/16/2025" in m.body)
                        or entries.filtered(lambda m: "2025-01-16" in m.body)
                    ),
                    1,
                )

    def test_billing_day_is_a_fact_from_its_first_day_on(self):
        contract = self._create_contract(self.small)
        self._bill("2025-01-01")
        contract._set_billing_day(15)
        event = self.env["billing.event"].search([], limit=1)
        self.assertEqual(event.type, "subscription.billing_day_changed")
        self.assertEqual(event.payload["effective_date"], "2025-02-01")

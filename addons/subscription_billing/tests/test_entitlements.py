from datetime import timedelta
from decimal import Decimal

from psycopg2.errors import CheckViolation

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..core.entitlements import UNLIMITED
from .entitlement_common import EntitlementCommon


@tagged("post_install", "-at_install")
class TestEntitlementChanges(EntitlementCommon):
    """Each change of what holds, asked for and told."""

    def test_draft_has_none(self):
        contract = self._create_contract(self.small, "2026-01-01", active=False)
        self._commit()
        self.assertEqual(self._ask(contract, "2026-06-01"), {})
        self.assertFalse(self._told(contract))

    def test_trial_and_conversion(self):
        contract = self._begin()
        self.assertEqual(self._told(contract), [("2026-01-01", {"users": 2})])
        self.assertEqual(str(contract.entitlement_date), "2026-01-15")
        self._advance("2026-01-14")
        self.assertEqual(len(self._told(contract)), 1)
        self._advance("2026-01-15")
        self.assertEqual(self._told(contract)[1:], [("2026-01-15", {"users": 5})])
        self.assertEqual(self._ask(contract, "2026-01-14"), {"users": 2.0})
        self.assertEqual(self._ask(contract, "2026-01-15"), {"users": 5.0})
        self.assertEqual(self._ask(contract, "2025-12-31"), {})
        self.assertFalse(contract.entitlement_date)

    def test_trial_that_expires(self):
        contract = self._begin()
        contract._cancel(self._day("2026-01-15"))
        self._advance("2026-01-16")
        self.assertEqual(self._told(contract)[-1], ("2026-01-15", {}))
        self.assertEqual(contract.state, "ended")
        self.assertEqual(self._ask(contract, "2026-01-14"), {"users": 2.0})
        self.assertEqual(self._ask(contract, "2026-01-15"), {})

    def test_cancelled_and_undone(self):
        contract = self._begin()
        self._advance("2026-02-01")
        contract._cancel(self._day("2026-02-15"))
        self._commit()
        self.assertEqual(str(contract.entitlement_date), "2026-02-15")
        contract._undo_cancel()
        self._commit()
        self.assertFalse(contract.entitlement_date)
        self._advance("2026-02-20")
        self.assertEqual(len(self._told(contract)), 2)

    def test_planned_change_of_plan(self):
        contract = self._begin()
        self._advance("2026-01-20")
        contract._change_plan(self.large.current_version_id, self._day("2026-02-01"))
        self._commit()
        self.assertEqual(len(self._told(contract)), 2)
        self._advance("2026-02-02")
        told = self._told(contract)[2:]
        self.assertEqual(told, [("2026-02-01", {"api": True, "users": 20})])
        self.assertEqual(self._ask(contract, "2026-01-31"), {"users": 5.0})
        self.assertEqual(self._ask(contract, "2026-02-01"), {"users": 20.0, "api": 1.0})
        self.assertEqual(self._ask(contract, "2026-01-10"), {"users": 2.0})

    def test_planned_change_that_is_replaced(self):
        contract = self._begin()
        self._advance("2026-01-20")
        contract._change_plan(self.large.current_version_id, self._day("2026-02-10"))
        contract._change_plan(self.small.current_version_id, self._day("2026-02-05"))
        self._commit()
        self._advance("2026-02-20")
        self.assertEqual(len(self._told(contract)), 2)

    def test_change_inside_the_trial_keeps_what_was(self):
        contract = self._begin()
        self._advance("2026-01-05")
        contract._change_plan(self.large.current_version_id, self._day("2026-01-05"))
        self._commit()
        self.assertEqual(self._told(contract)[-1], ("2026-01-05", {"api": True, "users": 20}))
        self.assertEqual(self._ask(contract, "2026-01-04"), {"users": 2.0})
        self.assertEqual(self._ask(contract, "2026-01-05"), {"users": 20.0, "api": 1.0})

    def test_quantity(self):
        contract = self._begin()
        self._advance("2026-01-20")
        contract._change_quantity(self.seats, 3, self._day("2026-01-20"))
        self._commit()
        self.assertEqual(self._told(contract)[-1], ("2026-01-20", {"users": 15}))
        contract._change_quantity(self.seats, 2, self._day("2026-02-01"))
        self._advance("2026-02-01")
        self.assertEqual(self._told(contract)[-1], ("2026-02-01", {"users": 10}))
        self.assertEqual(self._ask(contract, "2026-01-19"), {"users": 5.0})
        self.assertEqual(self._ask(contract, "2026-01-31"), {"users": 15.0})

    def test_quantity_inside_the_trial_keeps_what_was(self):
        contract = self._begin()
        self._advance("2026-01-05")
        contract._change_quantity(self.seats, 3, self._day("2026-01-08"))
        self._commit()
        self.assertEqual(self._ask(contract, "2026-01-07"), {"users": 2.0})
        self.assertEqual(self._ask(contract, "2026-01-08"), {"users": 6.0})
        contract._change_quantity(self.seats, 4, self._day("2026-01-06"))
        self._commit()
        self.assertEqual(self._ask(contract, "2026-01-05"), {"users": 2.0})
        self.assertEqual(self._ask(contract, "2026-01-06"), {"users": 8.0})
        contract._change_quantity(self.seats, 5, self._day("2026-01-01"))
        self._commit()
        self.assertEqual(self._ask(contract, "2026-01-01"), {"users": 10.0})
        self._advance("2026-01-15")
        rows = [(str(row.start_date), row.amount) for row in contract.period_ids]
        self.assertEqual(rows, [("2026-01-15", 155.0)])

    def test_option(self):
        contract = self._begin()
        self._advance("2026-01-20")
        contract._add_option(self.storage, 1, self._day("2026-01-20"))
        self._commit()
        self.assertEqual(self._told(contract)[-1], ("2026-01-20", {"space": 100, "users": 5}))
        contract._remove_option(self.storage, self._day("2026-01-25"))
        self._commit()
        self.assertEqual(len(self._told(contract)), 3)
        self._advance("2026-01-25")
        self.assertEqual(self._told(contract)[-1], ("2026-01-25", {"users": 5}))
        self.assertEqual(self._ask(contract, "2026-01-24"), {"users": 5.0, "space": 100.0})

    def test_option_inside_the_trial(self):
        contract = self._begin()
        contract._add_option(self.storage, 1, self._day("2026-01-03"))
        contract._remove_option(self.storage, self._day("2026-01-06"))
        self._commit()
        self.assertEqual(self._ask(contract, "2026-01-05"), {"users": 2.0, "space": 100.0})
        self.assertEqual(self._ask(contract, "2026-01-06"), {"users": 2.0})

    def test_pause(self):
        contract = self._begin()
        self._advance("2026-01-20")
        contract._pause(self._day("2026-01-22"))
        self._advance("2026-01-22")
        self.assertEqual(self._told(contract)[-1], ("2026-01-22", {}))
        contract._resume(self._day("2026-01-25"))
        self._advance("2026-01-25")
        self.assertEqual(self._told(contract)[-1], ("2026-01-25", {"users": 5}))
        self.assertEqual(self._ask(contract, "2026-01-24"), {})

    def test_hold_that_names_features(self):
        contract = self._begin(self.large)
        contract._hold("late", "test", True, self._day("2026-01-01"), withheld=self.api)
        self._commit()
        self.assertEqual(self._told(contract), [
            ("2026-01-01", {"api": True, "users": 20}), ("2026-01-01", {"users": 20}),
        ])  # fmt: skip
        contract._release("late", self._day("2026-01-01"))
        self._commit()
        self.assertEqual(self._told(contract)[-1], ("2026-01-01", {"api": True, "users": 20}))

    def test_hold_that_takes_nothing(self):
        contract = self._begin(self.large)
        none = self.env["billing.feature"]
        contract._hold("dispute", "test", True, self._day("2026-01-01"), withheld=none)
        self._commit()
        self.assertEqual(len(self._told(contract)), 1)

    def test_edit_by_hand(self):
        """A line that is edited in the form counts like any other change."""
        contract = self._begin()
        self._advance("2026-01-20")
        contract.line_ids.quantity = 7
        self._commit()
        self.assertEqual(self._told(contract)[-1], ("2026-01-20", {"users": 35}))

    def test_hand_over(self):
        contract = self._begin()
        self._advance("2026-01-20")
        following = contract._transfer(self.partner_b, self._day("2026-01-20"))
        self._commit()
        self.assertEqual(self._told(contract)[-1], ("2026-01-20", {}))
        self.assertEqual(self._ask(following, "2026-01-20"), {"users": 5.0})
        self.assertEqual(self._ask(following, "2026-01-19"), {})

    def test_told_once(self):
        contract = self._begin()
        contract._touch_entitlements()
        self._commit()
        self._advance("2026-01-16")
        contract._touch_entitlements()
        self._commit()
        self.assertEqual(len(self._told(contract)), 2)

    def test_taken_back_with_its_transaction(self):
        contract = self._begin(self.large)
        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            contract._cancel(self._day("2026-01-02"))
            self._commit()
            raise ZeroDivisionError
        self.env.invalidate_all()
        self._commit()
        self.assertEqual(len(self._told(contract)), 1)
        self.assertEqual(contract.entitlement_snapshot, {"api": True, "users": 20})


@tagged("post_install", "-at_install")
class TestEntitlementTerms(EntitlementCommon):
    """Features of plans and charges, and who answers."""

    def test_customer_with_several_contracts(self):
        self._begin()
        self._begin(self.large)
        contact = self.env["res.partner"].create({"name": "C", "parent_id": self.partner_a.id})
        partners = self.partner_a | contact | self.partner_b
        found = partners._get_entitlements(self._day("2026-01-20"), self.company)
        expected = {"users": Decimal(25), "api": Decimal(1)}
        self.assertEqual(found, {self.partner_a.id: expected, contact.id: expected,
                                 self.partner_b.id: {}})  # fmt: skip
        self.users.combine = "max"
        found = self.partner_a._get_entitlements(self._day("2026-01-20"), self.company)
        self.assertEqual(found[self.partner_a.id]["users"], 20)
        other = self.env["res.company"].create({"name": "Other"})
        found = self.partner_a._get_entitlements(self._day("2026-01-20"), other)
        self.assertEqual(found[self.partner_a.id], {})

    def test_unlimited(self):
        plan = self._create_plan(
            "All", [{}], entitlement_ids=self._grant((self.users, {"is_unlimited": True}))
        )
        contract = self._begin(plan)
        found = contract._get_entitlements(self._day("2026-01-01"))
        self.assertEqual(found[contract.id], {"users": UNLIMITED})
        self.assertEqual(self._told(contract), [("2026-01-01", {"users": "unlimited"})])

    def test_queries_do_not_grow(self):
        def count(number):
            contracts = self._create_contracts(number, plan=self.small, start="2026-01-01")
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            contracts.partner_id._get_entitlements(self._day("2026-01-20"), self.company)
            return self.env.cr.sql_log_count - before

        count(2)
        self.assertEqual(count(2), count(12))

    def test_terms_in_use(self):
        contract = self._begin(self.large)
        granted = self.large.entitlement_ids.filtered(lambda one: one.feature_id == self.api)
        today = self.company._get_billing_today()
        with (
            self.assertRaisesRegex(UserError, "Interface: contracts run on these terms"),
            self.env.cr.savepoint(),
        ):
            granted.unlink()
        with (
            self.assertRaisesRegex(UserError, "Interface: contracts run on these terms"),
            self.env.cr.savepoint(),
        ):
            granted.in_trial = "none"
        with (
            self.assertRaisesRegex(UserError, "Until: contracts run on these terms"),
            self.env.cr.savepoint(),
        ):
            granted.end_date = today - timedelta(days=1)
        with (
            self.assertRaisesRegex(UserError, "From: contracts run on these terms"),
            self.env.cr.savepoint(),
        ):
            self.large.write({"entitlement_ids": self._grant((self.space, {"value": 5}))})
        later = today + timedelta(days=3)
        granted.end_date = later
        added = self._grant((self.space, {"value": 5, "start_date": later}))
        self.large.write({"entitlement_ids": added})
        before = self._ask(contract, later - timedelta(days=1))
        self.assertEqual(before, {"users": 20.0, "api": 1.0})
        self.assertEqual(self._ask(contract, later), {"users": 20.0, "space": 5.0})
        self.assertEqual(contract.entitlement_date, later)
        with (
            self.assertRaisesRegex(UserError, "Until: contracts run on these terms"),
            self.env.cr.savepoint(),
        ):
            granted.end_date = False
            granted.end_date = today - timedelta(days=1)

    def test_new_version_and_copy_bring_features(self):
        self._begin(self.large)
        self.large.action_new_version()
        codes = self.large.entitlement_ids.feature_id.mapped("code")
        self.assertEqual(sorted(codes), ["api", "users"])
        self.large.entitlement_ids.filtered(lambda one: one.feature_id == self.api).unlink()
        copied = self.small.copy()
        self.assertEqual(copied.charge_ids.entitlement_ids.feature_id, self.users | self.space)
        copied = self.large.copy()
        self.assertEqual(copied.entitlement_ids.feature_id, self.users)

    def test_belongs_to_one(self):
        version = self.large.current_version_id.id
        both = {"feature_id": self.api.id, "version_id": version, "charge_id": self.seats.id}
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"):
            self.env["billing.entitlement"].create(both)

    def test_dialog(self):
        contract = self._begin()
        contract._change_plan(self.large.current_version_id, self._day("2026-02-01"))
        action = contract.action_view_entitlements()
        wizard = self.env["billing.entitlement.answer"].browse(action["res_id"])
        self.assertEqual(str(wizard.date), "2026-01-01")
        self.assertRegex(wizard.answer, r"(?s)2 users.*Seats.*01/15/2026.*5 users")
        self.assertRegex(wizard.answer, r"(?s)Interface.*not included.*02/01/2026.*included")
        wizard.date = "2026-02-01"
        self.assertRegex(wizard.answer, r"(?s)20 users.*Large")
        self.assertNotIn("Seats", wizard.answer)

    def test_dialog_shows_contracts_of_own_unit(self):
        unit, other = self._create_unit("A"), self._create_unit("B")
        contract = self._begin(self.large, business_unit_id=other.id)
        user = self._create_user("unit", business_unit_ids=[Command.set(unit.ids)])
        action = self.partner_a.with_user(user).action_view_entitlements()
        answer = self.env["billing.entitlement.answer"].with_user(user).browse(action["res_id"])
        self.assertNotIn("Interface", answer.answer)
        contract.business_unit_id = unit
        self.env.invalidate_all()
        self.assertIn("Interface", answer.answer)

    def test_users_read_managers_write(self):
        user = self._create_user("reader")
        self.assertEqual(self.users.with_user(user).name, "Users")
        with self.assertRaisesRegex(Exception, "not allowed to modify"), self.env.cr.savepoint():
            self.users.with_user(user).name = "Other"

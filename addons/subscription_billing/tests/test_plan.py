from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import SubscriptionBillingCommon


@tagged("post_install", "-at_install")
class TestPlan(SubscriptionBillingCommon):
    """Plans and their versions."""

    def test_charge_proposes_name_and_price_of_the_product(self):
        plan = self.env["billing.plan"].create(
            {"name": "P", "charge_ids": [Command.create({"product_id": self.service.id})]}
        )
        self.assertRecordValues(
            plan.charge_ids, [{"name": "Hosting", "unit_price": 100.0, "default_quantity": 1.0}]
        )

    def test_charge_keeps_what_was_entered(self):
        plan = self._create_plan("Free", [{"name": "Free tier", "unit_price": 0.0}])
        self.assertRecordValues(plan.charge_ids, [{"name": "Free tier", "unit_price": 0.0}])

    def test_terms_are_frozen_once_a_contract_runs(self):
        self._create_contract()
        charge = self.monthly.charge_ids
        changes = [
            lambda: self.monthly.write({"cadence_count": 3}),
            lambda: self.monthly.write({"timing": "in_arrears"}),
            lambda: self.monthly.current_version_id.write({"trial_days": 3}),
            lambda: self.monthly.write({"charge_ids": [Command.clear()]}),
            lambda: charge.write({"unit_price": 1.0}),
            lambda: charge.copy(),
            lambda: charge.unlink(),
        ]
        for change in changes:
            with self.subTest(change=change), self.assertRaisesRegex(UserError, "New Version"):
                change()

    def test_terms_are_open_while_contracts_are_drafts(self):
        contract = self._create_contract(active=False)
        self.monthly.write({"cadence_count": 3})
        self.monthly.charge_ids.unit_price = 120.0
        self.assertEqual(contract.cadence_count, 3)

    def test_what_is_no_term_can_be_changed(self):
        self._create_contract()
        self.monthly.write({"name": "Monthly plus", "description": "New", "active": False})
        self.assertEqual(self.monthly.name, "Monthly plus")

    def test_terms_are_frozen_by_contracts_the_user_cannot_see(self):
        mine, other = self._create_unit("mine"), self._create_unit("other")
        self._create_contract(business_unit_id=other.id)
        limited = self._create_user(
            "limited", "billing_base.group_billing_manager", business_unit_ids=mine.ids
        )
        with self.assertRaisesRegex(UserError, "New Version"):
            self.monthly.with_user(limited).write({"cadence_count": 3})

    def test_new_version_serves_new_contracts_only(self):
        old = self._create_contract()
        self.monthly.action_new_version()
        self.monthly.write({"cadence_count": 6})
        self.monthly.charge_ids.unit_price = 500.0
        new = self._create_contract()
        self.assertEqual((old.version_id.number, new.version_id.number), (1, 2))
        self.assertEqual((old.cadence_count, new.cadence_count), (1, 6))
        self.assertEqual((old.amount_period, new.amount_period), (100.0, 500.0))
        self.assertEqual(self.monthly.version_count, 2)
        self.assertEqual(self.monthly.version_ids.mapped("subscription_count"), [1, 1])
        self.assertEqual(self.monthly.plan_subscription_count, 2)

    def test_new_version_needs_a_manager(self):
        user = self._create_user("clerk")
        with self.assertRaises(AccessError):
            self.monthly.with_user(user).action_new_version()

    def test_copy_has_terms_of_its_own(self):
        self.monthly.code = "M"
        self._create_contract()
        self.monthly.action_new_version()
        copy = self.monthly.copy()
        self.assertRecordValues(
            copy, [{"name": "Monthly (copy)", "code": False, "number": 1, "version_count": 1}]
        )
        self.assertNotEqual(copy.current_version_id, self.monthly.current_version_id)
        self.assertEqual(copy.current_version_id.plan_id, copy)
        self.assertEqual(copy.charge_ids.mapped("unit_price"), [100.0])
        self.assertEqual(len(self.monthly.charge_ids), 1)
        copy.charge_ids.unit_price = 1.0
        self.assertEqual(self.monthly.charge_ids.unit_price, 100.0)

    def test_plan_with_contracts_cannot_be_deleted(self):
        self._create_contract(active=False)
        with self.assertRaisesRegex(UserError, "Archive"):
            self.monthly.unlink()

    def test_unused_plan_can_be_deleted(self):
        plan = self._create_plan("Unused", [{}])
        plan.unlink()
        self.assertFalse(plan.exists())

    def test_code_is_unique_per_company(self):
        self.monthly.code = "M"
        self._create_plan("Other company", code="M", company_id=False)
        with mute_logger("odoo.sql_db"), self.assertRaisesRegex(IntegrityError, "code_unique"):
            self._create_plan("Twin", code="M")
            self.env.flush_all()

    def test_impossible_terms_are_refused(self):
        for name, value in [("cadence_count", 0), ("trial_days", -1)]:
            with (
                self.subTest(name),
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                self._create_plan("Impossible", **{name: value})

    def test_version_shows_plan_and_number(self):
        self.assertEqual(self.monthly.current_version_id.display_name, "Monthly (version 1)")

    def test_interval_in_words(self):
        self.env["res.lang"]._activate_lang("de_DE")
        quarterly = self._create_plan("Q", cadence_count=3, timing="in_arrears")
        labels = [
            plan.with_context(lang=lang).cadence_label
            for plan in (self.monthly, quarterly)
            for lang in ("en_US", "de_DE")
        ]
        self.assertEqual(
            labels,
            [
                "monthly, in advance",
                "monatlich, im Voraus",
                "every 3 months, in arrears",
                "alle 3 Monate, nachträglich",
            ],
        )

    def test_units_offer_plans_of_their_product_categories(self):
        categories = self.env["product.category"]
        cloud = categories.create({"name": "Cloud"})
        hosting = categories.create({"name": "Hosting", "parent_id": cloud.id})
        other = categories.create({"name": "Other"})
        inside = self._create_service("Inside", categ_id=hosting.id)
        outside = self._create_service("Outside", categ_id=other.id)
        plans = {
            "in": self._create_plan("In", [{"product_id": inside.id}]),
            "out": self._create_plan("Out", [{"product_id": outside.id}]),
            "both": self._create_plan(
                "Both", [{"product_id": inside.id}, {"product_id": outside.id}]
            ),
        }
        unit = self._create_unit("CLOUD", product_category_ids=[Command.set(cloud.ids)])
        every = self._create_unit("ALL")
        for found, expected in ((unit, ["in"]), (every, ["in", "out", "both"])):
            mine = self.env["billing.plan"].search([("offered_unit_ids", "in", found.ids)])
            for name, plan in plans.items():
                with self.subTest(unit=found.code, plan=name):
                    self.assertEqual(plan in mine, name in expected)
                    self.assertEqual(found in plan.offered_unit_ids, name in expected)

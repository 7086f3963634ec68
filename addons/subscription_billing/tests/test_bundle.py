from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, freeze_time, tagged

from .common import SubscriptionBillingCommon


@tagged("post_install", "-at_install")
@freeze_time("2025-01-01 12:00:00")
class TestBundle(SubscriptionBillingCommon):
    """Add-ons that need or exclude one another, and bundles of them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls._create_plan(
            "Office",
            [
                {"name": "Base", "unit_price": 50.0},
                {"name": "Mail", "unit_price": 10.0, "is_option": True},
                {"name": "Archive", "unit_price": 20.0, "is_option": True},
                {"name": "Fax", "unit_price": 5.0, "is_option": True},
            ],
        )
        cls.base, cls.mail, cls.archive, cls.fax = cls.plan.charge_ids
        cls.bundle = cls.env["billing.bundle"].create(
            {
                "version_id": cls.plan.current_version_id.id,
                "name": "Paperless",
                "percent": 50.0,
                "charge_ids": [Command.set((cls.mail | cls.archive).ids)],
            }
        )

    def _bill_amounts(self, contract, day):
        known = contract.period_ids
        self._run_billing(day)
        contract.invalidate_recordset(["period_ids"])
        rows = (contract.period_ids - known).sorted(lambda row: (row.charge_id.id, row.start_date))
        return [(row.charge_id.name, row.amount) for row in rows]

    def test_bundle_from_the_start(self):
        contract = self._create_contract(self.plan, active=False)
        contract._add_bundle(self.bundle, self._day("2025-01-01"))
        contract._activate(self._day("2025-01-01"))
        self.assertEqual(
            self._bill_amounts(contract, "2025-01-01"),
            [("Base", 50.0), ("Mail", 5.0), ("Archive", 10.0)],
        )

    def test_bundle_for_a_running_contract(self):
        """One option is there and billed: it costs less from its next period on."""
        contract = self._create_contract(self.plan)
        contract._add_option(self.mail, 1.0, self._day("2025-01-01"))
        self._run_billing("2025-01-01")
        contract._add_bundle(self.bundle, self._day("2025-01-17"))
        self.assertEqual(
            self._bill_amounts(contract, "2025-01-17"), [("Archive", 4.84)]
        )  # 15 of 31 days of 10.00
        self.assertEqual(
            self._bill_amounts(contract, "2025-02-01"),
            [("Base", 50.0), ("Mail", 5.0), ("Archive", 10.0)],
        )

    def test_incomplete_bundle_costs_the_full_price(self):
        contract = self._create_contract(self.plan)
        contract._add_bundle(self.bundle, self._day("2025-01-01"))
        self._run_billing("2025-01-01")
        contract._remove_option(self.archive, self._day("2025-02-01"))
        self.assertEqual(
            self._bill_amounts(contract, "2025-02-01"), [("Base", 50.0), ("Mail", 10.0)]
        )

    def test_not_twice_and_not_from_elsewhere(self):
        contract = self._create_contract(self.plan)
        contract._add_bundle(self.bundle, self._day("2025-01-01"))
        with self.assertRaisesRegex(UserError, "has Paperless already"):
            contract._add_bundle(self.bundle, self._day("2025-01-10"))
        other = self._create_contract(self.monthly)
        with self.assertRaisesRegex(UserError, "does not belong to"):
            other._add_bundle(self.bundle, self._day("2025-01-01"))

    def test_a_bundle_needs_options_of_its_plan(self):
        for charges in (self.mail, self.mail | self.base, self.mail | self.monthly.charge_ids):
            with self.subTest(charges), self.assertRaisesRegex(ValidationError, "two options"):
                self.bundle.charge_ids = charges

    def test_new_version_has_its_own_bundles(self):
        self._create_contract(self.plan)
        self.plan.action_new_version()
        new = self.plan.bundle_ids
        self.assertEqual(new.name, "Paperless")
        self.assertNotEqual(new, self.bundle)
        self.assertEqual(new.charge_ids.version_id, self.plan.current_version_id)
        self.assertEqual(new.charge_ids.mapped("name"), ["Mail", "Archive"])

    def test_wizard(self):
        contract = self._create_contract(self.plan)
        self._run_billing("2025-01-01")
        self.env.flush_all()
        with self.enter_registry_test_mode():
            act = self.env["billing.subscription.change"].with_context(
                default_subscription_id=contract.id
            )
            form = Form(act)
            form.what = "bundle"
            self.assertIn("choose a bundle", form.preview)
            form.bundle_id = self.bundle
            self.assertIn("Paperless", form.preview)
            form.save().action_confirm()
        self.assertEqual(contract.discount_ids.bundle_id, self.bundle)
        self.assertEqual(len(contract.line_ids), 3)

    # === OPTIONS THAT BELONG TOGETHER === #

    def test_option_that_needs_another_one(self):
        self.archive.requires_ids = self.mail
        contract = self._create_contract(self.plan)
        with self.assertRaisesRegex(UserError, "only together with Mail"):
            contract._add_option(self.archive, 1.0, self._day("2025-01-10"))
        contract._add_option(self.mail, 1.0, self._day("2025-01-10"))
        contract._add_option(self.archive, 1.0, self._day("2025-01-10"))
        with self.assertRaisesRegex(UserError, "Archive is available only together with Mail"):
            contract._remove_option(self.mail, self._day("2025-01-20"))
        contract._remove_option(self.archive, self._day("2025-01-20"))
        contract._remove_option(self.mail, self._day("2025-01-20"))

    def test_options_that_exclude_each_other(self):
        self.fax.excludes_ids = self.mail
        contract = self._create_contract(self.plan)
        contract._add_option(self.mail, 1.0, self._day("2025-01-10"))
        with self.assertRaisesRegex(UserError, "cannot be combined with Mail"):
            contract._add_option(self.fax, 1.0, self._day("2025-01-10"))
        other = self._create_contract(self.plan)
        other._add_option(self.fax, 1.0, self._day("2025-01-10"))
        with self.assertRaisesRegex(UserError, "cannot be combined with Fax"):
            other._add_bundle(self.bundle, self._day("2025-01-10"))

    # === PRODUCTS === #

    def test_product_shows_its_charges_and_contracts(self):
        product = self.service.product_tmpl_id
        contracts = self._create_contract(self.plan) + self._create_contract(self.plan)
        self.assertEqual(product.billing_charge_count, 5)
        self.assertEqual(product.billing_contract_count, 2)
        domain = product.action_view_billing_contracts()["domain"]
        self.assertEqual(self.env["billing.subscription"].search(domain, order="id"), contracts)
        domain = product.action_view_billing_charges()["domain"]
        self.assertEqual(self.env["billing.charge"].search_count(domain), 5)

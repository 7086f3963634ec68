from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import SubscriptionBillingCommon


@tagged("post_install", "-at_install")
class TestAccess(SubscriptionBillingCommon):
    """Who may see and do what."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls._create_user("clerk")
        cls.accountant = cls._create_user("accountant", "account.group_account_invoice")
        cls.portal = new_test_user(
            cls.env,
            login="portal",
            groups="base.group_portal",
            partner_id=cls.partner_a.id,
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    def test_clerk_keeps_contracts(self):
        contract = (
            self.env["billing.subscription"]
            .with_user(self.clerk)
            .create({"partner_id": self.partner_a.id, "plan_id": self.monthly.id})
        )
        contract.action_activate()
        contract.client_reference = "PO 1"
        self.assertEqual(contract.state, "active")

    def test_clerk_does_not_change_plans_periods_or_runs(self):
        contract = self._create_contract()
        self._run_billing("2025-01-01")
        for record in (
            self.monthly,
            self.monthly.current_version_id,
            self.monthly.charge_ids,
            contract.period_ids,
            self._get_last_run(),
        ):
            with self.subTest(record._name), self.assertRaises(AccessError):
                record.with_user(self.clerk).check_access("write")

    def test_accountant_without_billing_reads_invoices(self):
        contract = self._create_contract()
        move = self._run_billing("2025-01-01").with_user(self.accountant)
        self.assertTrue(move.read())
        self.assertTrue(move.invoice_line_ids.read())
        move.button_draft()
        move.unlink()
        self.assertTrue(contract.period_ids.voided)

    def test_readonly_accountant_reads_invoices(self):
        self._create_contract()
        reader = self._create_user("reader", "account.group_account_readonly")
        move = self._run_billing("2025-01-01").with_user(reader)
        self.assertTrue(move.read())
        self.assertTrue(move.invoice_line_ids.read())

    def test_user_limited_to_a_unit_sees_its_contracts(self):
        mine, other = self._create_unit("mine"), self._create_unit("other")
        limited = self._create_user("limited", business_unit_ids=mine.ids)
        contracts = {
            unit: self._create_contract(business_unit_id=unit.id) for unit in (mine, other)
        }
        common = self._create_contract()
        self._run_billing("2025-01-01")
        visible = contracts[mine] | common
        hidden = contracts[other]
        for name in ("line_ids", "period_ids"):
            records = (visible | hidden)[name]
            with self.subTest(name):
                found = records.with_user(limited).search([("id", "in", records.ids)])
                self.assertEqual(found.sudo(), visible[name].sudo().sorted())
        found = self.env["billing.subscription"].with_user(limited).search([])
        self.assertEqual(set(found.ids), set(visible.ids))
        with self.assertRaises(AccessError):
            hidden.with_user(limited).read(["name"])

    def test_user_without_limit_sees_all_units(self):
        contract = self._create_contract(business_unit_id=self._create_unit("u").id)
        self.assertEqual(contract.with_user(self.clerk).read(["name"])[0]["name"], contract.name)

    def test_other_company_is_hidden(self):
        other = self.setup_other_company()["company"]
        contract = self._create_contract()
        self._run_billing("2025-01-01")
        stranger = new_test_user(
            self.env,
            login="stranger",
            groups="billing_base.group_billing_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        self.monthly.company_id = self.company
        for record in (
            contract,
            contract.line_ids,
            contract.period_ids,
            self._get_last_run(),
            self.monthly,
            self.monthly.current_version_id,
            self.monthly.charge_ids,
        ):
            with self.subTest(record._name):
                self.assertFalse(record.with_user(stranger).search([("id", "in", record.ids)]))

    # === PORTAL === #

    def test_customer_sees_own_contracts(self):
        contact = self.env["res.partner"].create({"name": "C", "parent_id": self.partner_a.id})
        own = self._create_contract() | self._create_contract(partner_id=contact.id)
        self._create_contract(partner_id=self.partner_b.id)
        self._create_contract(active=False)
        found = self.env["billing.subscription"].with_user(self.portal).search([])
        self.assertEqual(found, own.sorted("id", reverse=True))

    def test_customer_changes_nothing(self):
        contract = self._create_contract().with_user(self.portal)
        for operation in ("write", "create", "unlink"):
            with self.subTest(operation), self.assertRaises(AccessError):
                contract.check_access(operation)
        self.assertEqual(contract.access_url, f"/my/contracts/{contract.id}")

    def test_customer_does_not_read_internal_fields(self):
        contract = self._create_contract(note="<p>Pays late</p>")
        contract._set_billing_error("Traceback", self._day("2025-01-01"))
        visible = contract.with_user(self.portal).fields_get()
        self.assertFalse({"note", "billing_error"} & visible.keys())
        self.assertIn("next_billing_date", visible)
        for name in ("note", "billing_error"):
            with self.subTest(name), self.assertRaises(AccessError):
                contract.with_user(self.portal).read([name])

    def test_customer_reads_no_ledger(self):
        for model in ("billing.period", "billing.run", "billing.plan", "billing.charge"):
            with self.subTest(model), self.assertRaises(AccessError):
                self.env[model].with_user(self.portal).search([])

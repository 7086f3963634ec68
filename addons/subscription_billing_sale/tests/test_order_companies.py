from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common import OrderCommon


@tagged("post_install", "-at_install")
class TestOrderCompanies(OrderCommon):
    """Orders of other companies and of branches conclude contracts there."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_data = cls.setup_other_company()
        cls.other = cls.other_data["company"]
        cls.branch = cls.env["res.company"].create(
            {
                "name": "Branch",
                "parent_id": cls.company.id,
                "country_id": cls.company.country_id.id,
            }
        )
        cls.env.user.company_ids = [Command.link(cls.other.id), Command.link(cls.branch.id)]
        cls.partner_a.with_company(cls.branch).property_account_receivable_id = cls.receivable
        cls.plan.company_id = cls.company
        cls.yearly.company_id = cls.other
        cls.cloud.taxes_id = [Command.link(cls.other_data["default_tax_sale"].id)]

    def _create_order_in(self, company, **values):
        order = self.env["sale.order"].with_company(company)
        line = Command.create({"product_id": self.cloud.id})
        return order.create(
            {
                "partner_id": self.partner_a.id,
                "company_id": company.id,
                "order_line": [line],
                "billing_start_date": "2026-01-10",
                **values,
            }
        )

    def _bill_in(self, company, contract):
        contract.with_company(company).sudo()._bill(self._day("2026-01-10"))
        return contract.period_ids.move_id

    def test_order_of_another_company(self):
        """Plan, unit, journal, accounts and taxes are those of the company that sells."""
        journal = self.other_data["default_journal_sale"].copy({"name": "Unit B", "code": "UB"})
        unit = self.env["billing.business.unit"].with_company(self.other).create(
            {"name": "Unit B", "code": "B", "company_id": self.other.id, "journal_id": journal.id}
        )  # fmt: skip
        order = self._create_order_in(self.other, business_unit_id=unit.id)
        self.assertEqual(order.order_line.billing_plan_id, self.yearly)
        # Whoever confirms it may be working in another company at the moment.
        order.with_company(self.company).action_confirm()
        contract = order.billing_subscription_ids
        self.assertEqual((contract.company_id, contract.plan_id), (self.other, self.yearly))
        self.assertEqual((contract.state, contract.business_unit_id), ("active", unit))
        move = self._bill_in(self.other, contract)
        self.assertEqual((move.company_id, move.journal_id), (self.other, journal))
        self.assertEqual((move.state, move.amount_untaxed), ("posted", 100.0))
        self.assertEqual(move.invoice_line_ids.tax_ids, self.other_data["default_tax_sale"])
        accounts = move.line_ids.account_id
        self.assertTrue(all(self.other in account.company_ids for account in accounts))

    def test_branch_sells_the_plans_of_its_parent(self):
        unit = self._create_unit("A")
        order = self._create_order_in(self.branch, business_unit_id=unit.id)
        self.assertEqual(self._line(order, self.cloud).billing_plan_id, self.plan)
        order.action_confirm()
        contract = order.billing_subscription_ids
        self.assertEqual((contract.company_id, contract.plan_id), (self.branch, self.plan))
        self.assertEqual(contract.business_unit_id, unit)
        move = self._bill_in(self.branch, contract)
        self.assertEqual((move.company_id, move.business_unit_id), (self.branch, unit))
        self.assertEqual((move.state, move.amount_untaxed), ("posted", 35.0))

    def test_plan_of_all_companies(self):
        self.plan.company_id = False
        self.cloud.product_tmpl_id.billing_plan_ids = self.plan
        for company in (self.company, self.branch, self.other):
            with self.subTest(company.name):
                order = self._create_order_in(company)
                self.assertEqual(self._line(order, self.cloud).billing_plan_id, self.plan)

    def test_plans_of_others_are_not_sold(self):
        """Neither a sister's nor, for the parent, those of a branch alone."""
        self.plan.company_id = self.branch
        self.assertFalse(self._create_order_in(self.company).order_line.billing_plan_id)
        with self.assertRaisesRegex(UserError, "company"):
            self._create_contract(self.yearly, "2026-01-10")
        with self.assertRaisesRegex(UserError, "company"):
            self._create_contract(self.plan, "2026-01-10")

    def test_unit_of_another_company_is_refused(self):
        unit = self._create_unit("A")
        with self.assertRaisesRegex(UserError, "company"):
            self._create_order_in(self.other, business_unit_id=unit.id)


@tagged("post_install", "-at_install")
class TestOrderCredit(OrderCommon):
    """A manager's approval on the order lets the credit limit pass, and nothing else does."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = cls._create_user("seller", "sales_team.group_sale_salesman_all_leads")
        cls.manager = cls._create_user(
            "manager", "billing_base.group_billing_manager", "sales_team.group_sale_manager"
        )
        cls.company.sudo().account_use_credit_limit = True
        cls.partner_a.credit_limit = 100.0
        cls.contract = cls._create_contract(cls.plan, "2026-01-10")

    def _extend(self, quantity=20):
        return self._create_order(
            (self.cloud, {"product_uom_qty": quantity}),
            billing_subscription_id=self.contract.id,
        )

    def _get_seats(self):
        self.env.invalidate_all()
        lines = self.contract.line_ids.filtered(lambda line: not line.end_date)
        return lines.filtered(lambda line: line.product_id == self.cloud).quantity

    def _approve(self, order, reason="Old customer"):
        order.with_user(self.manager).credit_approval = reason
        # The end of the manager's request.
        self.env.flush_all()

    def _check_refused(self, order):
        with self.assertRaisesRegex(UserError, "Credit limit"), self.env.cr.savepoint():
            order.with_user(self.seller).action_confirm()
        self.env.invalidate_all()
        self.assertEqual((order.state, self._get_seats()), ("draft", 1.0))

    def test_increase_is_approved_on_the_order(self):
        order = self._extend()
        self._check_refused(order)
        with Form(order.with_user(self.manager)) as form:
            form.credit_approval = "Old customer"
        order.with_user(self.seller).action_confirm()
        self.assertEqual((order.state, self._get_seats()), ("sale", 21.0))
        self.assertEqual(self.contract.credit_approval, "Old customer")
        logs = " ".join(self.contract.message_ids.mapped("body"))
        self.assertRegex(logs, r"Credit limit of partner_a.*Approved: Old customer")

    def test_seller_does_not_approve(self):
        order = self._extend()
        self.assertNotIn("credit_approval", order.with_user(self.seller).fields_get())
        self._check_refused(order.with_context(billing_credit_approval="I like them"))

    def test_order_that_grew_since(self):
        order = self._extend()
        self._approve(order)
        line = order.order_line
        line.with_user(self.seller).product_uom_qty = 21
        self._check_refused(order)
        line.with_user(self.seller).product_uom_qty = 19
        order.with_user(self.seller).action_confirm()
        self.assertEqual(self._get_seats(), 20.0)

    def test_another_customer_is_approved_anew(self):
        order = self._create_order((self.cloud, {"product_uom_qty": 50}))
        self._approve(order)
        order.partner_id = self.partner_b
        self.assertFalse(order.credit_approval)
        self.assertFalse(order.copy().credit_approval)

    def test_new_contract_is_approved_on_the_order(self):
        orders = [self._create_order((self.cloud, {"product_uom_qty": 50})) for _ in range(2)]
        self._approve(orders[0])
        for order in orders:
            order.with_user(self.seller).action_confirm()
        contracts = [order.billing_subscription_ids for order in orders]
        self.assertEqual([one.state for one in contracts], ["active", "draft"])
        self.assertEqual(contracts[0].credit_approval, "Old customer")
        self.assertEqual(contracts[1].waiting_for, "approval")

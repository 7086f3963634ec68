from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import SubscriptionBillingCommon


class GateCommon(SubscriptionBillingCommon):
    """A customer with a clock, who owes nothing and may owe 200.00 where a limit is kept."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clock = cls._create_sandbox_clock(cls.partner_a, "2026-01-10")
        seats = {"charge_model": "per_unit", "unit_price": 50.0}
        option = {"name": "Option", "is_option": True, "unit_price": 500.0}
        cls.seats = cls._create_plan("Seats", [seats, option])
        cls.charge, cls.option = cls.seats.charge_ids
        cls.paid = cls._create_plan("Paid", [{"unit_price": 100.0}], activation="paid")
        cls.user = cls._create_user("clerk")

    def _begin(self, plan, start="2026-01-10", **values):
        contract = self._create_contract(plan, start, active=False, **values)
        contract.action_activate()
        return contract

    def _keep_limit(self, limit=200.0):
        self.company.sudo().account_use_credit_limit = True
        self.partner_a.credit_limit = limit

    def _get_invoice(self, contract):
        return contract.period_ids.move_id


@tagged("post_install", "-at_install")
class TestPaymentGate(GateCommon):
    """Contracts that start when their first invoice is paid."""

    def test_waits_and_starts(self):
        contract = self._begin(self.paid)
        invoice = self._get_invoice(contract)
        self.assertEqual((contract.state, contract.waiting_for), ("draft", "payment"))
        self.assertEqual((invoice.state, invoice.amount_untaxed), ("posted", 100.0))
        self.assertEqual(str(contract.waiting_until), "2026-01-24")
        self.clock._advance_to(self._day("2026-01-12"))
        self.assertEqual(contract.state, "draft")
        self._pay(invoice)
        self.assertEqual((contract.state, contract.waiting_for), ("active", False))
        self.assertEqual(str(contract.access_start_date), "2026-01-12")
        self.clock._advance_to(self._day("2026-02-10"))
        self.assertEqual(
            self._get_billed(contract),
            [("2026-01-10", "2026-02-10", 100.0), ("2026-02-10", "2026-03-10", 100.0)],
        )

    def test_partial_payment_is_not_enough(self):
        contract = self._begin(self.paid)
        self._pay(self._get_invoice(contract), 10.0)
        self.assertEqual(contract.state, "draft")
        self.clock._advance_to(self._day("2026-01-25"))
        self.assertEqual(contract.state, "draft", "money has come: people decide")

    def test_all_first_invoices_have_to_be_paid(self):
        """A category can have an invoice of its own."""
        category = self.env["product.category"].create(
            {"name": "Support", "billing_document": "own"}
        )
        support = self._create_service("Hotline", categ_id=category.id)
        charges = [{"unit_price": 100.0}, {"unit_price": 30.0, "product_id": support.id}]
        contract = self._begin(self._create_plan("Two", charges, activation="paid"))
        first, second = self._get_invoice(contract)
        self._pay(first)
        self.assertEqual((contract.state, contract.waiting_for), ("draft", "payment"))
        self._pay(second)
        self.assertEqual((contract.state, contract.waiting_for), ("active", False))

    def test_money_under_way_is_not_enough(self):
        contract = self._begin(self.paid)
        item = self._items(self._get_invoice(contract))
        with self._in_collection({item: item.amount_residual}):
            self.clock._advance_to(self._day("2026-01-25"))
            self.assertEqual((contract.state, contract.waiting_for), ("draft", "payment"))

    def test_given_up_when_not_paid(self):
        contract = self._begin(self.paid)
        invoice = self._get_invoice(contract)
        self.clock._advance_to(self._day("2026-01-23"))
        self.assertEqual(contract.state, "draft")
        self.clock._advance_to(self._day("2026-01-24"))
        self.assertEqual((contract.state, contract.waiting_for), ("ended", False))
        self.assertEqual(invoice.payment_state, "reversed")
        self.assertFalse(self._get_billed(contract))
        self.clock._advance_to(self._day("2026-03-01"))
        self.assertFalse(self._get_billed(contract))
        self.assertFalse(contract._get_entitlement_facts()[contract.id].served.contains(
            self._day("2026-01-15")
        ))  # fmt: skip

    def test_starts_later(self):
        contract = self._begin(self.paid, start="2026-01-20")
        self.assertFalse(contract.period_ids)
        self.assertEqual(contract.waiting_for, "payment")
        self.clock._advance_to(self._day("2026-01-20"))
        self.assertEqual((contract.state, len(contract.period_ids)), ("draft", 1))
        self._pay(self._get_invoice(contract))
        self.assertEqual(contract.state, "active")
        self.assertFalse(contract.access_start_date)

    def test_nothing_to_pay_yet(self):
        trial = self._create_plan("Trial", [{}], activation="paid", trial_days=14)
        self.assertEqual(self._begin(trial).state, "trial")

    def test_agreed_with_the_customer(self):
        contract = self._begin(self.monthly, is_prepaid=True)
        self.assertEqual(contract.waiting_for, "payment")

    def test_fixed_while_waiting(self):
        contract = self._begin(self.paid)
        with self.assertRaisesRegex(UserError, "waits for its first invoice to be paid"):
            contract.start_date = "2026-02-01"
        contract.action_give_up()
        self.assertEqual(contract.state, "ended")
        with self.assertRaisesRegex(UserError, "does not wait for anything"):
            contract.action_give_up()


@tagged("post_install", "-at_install")
class TestCreditCheck(GateCommon):
    """Odoo's credit limit, before contracts start and before they grow."""

    def test_no_limit_kept(self):
        self.partner_a.credit_limit = 1.0
        self.assertEqual(self._begin(self.seats).state, "active")

    def test_within_the_limit(self):
        self._keep_limit()
        self.assertEqual(self._begin(self.seats).state, "active")

    def test_open_items_and_taxes_count(self):
        tax = self.company_data["default_tax_sale"].amount
        self._keep_limit(round(50 * (1 + tax / 100), 2))
        contract = self._create_contract(self.seats, "2026-01-10", active=False)
        self.assertIsNone(contract._check_credit(50.0))
        self._create_open_invoice(0.01)
        self.assertIn("0.01", contract._check_credit(50.0))

    def test_approval(self):
        self._keep_limit(10.0)
        contract = self._begin(self.seats)
        self.assertEqual((contract.state, contract.waiting_for), ("draft", "approval"))
        self.assertIn("Credit limit of partner_a", contract.waiting_reason)
        self.assertEqual(len(contract.activity_ids), 1)
        self.assertFalse(contract.period_ids)
        with self.assertRaisesRegex(UserError, "Only billing managers"):
            contract.with_user(self.user)._approve("I like them")
        self.clock._advance_to(self._day("2026-01-12"))
        self.assertEqual(contract.state, "draft")
        wizard = self.env["billing.subscription.release"].create(
            {"subscription_id": contract.id, "reason": "Old customer"}
        )
        wizard.action_confirm()
        self.assertEqual((contract.state, contract.waiting_for), ("active", False))
        self.assertEqual(contract.credit_approval, "Old customer")
        self.assertFalse(contract.activity_ids)

    def test_prepayment(self):
        self._keep_limit(10.0)
        self.company.sudo().billing_credit_policy = "prepayment"
        contract = self._begin(self.seats)
        self.assertEqual(contract.waiting_for, "payment")
        self._pay(self._get_invoice(contract))
        self.assertEqual(contract.state, "active")

    def test_increases(self):
        self._keep_limit()
        contract = self._begin(self.seats)
        day = self._day("2026-01-10")
        changes = {
            "quantity": lambda sub: sub._change_quantity(self.charge, 20, day),
            "option": lambda sub: sub._add_option(self.option, 1, day),
            "plan": lambda sub: sub._change_plan(
                self._create_plan("Dear", [{"unit_price": 999.0}]).current_version_id, day
            ),
        }
        for name, act in changes.items():
            with (
                self.subTest(name),
                self.assertRaisesRegex(UserError, "Credit limit of partner_a"),
                self.env.cr.savepoint(),
            ):
                act(contract)
        self.env.invalidate_all()
        contract._change_quantity(self.charge, 2, day)
        approved = contract.with_context(billing_credit_approval="Old customer")
        with self.assertRaisesRegex(UserError, "Credit limit"), self.env.cr.savepoint():
            approved.with_user(self.user)._change_quantity(self.charge, 20, day)
        self.env.invalidate_all()
        approved._change_quantity(self.charge, 20, day)
        self.assertEqual(contract.credit_approval, "Old customer")
        contract._change_quantity(self.charge, 10, day)

    def test_dialog_takes_the_reason(self):
        self._keep_limit()
        contract = self._begin(self.seats)
        wizard = self.env["billing.subscription.change"].create(
            {"subscription_id": contract.id, "what": "quantity"}
        )
        row = wizard.line_ids.filtered(lambda line: line.charge_id == self.charge)
        row.quantity = 20
        with self.assertRaisesRegex(UserError, "Credit limit"), self.env.cr.savepoint():
            wizard.action_confirm()
        self.env.invalidate_all()
        wizard.approval_reason = "Old customer"
        row.quantity = 20
        wizard.action_confirm()
        self.assertEqual(sum(contract.line_ids.mapped("quantity")), 20)

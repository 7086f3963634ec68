from unittest.mock import patch

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import SubscriptionBillingCommon


@tagged("post_install", "-at_install")
class TestBonus(SubscriptionBillingCommon):
    """What customers earn by paying, or by bringing others."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.friend = cls.env["res.partner"].create({"name": "Friend"})

    def _create_rule(self, **values):
        return self.env["billing.bonus.rule"].create(
            {"name": "Month free", "after_count": 2, **values}
        )

    def _bill_and_pay(self, contract, *days):
        for day in days:
            self._run_billing(day)
            contract.invalidate_recordset(["period_ids"])
            for move in contract.period_ids.move_id.filtered("amount_residual"):
                self._pay(move)

    def _get_amounts(self, contract):
        return [row[2] for row in self._get_billed(contract)]

    def test_free_period_after_paid_ones(self):
        rule = self._create_rule()
        contract = self._create_contract()
        self._run_billing("2025-01-01")
        self._run_billing("2025-02-01")
        self.assertFalse(rule.bonus_ids, "billed is not paid")
        self._bill_and_pay(contract, "2025-02-01")
        self.assertEqual(rule.bonus_ids.state, "earned")
        self._run_billing("2025-03-01")
        self._run_billing("2025-04-01")
        self.assertEqual(self._get_amounts(contract), [100.0, 100.0, 0.0, 100.0])
        self.assertEqual(rule.bonus_ids.state, "granted")
        self.assertIn("Discount: Month free", contract.period_ids.invoice_line_id[1].name)
        self._bill_and_pay(contract, "2025-05-01", "2025-06-01")
        self.assertEqual(len(rule.bonus_ids), 1, "once")

    def test_again_each_time(self):
        """Free periods are not paid ones."""
        rule = self._create_rule(is_repeated=True)
        contract = self._create_contract()
        self._bill_and_pay(contract, *[f"2025-{month:02d}-01" for month in range(1, 9)])
        self.assertEqual(
            self._get_amounts(contract), [100.0, 100.0, 0.0, 100.0, 100.0, 0.0, 100.0, 100.0]
        )
        self.assertEqual(sorted(rule.bonus_ids.mapped("number")), [1, 2, 3])

    def test_returned_payment(self):
        rule = self._create_rule()
        contract = self._create_contract()
        self._bill_and_pay(contract, "2025-01-01", "2025-02-01")
        move = contract.period_ids.move_id[-1]
        self._items(move).remove_move_reconcile()
        self.assertEqual(rule.bonus_ids.state, "withdrawn")
        self._run_billing("2025-03-01")
        self.assertEqual(self._get_amounts(contract), [100.0, 100.0, 100.0])
        self._bill_and_pay(contract, "2025-03-01")
        self.assertEqual(sorted(rule.bonus_ids.mapped("state")), ["earned", "withdrawn"])

    def test_used_bonus_stays(self):
        rule = self._create_rule()
        contract = self._create_contract()
        self._bill_and_pay(contract, "2025-01-01", "2025-02-01")
        self._run_billing("2025-03-01")
        move = contract.period_ids.move_id.filtered("amount_total")[-1]
        self._items(move).remove_move_reconcile()
        self.assertEqual(rule.bonus_ids.state, "granted")
        self.assertTrue(contract.discount_ids)

    def test_free_units(self):
        seats = self._create_service("Seats")
        charge = {"charge_model": "per_unit", "unit_price": 10.0, "default_quantity": 5.0}
        plan = self._create_plan("Seats", [{**charge, "product_id": seats.id}])
        self._create_rule(
            kind="units",
            units=2.0,
            after_count=1,
            scope="products",
            product_ids=[Command.set(seats.ids)],
        )
        contract = self._create_contract(plan)
        self._bill_and_pay(contract, "2025-01-01")
        self._run_billing("2025-02-01")
        self._run_billing("2025-03-01")
        self.assertEqual(self._get_amounts(contract), [50.0, 30.0, 50.0])

    def test_credit_note(self):
        rule = self._create_rule(
            reward="credit", amount=25.0, credit_product_id=self.service.id, after_count=1
        )
        contract = self._create_contract()
        self._bill_and_pay(contract, "2025-01-01")
        self._run_billing("2025-01-02")
        move = rule.bonus_ids.move_id
        self.assertEqual((move.move_type, move.state), ("out_refund", "posted"))
        self.assertEqual((move.amount_untaxed, move.amount_total), (25.0, 28.75))
        self.assertEqual(move.invoice_line_ids.name, "Month free")
        self._run_billing("2025-01-03")
        self.assertEqual(rule.bonus_ids.move_id, move)

    def test_credit_note_is_not_earned_twice(self):
        """The customer has it, even if the payment that earned it was returned and came again."""
        rule = self._create_rule(
            reward="credit", amount=25.0, credit_product_id=self.service.id, after_count=1
        )
        contract = self._create_contract()
        self._bill_and_pay(contract, "2025-01-01")
        self._run_billing("2025-01-02")
        credit = rule.bonus_ids.move_id
        self._items(contract.period_ids.move_id).remove_move_reconcile()
        self.assertEqual(rule.bonus_ids.state, "granted")
        self._bill_and_pay(contract, "2025-01-03")
        self._run_billing("2025-01-04")
        self.assertEqual((rule.bonus_ids.state, rule.bonus_ids.move_id), ("granted", credit))

    def test_referral(self):
        rule = self._create_rule(occasion="referral", after_count=1, is_for_both=True)
        mine = self._create_contract()
        referred = self._create_contract(
            partner_id=self.friend.id, referrer_id=self.partner_a.id, start="2025-01-10"
        )
        self._bill_and_pay(mine, "2025-01-01")
        self.assertFalse(rule.bonus_ids)
        self._bill_and_pay(referred, "2025-01-10")
        self.assertEqual(rule.bonus_ids.beneficiary_id, self.partner_a + self.friend)
        self._run_billing("2025-02-01")
        self._run_billing("2025-02-10")
        self.assertEqual(self._get_amounts(mine), [100.0, 0.0])
        self.assertEqual(self._get_amounts(referred), [100.0, 0.0])

    def test_referrer_without_a_contract_waits(self):
        rule = self._create_rule(occasion="referral", after_count=1)
        referred = self._create_contract(partner_id=self.friend.id, referrer_id=self.partner_a.id)
        self._bill_and_pay(referred, "2025-01-01")
        self._run_billing("2025-02-01")
        self.assertEqual(rule.bonus_ids.state, "earned")
        mine = self._create_contract(start="2025-02-05")
        self._run_billing("2025-02-05")
        self.assertEqual(rule.bonus_ids.contract_id, mine)
        self.assertEqual(self._get_amounts(mine), [0.0])

    def test_amount_of_another_currency_waits(self):
        """Money is granted in its own currency, on another contract of the customer."""
        chf = self.setup_other_currency("CHF")
        swiss = self._create_plan("Swiss", [{"unit_price": 10.0}], currency_id=chf.id)
        for reward in (
            {"kind": "amount", "amount": 5.0},
            {"reward": "credit", "amount": 5.0, "credit_product_id": self.service.id},
        ):
            with self.subTest(reward):
                customer = self.env["res.partner"].create({"name": "Swiss"})
                rule = self._create_rule(after_count=1, plan_ids=swiss.ids, **reward)
                earning = self._create_contract(swiss, partner_id=customer.id)
                self._run_billing("2025-01-01")
                # A receipt in the currency of the company would not settle it.
                self._pay_in_full(earning.period_ids.move_id)
                self._run_billing("2025-01-05")
                self.assertEqual((rule.bonus_ids.state, rule.bonus_ids.problem), ("earned", False))
                other = self._create_contract(partner_id=customer.id, start="2025-01-10")
                self._run_billing("2025-01-10")
                self.assertEqual(rule.bonus_ids.contract_id, other)

    def _pay_in_full(self, move):
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        )
        payment = wizard.create({"payment_date": "2025-01-02"})._create_payments()
        payment.action_validate()

    def test_nobody_refers_themselves(self):
        contact = self.env["res.partner"].create({"name": "X", "parent_id": self.partner_a.id})
        with self.assertRaisesRegex(ValidationError, "cannot refer themselves"):
            self._create_contract(referrer_id=contact.id)

    def test_other_plans_and_companies(self):
        other = self._create_plan("Other", [{}])
        rule = self._create_rule(after_count=1, plan_ids=[Command.set(other.ids)])
        contract = self._create_contract()
        self._bill_and_pay(contract, "2025-01-01")
        self.assertFalse(rule.bonus_ids)

    def test_what_cannot_be_granted_says_why(self):
        """The other bonuses are granted all the same."""
        rule = self._create_rule(after_count=1)
        first = self._create_contract(partner_id=self.friend.id)
        second = self._create_contract()
        self._bill_and_pay(first + second, "2025-01-01")
        ordinary, reason = type(rule.bonus_ids)._grant, "broken on purpose"

        def refuse(bonus, contract, today):
            if contract == first:
                raise UserError(reason)
            ordinary(bonus, contract, today)

        with patch.object(type(rule.bonus_ids), "_grant", refuse):
            self._run_billing("2025-02-01")
        problems = {bonus.subscription_id: bonus.problem for bonus in rule.bonus_ids}
        self.assertEqual(problems, {first: reason, second: False})
        self.assertEqual(self._get_amounts(first), [100.0, 100.0])
        self.assertEqual(self._get_amounts(second), [100.0, 0.0])

    def test_credit_needs_product_and_amount(self):
        with self.assertRaisesRegex(ValidationError, "needs a product and an amount"):
            self._create_rule(reward="credit", amount=5.0)

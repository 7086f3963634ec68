from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from .common import SubscriptionBillingCommon


@tagged("post_install", "-at_install")
class TestDiscounts(SubscriptionBillingCommon):
    """Discounts and coupons, from the contract to the posted invoice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_company = cls.env["res.company"].create({"name": "Elsewhere"})
        cls.other_currency = cls.setup_other_currency("CHF")
        cls.seats = cls._create_service("Seats")
        cls.team = cls._create_plan(
            "Team",
            [
                {"unit_price": 40.0},
                {
                    "name": "Seats",
                    "product_id": cls.seats.id,
                    "charge_model": "per_unit",
                    "unit_price": 10.0,
                    "default_quantity": 3.0,
                },
                {"name": "Setup", "recurrence": "once", "unit_price": 99.0},
            ],
        )

    def _create_coupon(self, **values):
        return self.env["billing.coupon"].create(
            {"name": "Spring Sale", "code": "SPRING", "percent": 10.0, **values}
        )

    def _get_amounts(self, moves):
        return [line.price_subtotal for line in moves.invoice_line_ids]

    # === WHAT IS TAKEN OFF === #

    def test_percentage_for_a_number_of_periods(self):
        contract = self._create_contract(start="2025-01-01")
        contract._add_discount(
            {"name": "Half price", "percent": 50.0, "duration": "periods", "period_count": 2}
        )
        moves = self._run_billing("2025-03-01")
        self.assertEqual(self._get_amounts(moves), [50.0, 50.0, 100.0])
        line = moves.invoice_line_ids[0]
        self.assertEqual((line.quantity, line.price_unit, line.discount), (1.0, 100.0, 50.0))
        self.assertIn("Discount: Half price", line.name)
        self.assertNotIn("Discount", moves.invoice_line_ids[2].name)

    def test_ledger_holds_what_was_charged(self):
        contract = self._create_contract(start="2025-01-01")
        contract._add_discount({"name": "Ten", "percent": 10.0})
        self._run_billing("2025-01-01")
        row = contract.period_ids
        self.assertEqual(row.amount, 90.0)
        self.assertEqual(float(row.explanation["full_amount"]), 90.0)
        [fact] = row.explanation["discounts"]
        self.assertEqual((fact["name"], fact["rate"]), ("Ten", "10.0"))
        self.assertEqual(float(fact["amount"]), 10.0)

    def test_until_a_date(self):
        contract = self._create_contract(start="2025-01-15")
        contract._add_discount(
            {"name": "Winter", "percent": 20.0, "duration": "until", "until_date": "2025-02-15"}
        )
        moves = self._run_billing("2025-03-15")
        self.assertEqual(self._get_amounts(moves), [80.0, 100.0, 100.0])

    def test_one_amount_for_all_charges(self):
        """Charges take it in their order; the one that comes once is not among them."""
        contract = self._create_contract(self.team, start="2025-01-01")
        contract._add_discount({"name": "Fifty", "kind": "amount", "amount": 50.0})
        moves = self._run_billing("2025-02-01")
        self.assertEqual(self._get_amounts(moves), [0.0, 0.0, 20.0, 20.0, 99.0])
        self.assertIn("Discount: Fifty, −", moves.invoice_line_ids[2].name)

    def test_free_units(self):
        contract = self._create_contract(self.team, start="2025-01-01")
        contract._add_discount(
            {
                "name": "Two seats free",
                "kind": "units",
                "units": 2.0,
                "scope": "products",
                "product_ids": [Command.set(self.seats.ids)],
            }
        )
        moves = self._run_billing("2025-01-01")
        self.assertEqual(self._get_amounts(moves), [40.0, 10.0, 99.0])

    def test_charges_that_come_once(self):
        contract = self._create_contract(self.team, start="2025-01-01")
        contract._add_discount({"name": "All", "percent": 50.0, "scope": "all"})
        moves = self._run_billing("2025-01-01")
        self.assertEqual(self._get_amounts(moves), [20.0, 15.0, 49.5])

    def test_credit_gives_back_what_was_charged(self):
        contract = self._create_contract(start="2025-01-01")
        contract._add_discount({"name": "Half", "percent": 50.0})
        self._run_billing("2025-01-01")
        contract._cancel(self._day("2025-01-17"), for_cause=True)
        self._run_billing("2025-01-17")
        self.assertEqual(self._get_billed(contract)[-1][2], -24.19)  # 15 of 31 days of 50.00

    def test_a_changed_quantity_keeps_the_discount_of_the_period(self):
        """January began with it, so the rest of January has it too, February has not."""
        contract = self._create_contract(self.team, start="2025-01-01")
        contract._add_discount(
            {"name": "Once", "percent": 50.0, "duration": "until", "until_date": "2025-01-10"}
        )
        self._run_billing("2025-01-01")
        charge = contract.line_ids.charge_id.filtered(lambda one: one.product_id == self.seats)
        contract._change_quantity(charge, 6.0, self._day("2025-01-17"))
        self._run_billing("2025-02-01")
        rows = [
            row.amount for row in contract.period_ids.sorted("id")
            if row.charge_id == charge
        ]  # fmt: skip
        # 15.00 charged, 15 of 31 days back, the same days of 60.00 at half price, then full price.
        self.assertEqual(rows, [15.0, -7.26, 14.52, 60.0])

    def test_nothing_billed_changes(self):
        contract = self._create_contract(start="2025-01-01")
        self._run_billing("2025-01-01")
        contract._add_discount({"name": "Late", "percent": 10.0})
        self.assertEqual(str(contract.discount_ids.start_date), "2025-02-01")
        self._run_billing("2025-02-01")
        self.assertEqual([row[2] for row in self._get_billed(contract)], [100.0, 90.0])
        with self.assertRaisesRegex(UserError, "is billed until"):
            contract._add_discount({"name": "X", "percent": 10.0}, self._day("2025-02-10"))

    def test_stopping(self):
        contract = self._create_contract(start="2025-01-01")
        contract._add_discount({"name": "Ten", "percent": 10.0})
        self._run_billing("2025-01-01")
        contract.discount_ids.action_stop()
        self._run_billing("2025-02-01")
        self.assertEqual([row[2] for row in self._get_billed(contract)], [90.0, 100.0])

    def test_a_billed_discount_cannot_be_changed(self):
        contract = self._create_contract(start="2025-01-01")
        discount = contract._add_discount({"name": "Ten", "percent": 10.0})
        discount.percent = 20.0
        self._run_billing("2025-01-01")
        with self.assertRaisesRegex(UserError, "cannot be changed"):
            discount.percent = 30.0
        with self.assertRaisesRegex(UserError, "cannot be changed"):
            discount.unlink()

    def test_discount_after_a_trial(self):
        plan = self._create_plan("Trial", [{"unit_price": 100.0}], trial_days=14)
        contract = self._create_contract(plan, start="2025-01-01")
        contract._add_discount(
            {"name": "First", "percent": 50.0, "duration": "periods", "period_count": 1}
        )
        self._run_billing("2025-02-15")
        self.assertEqual(
            self._get_billed(contract),
            [("2025-01-15", "2025-02-15", 50.0), ("2025-02-15", "2025-03-15", 100.0)],
        )

    def test_wrong_terms_name_the_field(self):
        cases = (
            ({"percent": 0.0}, "Percent"),
            ({"percent": 100.5}, "Percent"),
            ({"kind": "amount"}, "Amount"),
            ({"kind": "units"}, "Free Units"),
            ({"duration": "periods", "period_count": 0}, "Periods"),
            ({"duration": "until"}, "Before"),
            ({"scope": "products"}, "Products"),
        )
        for number, (values, message) in enumerate(cases):
            with self.subTest(values), self.assertRaisesRegex(ValidationError, message):
                self._create_coupon(code=f"C{number}", **values)

    # === COUPONS === #

    def test_redeeming(self):
        coupon = self._create_coupon(duration="periods", period_count=1)
        contract = self._create_contract(start="2025-01-01")
        found = self.env["billing.coupon"]._find_by_code(" spring ", self.company)
        self.assertEqual(found, coupon)
        found._redeem(contract, self._day("2025-01-01"))
        moves = self._run_billing("2025-02-01")
        self.assertEqual(self._get_amounts(moves), [90.0, 100.0])
        self.assertIn("Discount: Spring Sale", moves.invoice_line_ids[0].name)
        self.assertEqual(coupon.redemption_count, 1)
        events = self.env["billing.event"].search([("type", "=", "subscription.discount_added")])
        self.assertEqual(events.res_id, contract.id)

    def test_codes_are_not_patterns(self):
        self._create_coupon(code="A1B")
        self.assertFalse(self.env["billing.coupon"]._find_by_code("A_B", self.company))
        self.assertFalse(self.env["billing.coupon"]._find_by_code("%", self.company))
        self.assertFalse(self.env["billing.coupon"]._find_by_code("", self.company))

    def test_why_a_coupon_is_refused(self):
        day = "2025-01-10"
        cases = (
            ({"active": False}, "not valid any more"),
            ({"valid_from": "2025-02-01"}, "from 02/01/2025 on"),
            ({"valid_until": "2025-01-09"}, "until 01/09/2025"),
            ({"plan_ids": [Command.set(self.team.ids)]}, "It is for: Team"),
            ({"company_id": self.other_company.id}, "not valid in this company"),
            ({"is_for_new_customers": True}, "new customers only"),
            ({"kind": "amount", "amount": 5.0, "currency_id": self.other_currency.id}, "is in"),
        )
        self._create_contract(start="2024-01-01")
        contract = self._create_contract(start="2025-01-01")
        for number, (values, message) in enumerate(cases):
            coupon = self._create_coupon(code=f"C{number}", **values)
            with self.subTest(message), self.assertRaisesRegex(UserError, message):
                coupon._redeem(contract, self._day(day))
        self.assertFalse(contract.discount_ids)

    def test_limits(self):
        coupon = self._create_coupon(max_redemptions=2)
        first, second, third = self._create_contracts(3)
        coupon._redeem(first, self._day("2025-01-01"))
        with self.assertRaisesRegex(UserError, "has SPRING already"):
            coupon._redeem(first, self._day("2025-01-01"))
        again = self._create_contract(partner_id=first.partner_id.id)
        with self.assertRaisesRegex(UserError, "has redeemed coupon SPRING already"):
            coupon._redeem(again, self._day("2025-01-01"))
        coupon._redeem(second, self._day("2025-01-01"))
        with self.assertRaisesRegex(UserError, "as often as it may be"):
            coupon._redeem(third, self._day("2025-01-01"))

    def test_combining(self):
        one = self._create_coupon(code="ONE", is_combinable=True)
        two = self._create_coupon(code="TWO", is_combinable=True)
        alone = self._create_coupon(code="ALONE")
        contract = self._create_contract()
        one._redeem(contract, self._day("2025-01-01"))
        two._redeem(contract, self._day("2025-01-01"))
        with self.assertRaisesRegex(UserError, "cannot be combined with ONE"):
            alone._redeem(contract, self._day("2025-01-01"))

    def test_wizard_previews_and_confirms(self):
        self._create_coupon()
        contract = self._create_contract(start="2025-01-01")
        self.env.flush_all()
        with self.enter_registry_test_mode():
            wizard = self.env["billing.subscription.discount.add"]
            form = Form(wizard.with_context(default_subscription_id=contract.id))
            self.assertIn("enter the code", form.preview)
            form.code = "WRONG"
            self.assertIn("there is no coupon WRONG", form.preview)
            form.code = "Spring"
            self.assertIn("90.00", form.preview)
            self.assertFalse(contract.discount_ids)
            form.save().action_confirm()
        self.assertEqual(contract.discount_ids.coupon_id.code, "SPRING")

    def test_wizard_by_hand(self):
        contract = self._create_contract(start="2025-01-01")
        wizard = self.env["billing.subscription.discount.add"].create(
            {"subscription_id": contract.id, "source": "agreed", "percent": 25.0}
        )
        with self.assertRaisesRegex(UserError, "Name on the Invoice"):
            wizard.action_confirm()
        wizard.name = "Friend"
        wizard.action_confirm()
        self._run_billing("2025-01-01")
        self.assertEqual(self._get_billed(contract)[0][2], 75.0)

from odoo import Command
from odoo.tests import tagged

from .common import SubscriptionBillingCommon


@tagged("post_install", "-at_install")
class TestGross(SubscriptionBillingCommon):
    """Gross price lists: the price of the plan is what the customer pays, to the cent."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        included = cls.env["account.tax"].create(
            {
                "name": "19 % included",
                "amount": 19.0,
                "type_tax_use": "sale",
                "price_include_override": "tax_included",
            }
        )
        product = cls._create_service("Gross", taxes_id=[Command.set(included.ids)])
        cls.plan = cls._create_plan("Gross", [{"product_id": product.id, "unit_price": 9.99}])

    def test_invoice_totals_the_gross_price(self):
        contract = self._create_contract(self.plan)
        move = self._run_billing("2025-01-01")
        self.assertEqual(move.amount_total, 9.99)
        self.assertEqual(move.amount_untaxed, 8.39)
        self.assertEqual(contract.period_ids.amount, 9.99)

    def test_credit_mirrors_the_gross_charge(self):
        contract = self._create_contract(self.plan)
        self._run_billing("2025-01-01")
        contract._cancel(self._day("2025-01-02"))
        self._run_billing("2025-01-02")
        credit = contract.period_ids.filtered(lambda period: period.kind == "credit")
        self.assertEqual(credit.move_id.move_type, "out_refund")
        self.assertEqual(credit.move_id.amount_total, 9.67)  # 30 of 31 days
        self.assertEqual(credit.amount, -9.67)

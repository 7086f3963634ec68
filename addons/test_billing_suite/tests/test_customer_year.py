from decimal import Decimal

from odoo.tests import tagged

from odoo.addons.subscription_billing.tests.common import SubscriptionBillingCommon


@tagged("post_install", "-at_install")
class TestCustomerYear(SubscriptionBillingCommon):
    """A customer from the first to the last invoice, seen from ledger, outbox and portal.

    Jan 31      Feb 28      Mar 31      Apr 30  May 15
      |-- 100 ----|-- 100 ----|-- 100 ----|- part -| end
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clock = cls._create_sandbox_clock(cls.partner_a, "2026-01-30")
        cls.partner_a.property_payment_term_id = False
        cls.contract = cls._create_contract(start="2026-01-31")

    def _advance(self, day):
        self.clock._advance_to(self._day(day))

    def _get_invoices(self):
        return self.contract.period_ids.move_id.sorted("invoice_date")

    def _get_facts(self, fact_type):
        events = self.env["billing.event"].sudo()
        return events.search(
            [("type", "=", fact_type), ("partner_id", "=", self.partner_a.id)], order="id"
        )

    def _get_balance(self):
        """Open and overdue amount as the portal shows them."""
        account = self.env["customer.portal.account"]
        values = account._prepare_account_values(account._get_customer(self.partner_a))
        [balance] = values["balances"]
        return balance["sums"]

    def test_each_month_is_invoiced_on_its_day(self):
        self._advance("2026-04-29")
        days = [day.isoformat() for day in self._get_invoices().mapped("invoice_date")]
        self.assertEqual(days, ["2026-01-31", "2026-02-28", "2026-03-31"])
        due = self._get_invoices().mapped("invoice_date_due")
        self.assertEqual([day.isoformat() for day in due], days)

    def test_steps_of_the_clock_make_no_difference(self):
        for day in ("2026-02-01", "2026-02-27", "2026-03-31", "2026-04-01"):
            self._advance(day)
        billed = [(start, end) for start, end, _amount in self._get_billed(self.contract)]
        self.assertEqual(
            billed,
            [
                ("2026-01-31", "2026-02-28"),
                ("2026-02-28", "2026-03-31"),
                ("2026-03-31", "2026-04-30"),
            ],
        )

    def test_paid_is_settled_and_gone_from_the_account(self):
        self._advance("2026-03-01")
        first, second = self._get_invoices()
        total = Decimal(str(first.amount_total + second.amount_total))
        self.assertEqual(self._get_balance().open, total)
        self.assertFalse(self._get_facts("invoice.settled"))

        self._pay(first)

        self.assertEqual(self._get_facts("invoice.settled").mapped("res_id"), [first.id])
        self.assertTrue(first._is_settled())
        self.assertFalse(second._is_settled())
        self.assertEqual(self._get_balance().open, Decimal(str(second.amount_total)))

    def test_contract_ends_after_its_last_partial_invoice(self):
        self.contract.end_date = self._day("2026-05-15")
        self._advance("2026-05-20")
        # 30 April to 31 May has 31 days, of which 15 are served.
        self.assertEqual(self._get_billed(self.contract)[-1], ("2026-04-30", "2026-05-15", 48.39))
        self.assertEqual(self.contract.state, "ended")
        self.assertEqual(
            self._get_facts("subscription.ended").mapped("res_id"), [self.contract.id]
        )
        before = self._get_billed(self.contract)
        self._advance("2026-07-01")
        self.assertEqual(self._get_billed(self.contract), before)

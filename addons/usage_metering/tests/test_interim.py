from odoo.tests import tagged

from .common import UsageCommon


@tagged("post_install", "-at_install")
class TestInterim(UsageCommon):
    """Usage that has become expensive is billed before its period is over."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls._create_metered_plan()
        cls.plan.current_version_id.usage_interim_amount = 50.0

    def test_billed_when_enough_and_the_rest_at_the_end(self):
        contract = self._create_metered_contract(self.plan)
        self._use(contract, "2025-01-05T00:00:00", 4)
        self.assertFalse(self._run_billing("2025-01-06"))
        self._use(contract, "2025-01-07T00:00:00", 3)
        move = self._run_billing("2025-01-08")
        self.assertEqual(move.amount_untaxed, 70.0)
        self.assertFalse(self._run_billing("2025-01-09"), "nothing twice")
        self._use(contract, "2025-01-20T00:00:00", 2)
        self.assertFalse(self._run_billing("2025-01-21"), "not enough again")
        rest = self._run_billing("2025-02-01")
        self.assertEqual(rest.amount_untaxed, 20.0)
        self.assertIn("of which 7 were billed", rest.invoice_line_ids.name)
        self.assertFalse(self.env["usage.correction"].search([]), "no correction")
        self._use(contract, "2025-01-22T00:00:00", 1)
        late = self._run_billing("2025-02-03")
        self.assertEqual(late.amount_untaxed, 10.0)
        self.assertIn("Correction", late.invoice_line_ids.name)

    def test_again_in_the_same_period(self):
        contract = self._create_metered_contract(self.plan)
        for day, quantity in ((5, 6), (8, 5), (20, 1)):
            self._use(contract, f"2025-01-{day:02}T00:00:00", quantity)
            self._run_billing(f"2025-01-{day + 1:02}")
        self._run_billing("2025-02-01")
        self.assertEqual(
            self._get_documents(contract),
            [("out_invoice", 60.0), ("out_invoice", 50.0), ("out_invoice", 10.0)],
        )

    def test_tiers_go_on_after_an_interim_invoice(self):
        plan = self._create_metered_plan({"maximum_amount": 80.0})
        plan.current_version_id.usage_interim_amount = 50.0
        contract = self._create_metered_contract(plan)
        self._use(contract, "2025-01-05T00:00:00", 6)
        self.assertEqual(self._run_billing("2025-01-06").amount_untaxed, 60.0)
        self._use(contract, "2025-01-08T00:00:00", 6)
        self.assertFalse(self._run_billing("2025-01-09"))
        self.assertEqual(self._run_billing("2025-02-01").amount_untaxed, 20.0)

    def test_nothing_more_after_the_interim_invoice(self):
        contract = self._create_metered_contract(self.plan)
        self._use(contract, "2025-01-05T00:00:00", 6)
        self._run_billing("2025-01-06")
        self.assertFalse(self._run_billing("2025-02-01"))
        self.assertEqual(str(contract.next_billing_date), "2025-03-01")
        self.assertEqual(str(contract.line_ids.billed_until), "2025-02-01")

from odoo.tests import tagged

from .common import UsageCommon


@tagged("post_install", "-at_install")
class TestCorrection(UsageCommon):
    """Usage that comes, changes or goes after its period was billed."""

    def _bill_january(self, plan=None, quantity=3):
        contract = self._create_metered_contract(plan)
        self.key = self._use(contract, "2025-01-15T12:00:00", quantity)
        self._run_billing("2025-02-01")
        return contract

    def test_late_usage_is_billed_with_its_period(self):
        contract = self._bill_january()
        self._use(contract, "2025-01-20T12:00:00", 2)
        move = self._run_billing("2025-02-10")
        self.assertEqual(move.amount_untaxed, 20.0)
        self.assertIn("5 instead of 3", move.invoice_line_ids.name)
        first = contract.period_ids.move_id.sorted("id")[0]
        self.assertIn(first.name, move.invoice_line_ids.name)
        row = move.invoice_line_ids.billing_period_ids
        self.assertEqual((row.kind, str(row.start_date)), ("adjustment", "2025-01-01"))
        self.assertEqual(row.usage_correction_ids.state, "billed")
        self.assertFalse(self._run_billing("2025-02-10"), "nothing twice")
        self.assertFalse(self._run_billing("2025-03-01"), "nor later")

    def test_cancelled_usage_is_given_back(self):
        contract = self._bill_january()
        self._cancel(self.key)
        self._run_billing("2025-02-10")
        self.assertEqual(
            self._get_documents(contract), [("out_invoice", 30.0), ("out_refund", 30.0)]
        )
        self._run_billing("2025-03-01")
        self.assertEqual(len(self._get_documents(contract)), 2)

    def test_with_the_next_invoice(self):
        plan = self._create_metered_plan()
        plan.current_version_id.usage_correction = "next_invoice"
        contract = self._bill_january(plan)
        self._use(contract, "2025-01-20T12:00:00", 2)
        self.assertFalse(self._run_billing("2025-02-10"))
        self.assertFalse(self._run_billing("2025-02-11"))
        self._use(contract, "2025-02-15T12:00:00", 1)
        move = self._run_billing("2025-03-01")
        self.assertEqual(sorted(move.invoice_line_ids.mapped("price_subtotal")), [10.0, 20.0])

    def test_on_a_document_of_its_own(self):
        plan = self._create_metered_plan()
        plan.current_version_id.usage_correction = "own_document"
        contract = self._bill_january(plan)
        self._use(contract, "2025-01-20T12:00:00", 2)
        self._use(contract, "2025-02-15T12:00:00", 1)
        moves = self._run_billing("2025-03-01")
        self.assertEqual(sorted(moves.mapped("amount_untaxed")), [10.0, 20.0])

    def test_small_differences_are_listed_until_they_are_large(self):
        plan = self._create_metered_plan()
        plan.current_version_id.usage_ignore_below = 25.0
        contract = self._bill_january(plan)
        self._use(contract, "2025-01-20T12:00:00", 2)
        self.assertFalse(self._run_billing("2025-02-10"))
        corrections = self.env["usage.correction"].search([("subscription_id", "=", contract.id)])
        self.assertEqual((corrections.state, corrections.amount), ("ignored", 20.0))
        self.assertFalse(self._run_billing("2025-03-01"))
        self._use(contract, "2025-01-21T12:00:00", 1)
        self.assertEqual(self._run_billing("2025-03-02").amount_untaxed, 30.0)

    def test_small_difference_that_goes_away(self):
        plan = self._create_metered_plan()
        plan.current_version_id.usage_ignore_below = 25.0
        contract = self._bill_january(plan)
        key = self._use(contract, "2025-01-20T12:00:00", 2)
        self._run_billing("2025-02-10")
        corrections = self.env["usage.correction"].search([("subscription_id", "=", contract.id)])
        self.assertEqual(corrections.state, "ignored")
        self._cancel(key)
        self.assertFalse(self._run_billing("2025-02-11"))
        self.assertFalse(corrections.exists())

    def test_after_the_contract_has_ended(self):
        contract = self._bill_january()
        contract._cancel(self._day("2025-02-01"), credited=True)
        self._run_billing("2025-02-05")
        self._use(contract, "2025-01-20T12:00:00", 2)
        self.assertEqual(self._run_billing("2025-02-10").amount_untaxed, 20.0)

    def test_a_draft_that_people_changed_is_not_charged_back(self):
        plan = self._create_metered_plan()
        plan.current_version_id.draft_days = 5
        contract = self._create_metered_contract(plan)
        self._use(contract, "2025-01-15T12:00:00", 3)
        self._run_billing("2025-02-01")
        draft = contract.period_ids.move_id
        draft.invoice_line_ids.price_unit = 5.0
        draft.action_post()
        self._use(contract, "2025-01-20T12:00:00", 2)
        self._run_billing("2025-02-10")
        self._run_billing("2025-02-15")
        self.assertEqual(
            self._get_documents(contract), [("out_invoice", 15.0), ("out_invoice", 20.0)]
        )

    def test_deleted_correction_is_due_again(self):
        plan = self._create_metered_plan()
        plan.current_version_id.draft_days = 5
        contract = self._create_metered_contract(plan)
        self._use(contract, "2025-01-15T12:00:00", 3)
        self._run_billing("2025-02-01")
        contract.period_ids.move_id.action_post()
        self._use(contract, "2025-01-20T12:00:00", 2)
        self._run_billing("2025-02-10")
        draft = contract.period_ids.move_id.filtered(lambda move: move.state == "draft")
        draft.unlink()
        self._run_billing("2025-02-11")
        self._run_billing("2025-02-20")
        self.assertEqual(
            self._get_documents(contract), [("out_invoice", 30.0), ("out_invoice", 20.0)]
        )

    def test_backdated_change_of_plan(self):
        contract = self._bill_january()
        self._use(contract, "2025-01-20T12:00:00", 2)
        dear = self._create_metered_plan({"unit_price": 100.0})
        contract._change_plan(dear.current_version_id, self._day("2025-01-18"), {})
        self._run_billing("2025-02-10")
        self.assertEqual(
            [row for row in self._get_billed(contract) if row[2]],
            [("2025-01-01", "2025-02-01", 30.0), ("2025-01-18", "2025-02-01", 200.0)],
        )

    def test_tiers_that_count_over_a_quarter(self):
        plan = self._create_metered_plan({"maximum_amount": 50.0, "window_count": 3})
        contract = self._bill_january(plan)
        self._use(contract, "2025-02-15T12:00:00", 3)
        self._run_billing("2025-03-01")
        self._use(contract, "2025-01-20T12:00:00", 1)
        self._run_billing("2025-04-01")
        self.assertEqual(
            self._get_billed(contract),
            [
                ("2025-01-01", "2025-02-01", 30.0),
                ("2025-01-01", "2025-02-01", 10.0),
                ("2025-02-01", "2025-03-01", 20.0),
                ("2025-02-01", "2025-03-01", -10.0),
                ("2025-03-01", "2025-04-01", 0.0),
            ],
        )

    def test_by_the_price_it_was_billed_with(self):
        contract = self._bill_january()
        contract.line_ids.unit_price = 99.0
        self._use(contract, "2025-01-20T12:00:00", 2)
        self.assertEqual(self._run_billing("2025-02-10").amount_untaxed, 20.0)

    def test_with_the_taxes_it_was_billed_with(self):
        contract = self._bill_january()
        [old] = contract.period_ids.invoice_line_id.tax_ids
        new = old.copy({"name": "New rate", "amount": 7})
        self.service.taxes_id = new
        self._use(contract, "2025-01-20T12:00:00", 2)
        self._use(contract, "2025-02-10T12:00:00", 1)
        lines = self._run_billing("2025-03-01").invoice_line_ids.sorted("price_subtotal")
        self.assertEqual(lines[0].tax_ids, new)
        self.assertEqual(lines[1].tax_ids, old)

    def test_looked_at_once(self):
        contract = self._bill_january()
        self._use(contract, "2025-01-20T12:00:00", 0)
        self._run_billing("2025-02-10")
        self.assertFalse(contract._get_first_marks(), "the event was looked at")
        self.assertEqual(str(contract.next_billing_date), "2025-03-01")

    def test_as_a_credit_note_beside_an_invoice(self):
        plan = self._create_metered_plan()
        plan.current_version_id.credit_document = "credit_note"
        contract = self._bill_january(plan)
        self._cancel(self.key)
        self._use(contract, "2025-02-15T12:00:00", 9)
        self._run_billing("2025-03-01")
        self.assertEqual(
            sorted(self._get_documents(contract)),
            [("out_invoice", 30.0), ("out_invoice", 90.0), ("out_refund", 30.0)],
        )
        refund = contract.period_ids.move_id.filtered(lambda m: m.move_type == "out_refund")
        self.assertEqual(refund.invoice_line_ids.price_unit, 30.0)

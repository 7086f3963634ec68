from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .change_common import ChangeCommon


@tagged("post_install", "-at_install")
class TestCredit(ChangeCommon):
    """How time is given back: on which document, with which taxes, and only once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tax = cls.company_data["default_tax_sale"]
        cls.tax.amount = 19.0
        cls.reduced = cls.tax.copy({"name": "7%", "amount": 7.0})

    def _upgrade(self, contract, plan, day="2025-01-16"):
        contract._change_plan(plan.current_version_id, self._day(day))
        return self._bill(day, contract)

    def test_credit_is_a_line_of_the_invoice(self):
        contract = self._create_contract(self.small)
        self._bill("2025-01-01")
        move = self._upgrade(contract, self.large)
        self.assertRecordValues(
            move, [{"move_type": "out_invoice", "amount_untaxed": 16.0, "amount_tax": 3.04}]
        )
        self.assertRecordValues(
            move.invoice_line_ids.sorted("price_subtotal"),
            [
                {"quantity": -1.0, "price_unit": 16.0, "price_subtotal": -16.0},
                {"quantity": 1.0, "price_unit": 32.0, "price_subtotal": 32.0},
            ],
        )
        self.assertIn("Credit: Small\n01/16/2025", move.invoice_line_ids.sorted("id")[0].name)

    def test_negative_sum_is_a_credit_note(self):
        contract = self._create_contract(self.large)
        self._bill("2025-01-01")
        move = self._upgrade(contract, self.small)
        self.assertRecordValues(
            move,
            [
                {
                    "move_type": "out_refund",
                    "state": "posted",
                    "amount_untaxed": 16.0,
                    "amount_total": 19.04,
                }
            ],
        )
        self.assertEqual(move.invoice_line_ids.mapped("price_subtotal"), [32.0, -16.0])
        self._check_documents(contract)

    def test_taxes_are_those_of_the_charge(self):
        """The tax of the product has changed since."""
        contract = self._create_contract(self.small)
        self._bill("2025-01-01")
        self.service.taxes_id = [Command.set(self.reduced.ids)]
        move = self._upgrade(contract, self.large)
        credit, charge = move.invoice_line_ids.sorted("price_subtotal")
        self.assertEqual(credit.tax_ids, self.tax)
        self.assertEqual(charge.tax_ids, self.reduced)
        self.assertAlmostEqual(move.amount_tax, -3.04 + 2.24)

    def test_free_charge_is_given_back_free(self):
        """No tax is a tax treatment, too."""
        self.service.taxes_id = [Command.clear()]
        contract = self._create_contract(self.small)
        self._bill("2025-01-01")
        self.service.taxes_id = [Command.set(self.tax.ids)]
        contract._cancel(self._day("2025-01-16"))
        self.assertRecordValues(self._bill("2025-01-16"), [{"amount_tax": 0, "amount_total": 16}])

    def test_document_type_follows_the_total_with_taxes(self):
        """Net zero, but with unlike rates the customer gets money back, or pays."""
        book = self._create_service("Book", taxes_id=[Command.set(self.reduced.ids)])
        reduced = self._create_plan("Book", [{"unit_price": 31.0, "product_id": book.id}])
        for first, second, move_type in (
            (self.small, reduced, "out_refund"),
            (reduced, self.small, "out_invoice"),
        ):
            contract = self._create_contract(first)
            self._bill("2025-01-01", contract)
            move = self._upgrade(contract, second)
            self.assertFalse(contract.billing_error)
            self.assertRecordValues(
                move,
                [
                    {
                        "move_type": move_type,
                        "state": "posted",
                        "amount_untaxed": 0.0,
                        "amount_tax": 1.92,
                    }
                ],
            )
            self._check_documents(contract)
            self.assertEqual(move.invoice_line_ids.tax_ids, self.tax | self.reduced)

    def test_total_of_nothing_is_an_invoice(self):
        contract = self._create_contract(self.small)
        self._bill("2025-01-01")
        same = self._create_plan("Same", [{"unit_price": 31.0}])
        move = self._upgrade(contract, same)
        self.assertRecordValues(
            move, [{"move_type": "out_invoice", "state": "posted", "amount_total": 0.0}]
        )

    def test_credit_points_to_its_charge_and_explains_itself(self):
        contract = self._create_contract(self.small)
        self._bill("2025-01-01")
        contract._cancel(self._day("2025-01-16"))
        self._bill("2025-01-16")
        charge, credit = contract.period_ids.sorted("id")
        self.assertEqual(credit.corrects_id, charge)
        self.assertEqual(credit.cause, "credit 2025-01-16")
        self.assertEqual(credit.explanation["days"], [16, 31])
        self.assertEqual(credit.explanation["full_amount"], "31.0")

    def test_credit_of_a_credit_note_that_is_taken_back_is_due_again(self):
        contract = self._create_contract(self.small)
        self._bill("2025-01-01")
        contract._cancel(self._day("2025-01-16"))
        note = self._bill("2025-01-16")
        note.button_draft()
        note.button_cancel()
        again = self._bill("2025-01-17")
        self.assertRecordValues(again, [{"move_type": "out_refund", "amount_untaxed": 16.0}])
        self.assertFalse(self._bill("2025-01-18"))

    def test_catching_up_credits_with_charges_on_one_document(self):
        """Runs that were missed: each period is a line of its own."""
        contract = self._create_contract(self.small)
        self._bill("2025-01-01")
        contract._pause(self._day("2025-01-16"))
        contract._resume(self._day("2025-02-15"))
        move = self._bill("2025-03-01")
        self.assertEqual(move.move_type, "out_invoice")
        self.assertEqual(
            self._get_rows(contract)[1:],
            [
                ("credit", "2025-01-16", "2025-02-01", -16.0),
                ("charge", "2025-02-15", "2025-03-01", 15.5),
                ("charge", "2025-03-01", "2025-04-01", 31.0),
            ],
        )

    def test_charge_with_a_credit_is_taken_back_after_it(self):
        """Without its charge the credit would be a gift."""
        contract = self._create_contract(self.small)
        invoice = self._bill("2025-01-01")
        contract._cancel(self._day("2025-01-16"))
        note = self._bill("2025-01-16")
        with self.assertRaisesRegex(UserError, note.name):
            invoice.button_cancel()
        note.button_cancel()
        invoice.button_cancel()
        self.assertEqual(self._bill("2025-01-17").amount_untaxed, 15.0)

    def test_credit_with_a_new_charge_is_taken_back_after_it(self):
        """Without the credit its time would be charged twice."""
        contract = self._create_contract(self.small)
        self._bill("2025-01-01")
        contract._pause(self._day("2025-01-16"))
        note = self._bill("2025-01-16")
        contract._resume(self._day("2025-01-21"))
        invoice = self._bill("2025-01-21")
        with self.assertRaisesRegex(UserError, invoice.name):
            note.button_cancel()

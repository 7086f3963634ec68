from contextlib import contextmanager
from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged

from .invoice_items_common import InvoiceItemsCommon

PARAMETER = "subscription_billing.complete_items"


@tagged("post_install", "-at_install")
class TestInvoiceItems(InvoiceItemsCommon):
    """Documents with complete items are what Odoo itself would have made of the same values."""

    def _create_both(self, seed, count, **values):
        """The same documents twice: with complete items, and by Odoo alone."""
        Move = self.env["account.move"].with_context(tracking_disable=True)
        one, two = (
            [{**document, **values} for document in self._get_random_documents(seed, count)]
            for _time in range(2)
        )
        both = Move._create_billing_documents(one), Move.create(two)
        self._update_statistics()
        return both

    def _post(self, moves):
        # A negative document cannot be posted.
        moves.filtered(lambda move: move.amount_total < 0).action_switch_move_type()
        moves._post(soft=False)

    @contextmanager
    def _note_completed(self):
        """Yield the ids of the documents that get complete items."""
        completed, moves = [], self.registry["account.move"]
        original = moves._complete_items

        def complete(documents):
            completed.extend(documents.ids)
            return original(documents)

        with patch.object(moves, "_complete_items", complete):
            yield completed

    # === THE SAME, FIELD BY FIELD === #

    def _check_random_documents(self, rounding, seed, count=60):
        self.company.tax_calculation_rounding_method = rounding
        with self._note_completed() as completed:
            mine, theirs = self._create_both(seed, count)
        self.assertGreater(len(completed), count / 2)
        self.assertLess(len(completed), count, "early payment discounts are left to Odoo")
        self.assertSameDocuments(mine, theirs)
        self._post(mine)
        self._post(theirs)
        self.assertSameDocuments(mine, theirs)

    def test_taxes_rounded_per_line(self):
        self._check_random_documents("round_per_line", seed=1)

    def test_taxes_rounded_globally(self):
        self._check_random_documents("round_globally", seed=2)

    def test_comparison_sees_a_difference(self):
        lines = self.registry["account.move.line"]
        original = lines._set_base_amounts

        def forget_a_tag(line, updates):
            for _line, values in updates:
                values["tax_tag_ids"] = [Command.set([])]
            return original(line, updates)

        with patch.object(lines, "_set_base_amounts", forget_a_tag):
            mine, theirs = self._create_both(seed=1, count=30)
        with self.assertRaisesRegex(AssertionError, "tax_tag_ids"):
            self.assertSameDocuments(mine, theirs)

    # === WHAT FOLLOWS === #

    def _check_afterwards(self, change, **values):
        """Post both, do the same to both, compare again."""
        both = self._create_both(seed=3, count=15, **values)
        for moves in both:
            self._post(moves)
        found = [change(moves) or moves for moves in both]
        self.assertSameDocuments(*found)
        return found[0]

    def test_drafts_are_edited_like_any_other(self):
        def edit(moves):
            moves.button_draft()
            for number, move in enumerate(moves):
                line = move.invoice_line_ids.filtered("price_unit")[:1]
                changes = [
                    [Command.update(line.id, {"price_unit": 77.7})],
                    [Command.update(line.id, {"tax_ids": [Command.set(self.taxes[:2].ids)]})],
                    [Command.delete(line.id)],
                    [Command.create({"name": "New", "price_unit": 9.99})],
                ]
                move.invoice_line_ids = changes[number % len(changes)]
                move.invoice_payment_term_id = self.terms[number % 3]

        moves = self._check_afterwards(edit)
        for move in moves:
            terms = move.line_ids.filtered(lambda line: line.display_type == "payment_term")
            self.assertAlmostEqual(
                sum(terms.mapped("amount_currency")), move.amount_total_in_currency_signed
            )

    def test_reversals(self):
        def reverse(moves):
            reversals = moves._reverse_moves(cancel=True)
            self.assertEqual(set(moves.mapped("payment_state")) - {"paid"}, {"reversed"})
            return reversals

        self._check_afterwards(reverse)

    def test_payments(self):
        def pay(moves):
            for move in moves.filtered("amount_residual"):
                wizard = self.env["account.payment.register"].with_context(
                    active_model="account.move", active_ids=move.ids
                )
                wizard.create({"payment_date": move.invoice_date})._create_payments()

        self._check_afterwards(pay)

    def test_residuals_of_instalments(self):
        moves = self._create_both(seed=4, count=10, invoice_payment_term_id=self.terms[1].id)[0]
        self._post(moves)
        for move in moves:
            items = move.line_ids.filtered(lambda line: line.display_type == "payment_term")
            self.assertEqual(len(items), 3)
            self.assertEqual(items.mapped("amount_residual"), items.mapped("balance"))
            self.assertAlmostEqual(
                sum(items.mapped("amount_residual_currency")), move.amount_total_in_currency_signed
            )

    # === WHO DECIDES === #

    def _check_left_to_odoo(self, **values):
        with self._note_completed() as completed:
            mine, theirs = self._create_both(seed=5, count=10, **values)
        self.assertFalse(completed)
        self.assertSameDocuments(mine, theirs)

    def test_early_payment_discount_is_left_to_odoo(self):
        for terms in self.terms[3:]:
            self._check_left_to_odoo(
                invoice_payment_term_id=terms.id, currency_id=self.company.currency_id.id
            )

    def test_cash_rounding_is_left_to_odoo(self):
        rounding = self.env["account.cash.rounding"].create(
            {
                "name": "0.05",
                "rounding": 0.05,
                "strategy": "add_invoice_line",
                "profit_account_id": self.company_data["default_account_revenue"].id,
                "loss_account_id": self.company_data["default_account_expense"].id,
            }
        )
        self._check_left_to_odoo(invoice_cash_rounding_id=rounding.id)

    def test_separate_discount_accounts_are_left_to_odoo(self):
        self.company.account_discount_expense_allocation_id = self.company_data[
            "default_account_expense"
        ]
        with self._note_completed() as completed:
            mine, theirs = self._create_both(seed=6, count=40)
        discounted = mine.filtered(lambda move: any(move.line_ids.mapped("discount")))
        self.assertTrue(discounted)
        self.assertTrue(discounted - mine.browse(completed) == discounted)
        self.assertSameDocuments(mine, theirs)

    def test_given_items_are_left_to_odoo(self):
        with self._note_completed() as completed:
            values = self._get_random_documents(seed=1, count=1)
            values[0]["line_ids"] = values[0].pop("invoice_line_ids")
            move = self.env["account.move"]._create_billing_documents(values)
        self.assertFalse(completed)
        self.assertTrue(move.line_ids.filtered(lambda line: line.display_type == "payment_term"))

    def test_switched_off(self):
        self.env["ir.config_parameter"].sudo().set_param(PARAMETER, "False")
        self._check_left_to_odoo()

    def test_overrides_of_other_modules_are_respected(self):
        def _sync_tax_lines(moves, container):
            return original(moves, container)

        moves = self.registry["account.move"]
        original = moves._sync_tax_lines
        with patch.object(moves, "_sync_tax_lines", _sync_tax_lines):
            self._check_left_to_odoo()

    # === COST === #

    def _count_queries(self, size):
        customers = self.env["res.partner"].create(
            [{"name": f"Customer {number}"} for number in range(size)]
        )
        [document] = self._get_random_documents(seed=7, count=1)
        values = [{**document, "partner_id": customer.id} for customer in customers]
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.env["account.move"].with_context(tracking_disable=True)._create_billing_documents(
            values
        )
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_queries_do_not_grow_with_the_batch(self):
        self._count_queries(2)  # fills the caches of the registry
        self.assertEqual(self._count_queries(40), self._count_queries(10))

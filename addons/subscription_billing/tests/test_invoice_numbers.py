from unittest.mock import patch

from odoo.tests import tagged

from .invoice_items_common import InvoiceItemsCommon


@tagged("post_install", "-at_install")
class TestInvoiceNumbers(InvoiceItemsCommon):
    """A batch gets the numbers Odoo would have given it, whatever kinds of documents it mixes."""

    def _create_documents(self, count):
        moves = self.env["account.move"]._create_billing_documents(
            self._get_random_documents(seed=8, count=count)
        )
        moves.filtered(lambda move: move.amount_total < 0).action_switch_move_type()
        self._update_statistics()
        return moves

    def _get_numbers_by_odoo(self, moves):
        with self.env.cr.savepoint() as savepoint:
            moves._post(soft=False)
            numbers = moves.mapped("name")
            savepoint.rollback()
        self.env.cr.precommit.data.pop("sequence.mixin", None)
        self.env.invalidate_all(flush=False)
        return numbers

    def _check_numbers(self):
        moves = self._create_documents(20)
        expected = self._get_numbers_by_odoo(moves)
        self.assertEqual(len(set(expected)), 20)
        self.assertEqual(set(moves.mapped("state")), {"draft"})
        moves._post_billing_documents()
        self.assertEqual(moves.mapped("name"), expected)
        self.assertFalse(moves.filtered("made_sequence_gap"))

    def test_same_numbers(self):
        self._check_numbers()
        self._check_numbers()

    def test_numbers_that_start_again_every_month(self):
        first = self._create_open_invoices(1, invoice_date="2025-01-15")
        first.name = "INV/2025/01/0007"
        self._check_numbers()

    def test_numbers_shared_with_credit_notes(self):
        self.company_data["default_journal_sale"].refund_sequence = False
        self._check_numbers()

    def test_own_numbering_of_other_modules_is_respected(self):
        moves = self.registry["account.move"]
        original = moves._get_last_sequence_domain
        asked = []

        def _get_last_sequence_domain(move, relaxed=False):
            asked.append(move.id)
            return original(move, relaxed)

        with patch.object(moves, "_get_last_sequence_domain", _get_last_sequence_domain):
            posted = self._create_documents(5)._post_billing_documents()
        self.assertEqual(set(asked), set(posted.ids))

    def test_numbers_are_not_searched_one_by_one(self):
        counts = []
        for count in (1, 10):
            moves = self._create_documents(1)
            moves |= moves.browse(move.copy().id for move in [moves] * (count - 1))
            moves.invoice_date = "2025-06-30"
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            moves._post_billing_documents()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLess(counts[1] - counts[0], 9, counts)

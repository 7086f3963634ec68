from contextlib import nullcontext
from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestSettlement(BillingCommon):
    # === PAYMENTS === #

    def test_open_invoice_is_not_settled(self):
        invoice = self._create_open_invoice()
        self.assertFalse(self._items(invoice)._is_settled())
        self.assertFalse(invoice._is_settled())

    def test_partial_payment_does_not_settle(self):
        invoice = self._create_open_invoice()
        with self._capture_settlement() as calls:
            receipt = self._pay(invoice, 40.0)
        self.assertEqual(calls, [("settled", receipt.ids)])
        self.assertFalse(invoice._is_settled())

    def test_full_payment_settles_once(self):
        invoice = self._create_open_invoice()
        self._pay(invoice, 40.0)
        with self._capture_settlement() as calls:
            receipt = self._pay(invoice)
        self.assertEqual(calls, [("settled", sorted((self._items(invoice) + receipt).ids))])
        self.assertTrue(self._items(invoice)._is_settled())
        self.assertTrue(invoice._is_settled())

    def test_removed_reconciliation_unsettles_once(self):
        invoice = self._create_open_invoice()
        receipt = self._pay(invoice)
        with self._capture_settlement() as calls:
            self._items(invoice).remove_move_reconcile()
        self.assertEqual(calls, [("unsettled", sorted((self._items(invoice) + receipt).ids))])
        self.assertFalse(invoice._is_settled())

    def test_registered_payment_settles_once(self):
        invoice = self._create_open_invoice()
        with self._capture_settlement() as calls:
            self._register_payment(invoice)
        self.assertEqual(self._count(calls, "settled", self._items(invoice)), 1)
        self.assertFalse(self._count(calls, "unsettled", self._items(invoice)))

    def test_foreign_currency_with_exchange_difference(self):
        currency = self.setup_other_currency(
            "CHF", rates=[("2020-01-01", 2.0), ("2026-01-18", 4.0)]
        )
        invoice = self._create_open_invoice(80.0, currency_id=currency.id)
        item = self._items(invoice)
        with self._capture_settlement() as calls:
            self._register_payment(invoice, payment_date="2026-01-20")
            self.assertTrue(invoice._is_settled())
            item.remove_move_reconcile()
        self.assertEqual(self._count(calls, "settled", item), 1)
        self.assertEqual(self._count(calls, "unsettled", item), 1)
        self.assertFalse(invoice._is_settled())

    def test_direct_partial(self):
        """Partials that do not come from core's reconciliation are watched as well."""
        item, receipt = self._items(self._create_open_invoice()), self._create_receipts(1)
        with self._capture_settlement() as calls:
            partial = self.env["account.partial.reconcile"].create(
                {
                    "debit_move_id": item.id,
                    "credit_move_id": receipt.id,
                    "amount": 100.0,
                    "debit_amount_currency": 100.0,
                    "credit_amount_currency": 100.0,
                }
            )
            partial.unlink()
        ids = sorted((item + receipt).ids)
        self.assertEqual(calls, [("settled", ids), ("unsettled", ids)])

    def test_batch_of_50_fires_once(self):
        invoices, receipts = self._create_open_invoices(50), self._create_receipts(50)
        items = self._items(invoices)
        with self._capture_settlement() as calls:
            self._reconcile_pairs(items, receipts)
        self.assertEqual(calls, [("settled", sorted((items + receipts).ids))])
        with self._capture_settlement() as calls:
            items.remove_move_reconcile()
        self.assertEqual(calls, [("unsettled", sorted((items + receipts).ids))])

    def test_cost_does_not_grow_with_the_batch(self):
        self._get_cost(5)  # fills caches
        small, large = self._get_cost(5), self._get_cost(50)
        self.assertLessEqual(large, small)
        self.assertLessEqual(large, 3)

    # === OTHER WAYS === #

    def test_zero_invoice_is_settled_by_posting(self):
        invoice = self.env["account.move"].create(self._prepare_invoice(0.0))
        self.assertFalse(invoice._is_settled())
        with self._capture_settlement() as calls:
            invoice._post(soft=False)
        self.assertEqual(calls, [("settled", self._items(invoice).ids)])
        self.assertTrue(invoice._is_settled())

    def test_draft_and_back(self):
        invoice = self._create_open_invoice(0.0)
        item = self._items(invoice)
        with self._capture_settlement() as calls:
            invoice.button_draft()
            self.assertFalse(item._is_settled())
            invoice._post(soft=False)
        self.assertEqual(calls, [("unsettled", item.ids), ("settled", item.ids)])

    def test_paid_invoice_cancelled(self):
        invoice = self._create_open_invoice()
        item = self._items(invoice)
        self._pay(invoice)
        with self._capture_settlement() as calls:
            invoice.button_cancel()
        self.assertEqual(self._count(calls, "unsettled", item), 1)
        self.assertFalse(invoice._is_settled())

    def test_full_refund_settles_invoice_and_refund(self):
        invoice = self._create_open_invoice()
        with self._capture_settlement() as calls:
            refund = invoice._reverse_moves(cancel=True)
        self.assertEqual(calls, [("settled", sorted(self._items(invoice + refund).ids))])
        self.assertTrue(invoice._is_settled())
        self.assertTrue(refund._is_settled())

    def test_installments(self):
        """One instalment settles its item, the last one the invoice."""
        invoice = self._create_open_invoice(invoice_payment_term_id=self.pay_terms_b.id)
        first, second = self._items(invoice).sorted("date_maturity")
        (first + self._create_receipts(1, 30.0)).reconcile()
        self.assertTrue(first._is_settled())
        self.assertFalse(second._is_settled())
        self.assertFalse(invoice._is_settled())
        self.assertEqual(self._items(invoice)._get_settled_items(), first)
        (second + self._create_receipts(1, 70.0)).reconcile()
        self.assertTrue(invoice._is_settled())

    def test_drafts_have_no_open_items(self):
        draft = self.env["account.move"].create(self._prepare_invoice(0.0))
        posted = self._create_open_invoice()
        self.assertEqual((draft + posted)._get_open_items(), self._items(posted))

    def test_only_receivables(self):
        bill = self._create_open_invoice(0.0, move_type="in_invoice")
        self.assertFalse(bill.line_ids._get_settled_items())
        self.assertFalse(bill._is_settled())

    # === MONEY UNDER WAY === #

    def test_reconciled_but_in_collection_is_not_settled(self):
        invoice = self._create_open_invoice()
        item = self._items(invoice)
        with self._in_collection({item: 100.0}), self._capture_settlement() as calls:
            receipt = self._pay(invoice)
            self.assertTrue(item.reconciled)
            self.assertFalse(item._is_settled())
        self.assertEqual(calls, [("settled", receipt.ids)])

    def test_end_of_collection_settles(self):
        invoice = self._create_open_invoice()
        item = self._items(invoice)
        with self._in_collection({item: 100.0}) as under_way:
            self._pay(invoice)
            with self._capture_settlement() as calls:
                with item._track_settlement():
                    under_way.clear()
                with item._track_settlement():
                    under_way[item] = 100.0
        self.assertEqual(calls, [("settled", item.ids), ("unsettled", item.ids)])

    def test_nested_changes_are_one_transition(self):
        """Whatever the order of reconciling and closing the collection."""
        for close_first in (True, False):
            invoice = self._create_open_invoice()
            item = self._items(invoice)
            with (
                self.subTest(close_first=close_first),
                self._in_collection({item: 100.0}) as under_way,
                self._capture_settlement() as calls,
            ):
                with item._track_settlement():
                    if close_first:
                        under_way.clear()
                    self._pay(invoice)
                    under_way.clear()
                    self.assertFalse(self._count(calls, "settled", item))
                self.assertEqual(self._count(calls, "settled", item), 1)

    def test_there_and_back_is_no_transition(self):
        invoice = self._create_open_invoice()
        item = self._items(invoice)
        with self._capture_settlement() as calls, item._track_settlement():
            self._pay(invoice)
            item.remove_move_reconcile()
        self.assertFalse(self._count(calls, "settled", item))
        self.assertFalse(self._count(calls, "unsettled", item))

    def test_error_in_the_block_calls_nothing_and_ends_the_watch(self):
        invoice = self._create_open_invoice()
        with self._capture_settlement() as calls:
            with self.assertRaises(ZeroDivisionError), invoice._track_settlement():
                raise ZeroDivisionError
            self.assertFalse(calls)
            self._pay(invoice)
        self.assertEqual(self._count(calls, "settled", self._items(invoice)), 1)

    def test_move_deleted_in_the_block(self):
        invoice = self.env["account.move"].create(self._prepare_invoice())
        with self._capture_settlement() as calls, invoice._track_settlement():
            invoice.unlink()
        self.assertFalse(calls)

    # === WHO === #

    def test_hooks_come_with_sudo(self):
        seen = []
        self.patch(
            self.registry["account.move.line"],
            "_settled_hook",
            lambda lines: seen.append((lines.env.su, lines.env.user)),
        )
        user = self._create_user("invoicing_only", "account.group_account_invoice")
        item, receipt = self._items(self._create_open_invoice()), self._create_receipts(1)
        (item + receipt).with_user(user).reconcile()
        self.assertEqual(seen, [(True, user)])

    def test_items_of_several_companies(self):
        other = self.setup_other_company()
        invoice = self._create_open_invoice()
        foreign = (
            self.env["account.move"]
            .with_company(other["company"])
            .create(
                {
                    "move_type": "out_invoice",
                    "partner_id": self.partner_b.id,
                    "invoice_date": "2026-01-15",
                    "invoice_line_ids": [
                        Command.create({"name": "x", "price_unit": 0.0, "tax_ids": []})
                    ],
                }
            )
        )
        with self._capture_settlement() as calls, (invoice + foreign)._track_settlement():
            foreign._post(soft=False)
        self.assertEqual(calls, [("settled", self._items(foreign).ids)])

    # === HELPERS === #

    def _count(self, calls, kind, item):
        return sum(item.id in ids for name, ids in calls if name == kind)

    def _reconcile_pairs(self, items, receipts):
        pairs = [item + receipt for item, receipt in zip(items, receipts, strict=True)]
        self.env["account.move.line"]._reconcile_plan(pairs)

    def _get_cost(self, count):
        """Return the queries that watching adds to reconciling ``count`` pairs."""
        Move = self.registry["account.move"]
        with patch.object(Move, "_track_settlement", lambda _moves: nullcontext()):
            plain = self._count_queries(count)
        with patch.object(Move, "_call_settlement_hooks", lambda *_args: None):
            watched = self._count_queries(count)
        return watched - plain

    def _count_queries(self, count):
        items = self._items(self._create_open_invoices(count))
        receipts = self._create_receipts(count)
        self.env.flush_all()
        self.env.invalidate_all()
        start = self.env.cr.sql_log_count
        self._reconcile_pairs(items, receipts)
        self.env.flush_all()
        return self.env.cr.sql_log_count - start

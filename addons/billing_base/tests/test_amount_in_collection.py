from odoo.exceptions import LockError
from odoo.tests import tagged

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestAmountInCollection(BillingCommon):
    def test_nothing_in_collection_without_collector(self):
        items = self._items(self._create_open_invoices(2))
        self.assertEqual(items._get_amount_in_collection(), dict.fromkeys(items.ids, 0.0))

    def test_collectable_is_open_amount_minus_collection(self):
        item = self._items(self._create_open_invoice(119.0))
        cases = [(0.0, 119.0), (19.01, 99.99), (119.0, 0.0), (150.0, 0.0)]
        for under_way, expected in cases:
            with self.subTest(under_way=under_way), self._in_collection({item: under_way}):
                self.assertEqual(item._get_amount_collectable(), {item.id: expected})

    def test_payment_reduces_collectable(self):
        invoice = self._create_open_invoice(119.0)
        item = self._items(invoice)
        self._pay(invoice, 19.0)
        with self._in_collection({item: 50.0}):
            self.assertEqual(item._get_amount_collectable(), {item.id: 50.0})

    def test_only_posted_receivables_are_collectable(self):
        draft = self.env["account.move"].create(self._prepare_invoice())
        refund = self._create_open_invoice(move_type="out_refund")
        bill = self._create_open_invoice(move_type="in_invoice")
        lines = draft.line_ids + refund.line_ids + bill.line_ids
        self.assertEqual(lines._get_amount_collectable(), dict.fromkeys(lines.ids, 0.0))

    def test_currency_of_the_line(self):
        currency = self.setup_other_currency("CHF", rates=[("2020-01-01", 2.0)])
        item = self._items(self._create_open_invoice(80.0, currency_id=currency.id))
        self.assertEqual(item.amount_residual, 40.0)
        with self._in_collection({item: 30.0}):
            self.assertEqual(item._get_amount_collectable(), {item.id: 50.0})

    def test_lock_makes_a_new_version_of_the_row(self):
        """Without it a second transaction with an older view would collect again."""
        items = self._items(self._create_open_invoices(2))
        before = self._get_row_versions(items)
        self.assertEqual(items._lock_for_collection(), items)
        after = self._get_row_versions(items)
        self.assertFalse(set(before) & set(after))

    def test_lock_reads_afresh(self):
        item = self._items(self._create_open_invoice())
        self.assertEqual(item.amount_residual_currency, 100.0)
        self.env.cr.execute(
            "UPDATE account_move_line SET amount_residual_currency = 60 WHERE id = %s", [item.id]
        )
        self.assertEqual(item._lock_for_collection().amount_residual_currency, 60.0)

    def test_locked_by_somebody_else(self):
        item = self._items(self._create_open_invoice())

        def refuse(*_args, **_kwargs):
            raise LockError("Cannot grab a lock on records")

        self.patch(self.registry["account.move.line"], "lock_for_update", refuse)
        with self.assertRaisesRegex(LockError, "Try again in a moment"):
            item._lock_for_collection()

    def test_lock_of_nothing(self):
        self.assertFalse(self.env["account.move.line"]._lock_for_collection())

    def _get_row_versions(self, items):
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT ctid::text FROM account_move_line WHERE id IN %s", [tuple(items.ids)]
        )
        return [version for (version,) in self.env.cr.fetchall()]

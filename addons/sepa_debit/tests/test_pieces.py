from datetime import date
from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tests import tagged

from .common import SepaCommon

BROKEN = "Broken"


@tagged("post_install", "-at_install")
class TestPieces(SepaCommon):
    """The run goes on whatever one record does, and costs the same per piece."""

    def _break(self, model, method, bad):
        """Let a method fail whenever a record it works on is among the bad ones."""
        original = getattr(self.registry[model], method)

        def failing(records, *args):
            looked_at = args[0] if args and hasattr(args[0], "ids") else records
            if looked_at & bad:
                raise ValidationError(BROKEN)
            return original(records, *args)

        return patch.object(self.registry[model], method, failing)

    def test_planning_sets_one_aside(self):
        invoices = self._bill(4, preferred_payment_method_line_id=False)
        invoices.preferred_payment_method_line_id = self.method
        bad = invoices[1]
        with self._break("sepa.collection", "_prepare_values", self._items(bad)):
            self._run()
        self.assertEqual(self._collections(invoices).move_id, invoices - bad)
        exclusion = self.env["sepa.exclusion"].search([("move_id", "=", bad.id)])
        self.assertIn(BROKEN, exclusion.reason)
        self._run()
        self.assertTrue(self._collections(bad), "the next run tries again")
        self.assertFalse(exclusion.exists())

    def test_booking_sets_one_aside(self):
        invoices = self._bill(4)
        batch = self._make_batch(invoices)
        batch.action_write()
        batch.action_submit()
        bad = self._collections(invoices[2])
        self._set_today(date(2026, 3, 20))
        with self._break("sepa.collection.batch", "_book_piece", bad):
            self._run()
        self.assertFalse(bad.is_booked)
        self.assertIn(BROKEN, bad.problem)
        others = self._collections(invoices) - bad
        self.assertTrue(all(others.mapped("is_booked")))
        self._run()
        self.assertTrue(bad.is_booked)
        self.assertFalse(bad.problem)
        self.assertEqual(sum(batch._get_clearing_lines().mapped("amount_currency")), 476.0)

    def test_what_is_set_aside_is_on_the_work_list(self):
        """Submitted and not booked, or left out of a file: a card counts it until done."""
        invoices = self._bill(3)
        batch = self._make_batch(invoices)
        left_out, bad, _good = self._collections(invoices)
        left_out.mandate_id = self._create_mandate(
            account=self.account, name="M-OTHER"
        )  # the customer was told of another one
        batch.action_write()
        batch.action_submit()
        self.assertFalse(left_out.batch_id)
        self.assertEqual(self._get_set_aside(), left_out)
        self._set_today(date(2026, 3, 20))
        with self._break("sepa.collection.batch", "_book_piece", bad):
            self._run()
        self.assertIn(bad, self._get_set_aside())
        self._run()
        self.assertNotIn(bad, self._get_set_aside())

    def _get_set_aside(self):
        """What the card opens; it counts as many."""
        user = self._create_user(f"clerk{len(self.env['res.users'].search([]))}")
        work = self.env["billing.work.list"].with_user(user).get_work()
        [card] = [card for card in work["cards"] if card["key"] == "sepa_set_aside"]
        found = self.env[card["action"]["res_model"]].search(card["action"]["domain"])
        self.assertEqual(card["count"], len(found))
        return found

    def test_files_of_limited_size(self):
        self.creditor.file_limit = 2
        batches = self._make_batch(self._bill(5))
        self.assertEqual(sorted(batches.mapped("count")), [1, 2, 2])
        self.assertEqual(sum(batches.mapped("amount")), 595.0)
        self.assertEqual(batches.mapped(lambda b: len(b.collection_ids)), batches.mapped("count"))

    def test_queries_do_not_grow_with_the_number(self):
        """Each further invoice costs no queries of its own, except those of core's booking."""
        few, many = self._count_queries(5), self._count_queries(25)
        for step, queries in many.items():
            with self.subTest(step=step):
                self.assertLessEqual(queries - few[step], 10, f"{few[step]} -> {queries}")

    def _count_queries(self, count):
        self._set_today(date(2026, 3, 2))
        self.creditor.notice_channel = "mail"
        invoices = self._bill(count, preferred_payment_method_line_id=False)
        invoices.preferred_payment_method_line_id = self.method
        runs = self.env["sepa.collection.batch"].with_context(billing_one_transaction=True)
        steps = {}

        def measure(step):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            getattr(runs, step)(self.company, self.today, Domain("move_id", "in", invoices.ids))
            steps[step] = self.env.cr.sql_log_count - before

        for step in ("_run_planning", "_run_notices"):
            measure(step)
        self._collections(invoices)._take_notice()
        self._set_today(date(2026, 3, 19))
        for step in ("_run_cancelling", "_run_rescheduling", "_run_batches"):
            measure(step)
        self.assertEqual(self._collections(invoices).batch_id.count, count)
        return steps

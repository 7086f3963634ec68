from odoo.tests import tagged

from .common import SubscriptionBillingCommon


@tagged("post_install", "-at_install")
class TestQueries(SubscriptionBillingCommon):
    """The cost of a batch does not grow faster than the batch."""

    def _count_queries(self, contracts):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        moves = self._run_billing("2025-01-01", [("id", "in", contracts.ids)])
        self.assertEqual(len(moves), len(contracts))
        return self.env.cr.sql_log_count - before

    def test_queries_per_invoice(self):
        plan = self._create_plan("Two", [{"unit_price": 10.0}, {"unit_price": 5.0}])
        batches = [self._create_contracts(size, plan=plan) for size in (5, 20, 60)]
        self._count_queries(batches.pop(0))  # fills the caches of the registry
        few, many = (self._count_queries(batch) for batch in batches)
        per_invoice = (many - few) / 40
        self.assertLess(per_invoice, 8, f"{few} queries for 20 invoices, {many} for 60")
        self.assertLessEqual(many / 60, few / 20)

    def _count_queries_of_credits(self, contracts):
        """Queries of the run that credits half of the month that was billed."""
        self._run_billing("2025-01-01", [("id", "in", contracts.ids)])
        contracts.write({"end_date": "2025-01-16"})
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self._run_billing("2025-01-16", [("id", "in", contracts.ids)])
        count = self.env.cr.sql_log_count - before
        credits = contracts.period_ids.move_id.filtered(
            lambda move: move.move_type == "out_refund"
        )
        self.assertEqual(len(credits), len(contracts))
        return count

    def test_queries_per_credit(self):
        plan = self._create_plan("Two", [{"unit_price": 10.0}, {"unit_price": 5.0}])
        batches = [self._create_contracts(size, plan=plan) for size in (5, 20, 60)]
        self._count_queries_of_credits(batches.pop(0))  # fills the caches of the registry
        few, many = (self._count_queries_of_credits(batch) for batch in batches)
        per_credit = (many - few) / 40
        self.assertLess(per_credit, 12, f"{few} queries for 20 credits, {many} for 60")
        self.assertLessEqual(many / 60, few / 20)

    def test_queries_of_a_second_run_do_not_depend_on_contracts(self):
        counts = []
        for size in (5, 25):
            self._create_contracts(size)
            self._run_billing("2025-01-01")
            before = self.env.cr.sql_log_count
            self.assertFalse(self._run_billing("2025-01-01"))
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])

    def _count_queries_of_customers(self, size):
        partners = self._create_contracts(size).partner_id
        contact = partners.create({"name": "Contact", "parent_id": partners[0].id})
        self._create_contract(partner_id=contact.id)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        counts = (partners | contact).mapped("billing_subscription_count")
        self.assertEqual(counts, [2, *[1] * size])
        return self.env.cr.sql_log_count - before

    def test_contracts_of_customers_are_counted_in_one_go(self):
        self._count_queries_of_customers(2)
        self.assertEqual(self._count_queries_of_customers(3), self._count_queries_of_customers(12))

from odoo.tests import tagged

from .common import UsageCommon


@tagged("post_install", "-at_install")
class TestLive(UsageCommon):
    """Usage of the period that is not over, and what it will come to."""

    def _look(self, contract, day):
        return contract._get_live_usage(self._day(day))[contract.id]

    def test_usage_and_forecast(self):
        contract = self._create_metered_contract()
        self._use(contract, "2025-04-03T00:00:00", 29)
        self._run_billing("2025-04-01")
        [found] = self._look(contract, "2025-04-15")
        self.assertEqual((found.quantity, found.amount), (29, 290))
        self.assertEqual((found.expected_quantity, found.expected_amount), (60, 600))
        self.assertEqual(found.billed, 0)

    def test_highest_value_is_expected_to_stay(self):
        meter = self._create_meter("peak", aggregation="max")
        contract = self._create_metered_contract(self._create_metered_plan({"meter_id": meter.id}))
        self._use(contract, "2025-01-03T00:00:00", 5, meter=meter)
        [found] = self._look(contract, "2025-01-15")
        self.assertEqual(found.expected_amount, 50)

    def test_with_what_was_billed_early(self):
        plan = self._create_metered_plan()
        plan.current_version_id.usage_interim_amount = 50.0
        contract = self._create_metered_contract(plan)
        self._use(contract, "2025-01-05T00:00:00", 6)
        self._run_billing("2025-01-06")
        self._use(contract, "2025-01-08T00:00:00", 1)
        [found] = self._look(contract, "2025-01-15")
        self.assertEqual((found.amount, found.billed), (70, 60))

    def test_as_many_queries_for_many_contracts(self):
        contracts = self._create_contracts(6, plan=self.metered, usage_tz="UTC")
        for contract in contracts:
            self._use(contract, "2025-01-05T00:00:00", 6)
        day = self._day("2025-01-15")
        contracts._get_live_usage(day)
        self.env.flush_all()
        before = self.cr.sql_log_count
        contracts[:1]._get_live_usage(day)
        for_one = self.cr.sql_log_count - before
        with self.assertQueryCount(for_one):
            found = contracts._get_live_usage(day)
        self.assertEqual([rows[0].quantity for rows in found.values()], [6] * 6)

    def test_preview_is_what_is_billed(self):
        contract = self._create_metered_contract()
        self._use(contract, "2025-01-05T00:00:00", 6)
        [document] = contract._get_next_documents(1, today=self._day("2025-01-10"))
        self.assertEqual(str(document.day), "2025-02-01")
        planned = [(item.draft.amount, item.draft.period) for _line, item in document.items]
        move = self._run_billing("2025-02-01")
        self.assertEqual([float(amount) for amount, _period in planned], [move.amount_untaxed])

    def test_preview_ends_where_nothing_is_used(self):
        contract = self._create_metered_contract()
        self.assertFalse(contract._get_next_documents(3, today=self._day("2025-01-10")))
        self.assertIn("Nothing was used", contract._render_next_documents(3))
        contract._cancel(self._day("2025-03-01"), credited=True)
        self.assertFalse(contract._get_next_documents(3, today=self._day("2025-01-10")))

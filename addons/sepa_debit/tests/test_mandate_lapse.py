from datetime import date, timedelta

from odoo.tests import tagged

from .common import SepaCommon

ENDS = [
    # signed or last presented, lapses on
    (date(2023, 2, 28), date(2026, 2, 28)),
    (date(2024, 2, 29), date(2027, 2, 28)),
    (date(2023, 8, 31), date(2026, 8, 31)),
    (date(2023, 12, 31), date(2026, 12, 31)),
    (date(2024, 1, 31), date(2027, 1, 31)),
]


@tagged("post_install", "-at_install")
class TestMandateLapse(SepaCommon):
    """36 months without a presented collection end a mandate; 30 days before people know."""

    def _upkeep(self, day):
        self._set_today(day)
        return self.env["sepa.mandate"]._run_upkeep(self.company, day)

    def test_ends_of_months(self):
        self._set_today(date(2026, 1, 1))
        for start, end in ENDS:
            with self.subTest(start=start), self.cr.savepoint():
                self._set_today(max(start, date(2026, 1, 10)))
                mandate = self._create_mandate(signed_on=start)
                self.assertEqual(mandate.lapses_on, end)
                notice = end - timedelta(days=30)
                self._upkeep(notice - timedelta(days=1))
                self.assertFalse(mandate.is_lapse_noticed)
                self._upkeep(notice)
                self.assertTrue(mandate.is_lapse_noticed)
                self._upkeep(end - timedelta(days=1))
                self.assertEqual(mandate.state, "active")
                self._upkeep(end)
                self.assertEqual(mandate.state, "lapsed")

    def test_a_notice_is_given_once_to_whom_it_concerns(self):
        seller = self._create_user("seller")
        self.customer.user_id = seller
        mandate = self._create_mandate(signed_on=date(2023, 3, 31))
        for _i in range(2):
            self._upkeep(date(2026, 3, 1))
        self.assertEqual(mandate.activity_ids.user_id, seller)
        self.assertEqual(len(mandate.activity_ids), 1)
        self.assertIn("03/31/2026", mandate.activity_ids.note)
        domain = [("type", "=", "mandate.lapsing"), ("res_id", "=", mandate.id)]
        event = self.env["billing.event"].search(domain)
        self.assertEqual(event.payload["lapses_on"], "2026-03-31")

    def test_a_presented_collection_starts_the_time_anew(self):
        mandate = self._create_mandate(signed_on=date(2023, 3, 20))
        mandate.last_presented_on = date(2026, 2, 28)
        self.assertEqual(mandate.lapses_on, date(2029, 2, 28))
        self._upkeep(date(2026, 3, 20))
        self.assertEqual(mandate.state, "active")

    def test_planned_debits_end_with_the_mandate(self):
        self.mandate.action_end()
        mandate = self._create_mandate(signed_on=date(2023, 4, 30))
        move = self._bill()
        collection = self._collections(move)
        self.assertEqual(collection.mandate_id, mandate)
        self._upkeep(date(2026, 4, 30))
        self.assertEqual((mandate.state, collection.state), ("lapsed", "cancelled"))
        events = self.env["billing.event"].search(
            [("type", "=", "mandate.lapsed"), ("res_id", "=", mandate.id)]
        )
        self.assertEqual(len(events), 1)

from datetime import date, timedelta

from odoo.tests import tagged

from .common import START, DunningCommon


@tagged("post_install", "-at_install")
class TestDunningRun(DunningCommon):
    """The daily run decides, sends, and follows up, once."""

    def _days(self, number):
        return START + timedelta(days=number)

    def test_ladder(self):
        """Level after level, each when its days and its gap are over."""
        invoice = self._bill()
        self.assertFalse(self._run(self._days(6)))
        self.assertEqual(self._run(self._days(7)).level_id, self.reminder)
        self.assertFalse(self._run(self._days(20)))
        self.assertEqual(self._run(self._days(21)).level_id, self.notice)
        self.assertEqual(self._run(self._days(40)).level_id, self.last)
        self.assertFalse(self._run(self._days(90)))
        case = self._get_case(invoice)
        self.assertEqual((case.level_id, case.reached_on), (self.last, self._days(40)))
        self.assertEqual(case.default_on, self._days(7))

    def test_same_day_again(self):
        """A day that is run twice changes nothing the second time."""
        self._bill()
        self._run(self._days(7), deliver=False)
        self._run(self._days(7), deliver=False)
        notices = self.env["dunning.notice"].search([("company_id", "=", self.company.id)])
        self.assertEqual(len(notices), 1)
        self.assertEqual(len(self._get_waiting()), 1)

    def test_payment_ends(self):
        invoice = self._bill()
        self._run(self._days(7))
        self._receive(invoice)
        case = self._get_case(invoice)
        self.assertEqual((case.state, case.closed_reason), ("closed", "settled"))
        self.assertFalse(self._run(self._days(60)))
        self.assertEqual(
            self._get_facts(),
            [
                ("dunning_notice.delivered", None),
                ("dunning.stage_changed", invoice.name),
                ("dunning.closed", invoice.name),
            ],
        )

    def test_not_delivered(self):
        """Nothing goes on before a letter was delivered."""
        self._bill()
        self._run(self._days(7), deliver=False)
        self.assertFalse(self._run(self._days(60), deliver=False))
        self._deliver()
        self._run(self._days(61), deliver=False)
        self.assertFalse(self.env["dunning.notice"].search([("level_id", "=", self.notice.id)]))
        self.assertEqual(self._run(self._days(70), deliver=False).level_id, self.notice)

    def test_interest(self):
        """Interest is booked without VAT, as a document, and then only what was added."""
        self.policy.level_ids.write({"is_interest": True})
        invoice = self._bill(1000.0)
        self._run(self._days(7))
        claims = self.env["dunning.claim"].search([("case_id.move_id", "=", invoice.id)])
        self.assertFalse(claims)
        self._run(self._days(21))
        claims = self.env["dunning.claim"].search([("case_id.move_id", "=", invoice.id)])
        # 14 days after default began on day 7: 1000 * 10.27 % * 14 / 365.
        self.assertEqual((claims.amount, claims.state), (3.94, "posted"))
        document = claims.claim_move_id
        self.assertEqual((document.amount_total, document.amount_tax), (3.94, 0))
        self.assertEqual(document.state, "posted")
        self._run(self._days(35))
        self.assertEqual(
            self.env["dunning.claim"]
            .search([("case_id.move_id", "=", invoice.id)], order="id")
            .mapped("amount"),
            [3.94, 3.94],
        )

    def test_letter(self):
        self._bill()
        notice = self._run(self._days(7))
        self.assertIn(
            b"%PDF",
            notice._get_delivery_pdf() if notice.state == "issued" else notice._render_letter(),
        )
        self.assertTrue(notice.name.startswith("REM/2026/"), notice.name)
        self.assertEqual(notice.deadline, self._days(14))
        self.assertEqual(date(2026, 3, 9), notice.date)

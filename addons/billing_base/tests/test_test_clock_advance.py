from datetime import date, timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import BillingCommon

LOG = "odoo.addons.billing_base.models.billing_test_clock_advance"


@tagged("post_install", "-at_install")
class TestTestClockAdvance(BillingCommon):
    """Long ways day by day with a commit each, and what the days have made."""

    def setUp(self):
        super().setUp()
        self.clock = self._create_sandbox_clock(self.partner_a, "2026-01-31")
        self.days, self.commits = [], []
        Clock = self.registry["billing.test.clock"]
        self.patch(Clock, "_run_day", lambda clock, today: self._run_day(clock, today))
        self.patch(Clock, "_commit", lambda *args, **kwargs: self._commit())
        self.patch(Clock, "_rollback", lambda _clock: self._rollback())
        self._commit()

    def _commit(self):
        self.env.flush_all()
        self.env.cr.execute("SAVEPOINT clock")
        self.commits.append(self.clock.date)
        return float("inf")

    def _rollback(self):
        self.env.clear()
        self.env.cr.execute("ROLLBACK TO SAVEPOINT clock")

    def _run_day(self, clock, today):
        """An invoice on each first of a month."""
        self.days.append(today)
        if today.day == 1:
            self._create_open_invoice(invoice_date=today)
        return {"Invoices": today.day == 1}

    def _cron(self):
        self.env["billing.test.clock"].sudo()._cron_advance()
        self.env.invalidate_all()

    def test_a_year_runs_in_the_background_with_a_commit_per_day(self):
        self.clock.action_advance_year()
        self.assertEqual(self.clock.date, date(2026, 1, 31), "not in the user's request")
        self.assertTrue(self.clock.is_advancing)
        self._cron()
        self.assertEqual(self.clock.date, date(2027, 1, 31))
        self.assertEqual(len(self.days), 365)
        self.assertGreaterEqual(len(set(self.commits)), 365)
        self.assertFalse(self.clock.target_date)
        self.assertEqual(len(self.clock.result_ids), 12)
        self.assertIn("Invoice: 12", self.clock.message_ids[0].body)

    def test_a_month_is_gone_at_once(self):
        action = self.clock.action_advance_month()
        self.assertEqual(self.clock.date, date(2026, 2, 28))
        self.assertFalse(self.clock.target_date)
        self.assertEqual(action["res_id"], self.clock.id)

    def test_results_lead_to_the_documents(self):
        other = self._create_open_invoice(partner_id=self.partner_b.id)
        self.clock.action_advance_month()
        result = self.clock.result_ids
        self.assertEqual((result.date, result.amount), (date(2026, 2, 1), 100.0))
        self.assertEqual(result.res_model, "account.move")
        self.assertNotEqual(result.res_id, other.id)
        action = result.action_open_document()
        move = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(move.partner_id, self.partner_a)
        self.assertEqual(result.document_name, move.display_name)

    def test_facts_are_results_too(self):
        def run_day(_clock, today):
            if today == date(2026, 2, 3):
                self.env["billing.event"]._record("invoice.settled", self._create_open_invoice())
                self.env["billing.event"]._record("customer.greeted", self.partner_b)
            return {}

        with patch.object(self.registry["billing.test.clock"], "_run_day", run_day):
            self.clock.action_advance_month()
        names = self.clock.result_ids.sorted("id").mapped("name")
        self.assertEqual(names, ["Customer Invoice", "Invoice settled"])

    def test_a_failing_day_stops_and_goes_on_later(self):
        def fail(_clock, today):
            if today == date(2026, 3, 10):
                raise UserError(self.env._("no tax"))
            return {}

        self.clock._plan_advance(date(2026, 6, 1))
        with patch.object(self.registry["billing.test.clock"], "_run_day", fail), mute_logger(LOG):
            self._cron()
        self.assertEqual(self.clock.date, date(2026, 3, 9), "the days before are kept")
        self.assertIn("no tax", self.clock.advance_error)
        self.assertFalse(self.clock.is_advancing)
        self._cron()
        self.assertEqual(self.clock.date, date(2026, 3, 9), "not tried again by itself")
        self.clock.action_resume()
        self._cron()
        self.assertEqual(self.clock.date, date(2026, 6, 1))
        self.assertFalse(self.clock.advance_error)

    def test_stop(self):
        def stop(clock, today):
            if today == date(2026, 2, 10):
                clock.action_stop()
            return {}

        self.clock._plan_advance(date(2026, 6, 1))
        with patch.object(self.registry["billing.test.clock"], "_run_day", stop):
            self._cron()
        self.assertEqual(self.clock.date, date(2026, 2, 10))

    def test_progress(self):
        self.clock._plan_advance(self.clock.date + timedelta(days=100))
        self.clock.sudo().date += timedelta(days=25)
        self.assertAlmostEqual(self.clock.progress, 25.0)

    def test_only_forward(self):
        with self.assertRaisesRegex(UserError, "only goes forward"):
            self.clock._plan_advance(date(2026, 1, 1))
        with self.assertRaisesRegex(UserError, "cannot be edited"):
            self.clock.target_date = date(2026, 1, 1)

    def test_one_click_from_the_customer(self):
        contact = self.env["res.partner"].create(
            {"name": "Contact", "parent_id": self.partner_b.id}
        )
        self.assertTrue(contact.can_simulate_billing)
        action = contact.action_simulate_billing()
        clock = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(clock.partner_id, self.partner_b)
        self.assertEqual(self.partner_b.action_simulate_billing()["res_id"], clock.id)
        self.assertEqual(self.partner_a.action_simulate_billing()["res_id"], self.clock.id)

    def test_not_offered_where_it_is_not_possible(self):
        user = self._create_user("clerk")
        self.assertFalse(self.partner_a.with_user(user).can_simulate_billing)
        with self.assertRaises(AccessError):
            self.clock.with_user(user).action_advance_year()
        with self.assertRaises(AccessError):
            self.clock.with_user(user).action_stop()
        self.clock.unlink()
        self.company.sudo().is_billing_sandbox = False
        self.env.invalidate_all()
        self.assertFalse(self.partner_a.can_simulate_billing)

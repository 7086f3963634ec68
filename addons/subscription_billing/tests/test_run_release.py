from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import SubscriptionBillingCommon


@tagged("post_install", "-at_install")
class TestRunRelease(SubscriptionBillingCommon):
    """Runs that a person releases, stops and resumes; the cron does the work."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls.company._get_billing_today()
        cls.contracts = cls._create_contracts(5, start=cls.today)
        cls.clerk = cls._create_user("clerk")
        cls.runs = cls.env["billing.run"].with_user(cls.clerk)
        cls.cron = cls.env.ref("subscription_billing.ir_cron_billing_run").sudo()
        cls.env["ir.config_parameter"].sudo().set_param("subscription_billing.chunk_size", "2")

    def _release(self, decisions=(), **scope):
        run_id = self.runs.release({"date": self.today.isoformat(), **scope}, decisions)
        return self.env["billing.run"].browse(run_id).sudo() if run_id else None

    def _work(self):
        """What the cron does for the company."""
        with self._flush_instead_of_commit():
            self.env["billing.run"].sudo()._cron_run()
        self.env.invalidate_all()

    def _billed(self):
        self.env.invalidate_all()
        return self.contracts.filtered("period_ids")

    def test_release_triggers_the_cron_and_bills_nothing_itself(self):
        triggers = self.env["ir.cron.trigger"].sudo()
        before = triggers.search_count([("cron_id", "=", self.cron.id)])
        run = self._release()
        self.assertRecordValues(
            run,
            [{"state": "waiting", "is_manual": True, "user_id": self.clerk.id, "total_count": 5}],
        )
        self.assertFalse(self._billed())
        self.assertEqual(triggers.search_count([("cron_id", "=", self.cron.id)]), before + 1)
        self._work()
        self.assertRecordValues(
            run, [{"state": "done", "done_count": 5, "invoice_count": 5, "error_count": 0}]
        )
        self.assertEqual(self._billed(), self.contracts)
        self.assertEqual(run.period_ids.subscription_id, self.contracts)

    def test_nothing_due_nothing_done(self):
        self._release()
        self._work()
        count = self.env["billing.run"].search_count([])
        self.assertIsNone(self._release())
        self.assertEqual(self.env["billing.run"].search_count([]), count)

    def test_cron_does_not_make_a_second_run_of_it(self):
        run = self._release()
        self._work()
        self.assertEqual(self._get_last_run(), run)

    def test_one_released_run_at_a_time(self):
        self._release()
        with self.assertRaisesRegex(UserError, "released by clerk"):
            self._release()

    def test_scope(self):
        unit = self._create_unit("A")
        self.contracts[:2].business_unit_id = unit
        self.company.billing_release = "manual"
        self._release(business_unit_ids=unit.ids)
        self._work()
        self.assertEqual(self._billed(), self.contracts[:2])
        self._release(partner_ids=self.contracts[2].partner_id.ids)
        self._work()
        self.assertEqual(self._billed(), self.contracts[:3])
        other = self._create_plan("Other", [{"unit_price": 5.0}])
        more = self._create_contract(other, start=self.today)
        self._release(plan_ids=other.ids)
        self._work()
        self.assertTrue(more.period_ids)
        self.assertEqual(self._billed(), self.contracts[:3])

    def test_company_that_waits_for_a_release(self):
        self.company.billing_release = "manual"
        over = self._create_contract(start=self.today, active=self.today)
        trial = self._create_plan("Trial", [{}], trial_days=3)
        tried = self._create_contract(
            trial, start=self.today - timedelta(days=3), active=self.today - timedelta(days=3)
        )
        self._work()
        self.assertFalse(self._billed() | over.filtered("period_ids"))
        self.assertEqual(tried.state, "active", "only the billing waits")
        self._release()
        self._work()
        self.assertEqual(self._billed(), self.contracts)

    def test_limited_users_release_their_units_only(self):
        mine, theirs = self._create_unit("A"), self._create_unit("B")
        self.contracts[0].business_unit_id = mine
        self.contracts[1].business_unit_id = theirs
        self.company.billing_release = "manual"
        self.clerk.sudo().business_unit_ids = mine
        with self.assertRaises(AccessError):
            self._release(business_unit_ids=theirs.ids)
        self._release()
        self._work()
        self.assertEqual(self._billed(), self.contracts - self.contracts[1])

    def test_accountants_without_billing_release_nothing(self):
        accountant = self._create_user("accountant", "account.group_account_invoice")
        runs = self.env["billing.run"].with_user(accountant)
        for call in (lambda: runs.release({}), runs.open_preview, lambda: runs.preview_chunk({})):
            with self.assertRaises(AccessError):
                call()

    # === DECISIONS === #

    def test_set_aside_and_held(self):
        first, second = self.contracts[0], self.contracts[1]
        run = self._release(
            [
                {"subscription_id": first.id, "decision": "set_aside", "reason": "Ask first"},
                {"subscription_id": second.id, "decision": "hold", "reason": ""},
            ]
        )
        self.assertEqual((run.total_count, run.error_count), (3, 2))
        self._work()
        self.assertEqual(self._billed(), self.contracts[2:])
        self.assertEqual(run.error_ids.subscription_id, first | second)
        self.assertEqual(
            (first.billing_error, first.billing_error_date), ("Ask first", self.today)
        )
        self.assertEqual(
            second.billing_hold_reason, f"Left out of the billing run by {self.clerk.name}"
        )
        tomorrow = self.today + timedelta(days=1)
        self._run_billing(tomorrow)
        self.assertEqual(self._billed(), self.contracts - second)
        second.with_user(self.clerk).action_release_billing()
        self._run_billing(tomorrow)
        self.assertEqual(self._billed(), self.contracts)

    def test_decisions_count_for_due_contracts_the_user_may_see(self):
        unit = self._create_unit("B")
        self.contracts[0].business_unit_id = unit
        self.clerk.sudo().business_unit_ids = self._create_unit("A")
        later = self._create_contract(start=self.today + timedelta(days=5), active=self.today)
        self._release(
            [
                {"subscription_id": contract.id, "decision": "hold", "reason": "x"}
                for contract in (self.contracts[0], later)
            ]
        )
        self.assertFalse((self.contracts[0] | later).filtered("billing_hold_reason"))

    # === STOP AND RESUME === #

    def _stop_after(self, chunks, run):
        """Have the clerk stop the run while its nth chunk is billed."""
        Run = self.registry["billing.run"]
        origin = Run._bill_chunk
        done = []

        def bill(current, chunk, today):
            origin(current, chunk, today)
            done.append(chunk)
            if len(done) == chunks:
                run.with_user(self.clerk).action_stop()

        return patch.object(Run, "_bill_chunk", bill)

    def test_stop_and_resume(self):
        run = self._release()
        with self._stop_after(1, run):
            self._work()
        self.assertRecordValues(run, [{"state": "stopped", "done_count": 2, "invoice_count": 2}])
        self.assertFalse(run.stop_ids)
        more = self._create_contract(start=self.today)
        run.partner_ids = self.contracts.partner_id
        self._work()
        self.assertEqual(len(self._billed()), 2, "it stays stopped")
        self.assertTrue(more.period_ids, "the others go on")
        run.with_user(self.clerk).action_resume()
        self._work()
        self.assertRecordValues(
            run, [{"state": "done", "done_count": 5, "total_count": 5, "invoice_count": 5}]
        )
        self.assertEqual(len(self.contracts.period_ids), 5)

    def test_stopped_and_ended(self):
        run = self._release()
        with self._stop_after(1, run):
            self._work()
        run.with_user(self.clerk).action_end()
        self.assertEqual((run.state, run.done_count), ("done", 2))
        self._work()
        self.assertEqual(self._billed(), self.contracts)

    def test_stop_before_it_begins(self):
        run = self._release()
        run.with_user(self.clerk).action_stop()
        self.assertEqual(run.state, "stopped")

    def test_automatic_run_is_stopped_until_the_next_day(self):
        day = self._day("2025-01-01")
        contracts = self._create_contracts(5)
        runs = self.env["billing.run"].sudo()
        with self._flush_instead_of_commit(seconds_left=0):
            runs._run_billing(self.company, day)
        run = self._get_last_run()
        run.with_user(self.clerk).action_stop()
        self.assertEqual((run.state, len(run.stop_ids)), ("running", 1))
        self._run_billing(day)
        self.assertEqual((run.state, run.done_count), ("stopped", 2))
        self._run_billing(day)
        self.assertEqual(run.done_count, 2)
        self.assertEqual(self._get_last_run(), run)
        self._run_billing("2025-01-02")
        self.assertEqual(run.state, "done")
        self.assertEqual(len(contracts.period_ids), 5)

    def test_run_whose_process_died_goes_on(self):
        """What is committed stays, the rest is done by the next turn of the cron."""
        run = self._release()
        with self._flush_instead_of_commit(seconds_left=0):
            self.env["billing.run"].sudo()._cron_run()
        self.assertEqual((run.state, run.done_count), ("running", 2))
        self._work()
        self.assertRecordValues(run, [{"state": "done", "done_count": 5, "invoice_count": 5}])

    def test_future_day_bills_but_ends_nothing(self):
        day = self.today + timedelta(days=40)
        contract = self.contracts[0]
        contract.end_date = self.today + timedelta(days=10)
        self._release(date=day.isoformat(), partner_ids=contract.partner_id.ids)
        self.company.billing_release = "manual"
        self._work()
        self.assertEqual(contract.period_ids.move_id.invoice_date, day)
        self.assertEqual(contract.state, "active")

    # === PROGRESS === #

    def test_progress(self):
        run = self._release()
        mine = run.with_user(self.clerk)
        progress = mine.get_progress()
        self.assertEqual((progress["state"], progress["percent"]), ("waiting", 0.0))
        self.assertEqual(progress["total"], 5)
        with self._flush_instead_of_commit(seconds_left=0):
            self.env["billing.run"].sudo()._cron_run()
        now = self.env.cr.now()
        run.leg_started_at = now - timedelta(seconds=60)
        progress = mine.get_progress()
        self.assertEqual((progress["percent"], progress["done"]), (40.0, 2))
        self.assertEqual((progress["per_minute"], progress["seconds_left"]), (2.0, 90))
        self.assertFalse(progress["is_stalled"])
        run.worked_at = now - timedelta(seconds=600)
        self.assertTrue(mine.get_progress()["is_stalled"])
        mine.action_stop()
        self.assertTrue(mine.get_progress()["is_stopping"])
        mine.action_resume()
        self._work()
        progress = mine.get_progress()
        self.assertEqual((progress["percent"], progress["seconds_left"]), (100.0, None))
        self.assertFalse(progress["is_stalled"])

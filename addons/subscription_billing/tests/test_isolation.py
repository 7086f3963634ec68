from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import SubscriptionBillingCommon

RUN_LOGGER = "odoo.addons.subscription_billing.models.billing_run"
ACTIVITY = "subscription_billing.mail_activity_billing_error"


@tagged("post_install", "-at_install")
class TestIsolation(SubscriptionBillingCommon):
    """A contract that cannot be billed does not keep the others from it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contracts = cls._create_contracts(7)
        cls.bad = cls.contracts[3]

    def _refuse(self, contract):
        """Have PostgreSQL itself refuse to bill this contract."""
        self.env.flush_all()
        self.env.cr.execute(
            "ALTER TABLE billing_period ADD CONSTRAINT billing_period_refused "
            f"CHECK (line_id <> {contract.line_ids.id:d}) NOT VALID"
        )

    def _accept(self):
        self.env.flush_all()
        self.env.cr.execute("ALTER TABLE billing_period DROP CONSTRAINT billing_period_refused")

    @mute_logger("odoo.sql_db", RUN_LOGGER)
    def _run(self, day="2025-01-01"):
        return self._run_billing(day)

    def test_others_are_billed(self):
        self._refuse(self.bad)
        moves = self._run()
        others = self.contracts - self.bad
        self.assertEqual(moves.mapped("invoice_origin"), others.mapped("name"))
        self.assertEqual(set(moves.mapped("state")), {"posted"})
        self.assertFalse(self.bad.period_ids)
        self.assertEqual(len(others.period_ids), len(others))

    def test_numbers_have_no_gap(self):
        """Numbers of a batch that failed after posting are given again."""
        Contract = self.registry["billing.subscription"]
        origin, bad = Contract._period_invoiced_hook, self.bad

        def hook(contracts, moves):
            if bad in contracts:
                raise KeyError("late")
            return origin(contracts, moves)

        with patch.object(Contract, "_period_invoiced_hook", hook):
            numbers = [int(move.name.rsplit("/", 1)[1]) for move in self._run()]
        self.assertEqual(numbers, list(range(numbers[0], numbers[0] + 6)))

    def test_culprit_is_set_aside_with_reason_and_activity(self):
        self._refuse(self.bad)
        self._run()
        self.assertEqual(self.bad.billing_error_date, self._day("2025-01-01"))
        self.assertIn("billing_period_refused", self.bad.billing_error)
        self.assertNotIn("Failing row", self.bad.billing_error)
        self.assertEqual(self.bad.activity_search([ACTIVITY]).user_id, self.bad.user_id)
        self.assertIn("set aside", self.bad.message_ids[0].body)
        self.assertFalse((self.contracts - self.bad).filtered("billing_error"))
        self.assertEqual(self.bad.state, "active")

    def test_run_counts_and_lists_what_it_set_aside(self):
        self._refuse(self.bad)
        self._run()
        run = self._get_last_run()
        self.assertRecordValues(
            run,
            [
                {
                    "state": "done",
                    "date": self._day("2025-01-01"),
                    "total_count": 7,
                    "done_count": 7,
                    "invoice_count": 6,
                    "error_count": 1,
                    "progress": 100.0,
                }
            ],
        )
        self.assertTrue(run.finished_at)
        self.assertEqual(run.name, f"Billing run 01/01/2025, {self.company.name}")
        self.assertEqual(run.error_ids.subscription_id, self.bad)
        self.assertEqual(run.error_ids.message, self.bad.billing_error)
        self.assertEqual(len(run.period_ids), 6)

    def test_same_day_does_not_try_again(self):
        self._refuse(self.bad)
        self._run()
        self._accept()
        self.assertFalse(self._run())

    def test_next_day_tries_again(self):
        self._refuse(self.bad)
        self._run()
        self.assertFalse(self._run("2025-01-02"))
        self.assertEqual(self.bad.billing_error_date, self._day("2025-01-02"))
        self.assertEqual(len(self.bad.activity_search([ACTIVITY])), 1)
        self._accept()
        self.assertEqual(len(self._run("2025-01-03")), 1)
        self.assertRecordValues(self.bad, [{"billing_error": False, "billing_error_date": False}])
        self.assertFalse(self.bad.activity_search([ACTIVITY]))
        self.assertEqual(self._get_billed(self.bad), [("2025-01-01", "2025-02-01", 100.0)])

    def test_retry_on_request(self):
        self._refuse(self.bad)
        self._run()
        self._accept()
        cron = self.env.ref("subscription_billing.ir_cron_billing_run").sudo()
        triggers = self.env["ir.cron.trigger"].sudo()
        before = triggers.search_count([("cron_id", "=", cron.id)])
        user = self._create_user("clerk")
        self.bad.with_user(user).action_retry_billing()
        self.assertEqual(triggers.search_count([("cron_id", "=", cron.id)]), before + 1)
        self.assertFalse(self.bad.activity_search([ACTIVITY]))
        self.assertEqual(len(self._run()), 1)

    def test_reason_of_a_user_error_is_its_message(self):
        currency = self.env.ref("base.CHF")
        currency.active = True
        plan = self._create_plan("CHF", [{}], currency_id=currency.id)
        contract = self._create_contract(plan)
        currency.active = False
        self.assertEqual(len(self._run()), 7)
        self.assertIn("currency", contract.billing_error)
        self.assertNotIn("Unexpected", contract.billing_error)

    def test_reason_of_a_bug_names_it_as_such(self):
        Line = self.registry["billing.subscription.line"]
        origin = Line._prepare_period_values
        bad = self.bad

        def prepare(line, *args):
            if line.subscription_id == bad:
                raise KeyError("seats")
            return origin(line, *args)

        with patch.object(Line, "_prepare_period_values", prepare):
            self.assertEqual(len(self._run()), 6)
        self.assertIn("KeyError", self.bad.billing_error)
        self.assertIn("administrator", self.bad.billing_error)

    def test_several_culprits(self):
        Line = self.registry["billing.subscription.line"]
        origin = Line._prepare_period_values
        bad = self.contracts[0] | self.contracts[1] | self.contracts[6]

        def prepare(line, *args):
            if line.subscription_id in bad:
                raise KeyError("seats")
            return origin(line, *args)

        with patch.object(Line, "_prepare_period_values", prepare):
            moves = self._run()
        self.assertEqual(moves.mapped("invoice_origin"), (self.contracts - bad).mapped("name"))
        self.assertEqual(self.contracts.filtered("billing_error"), bad)

    def test_chunks(self):
        """The result does not depend on the size of a chunk, and each one is committed."""
        self.env["ir.config_parameter"].sudo().set_param("subscription_billing.chunk_size", "3")
        self._refuse(self.bad)
        run = self.env["billing.run"].sudo()
        with mute_logger("odoo.sql_db", RUN_LOGGER), self._flush_instead_of_commit() as steps:
            run._run_billing(self.company, self._day("2025-01-01"))
        self.assertEqual([done for done, _left in steps if done], [3, 3, 1])
        self.assertEqual([left for done, left in steps if done], [4, 1, 0])
        self.assertEqual(len(self.contracts.period_ids), 6)

    def test_run_that_is_stopped_goes_on_later(self):
        self.env["ir.config_parameter"].sudo().set_param("subscription_billing.chunk_size", "3")
        run = self.env["billing.run"].sudo()
        day = self._day("2025-01-01")
        with self._flush_instead_of_commit(seconds_left=0):
            self.assertEqual(run._run_billing(self.company, day), 0)
        stopped = self._get_last_run()
        self.assertRecordValues(
            stopped, [{"state": "running", "done_count": 3, "total_count": 7, "invoice_count": 3}]
        )
        self.assertAlmostEqual(stopped.progress, 300 / 7)
        self._run()
        self.assertEqual(self._get_last_run(), stopped)
        self.assertRecordValues(
            stopped, [{"state": "done", "done_count": 7, "total_count": 7, "invoice_count": 7}]
        )

    def test_run_of_an_earlier_day_does_not_stay_open(self):
        self.env["ir.config_parameter"].sudo().set_param("subscription_billing.chunk_size", "3")
        with self._flush_instead_of_commit(seconds_left=0):
            self.env["billing.run"].sudo()._run_billing(self.company, self._day("2025-01-01"))
        stopped = self._get_last_run()
        self._run("2025-01-02")
        self.assertNotEqual(self._get_last_run(), stopped)
        self.assertEqual(stopped.state, "done")
        self.assertEqual(stopped.done_count, 3)

    def test_day_without_work_leaves_no_run(self):
        runs = self.env["billing.run"].search_count([])
        self._run_billing("2024-12-31")
        self.assertEqual(self.env["billing.run"].search_count([]), runs)

from contextlib import contextmanager, suppress
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..models import bank_statement_import_booking as booking
from .common import StatementCommon


class Crash(BaseException):
    """What no handler of errors catches, like a killed process."""


@tagged("post_install", "-at_install")
class TestStatementChunks(StatementCommon):
    """Large files: chunk by chunk, and again from where it stopped."""

    def setUp(self):
        super().setUp()
        self._patch(booking, "CHUNK", 2)
        self._patch(booking, "IN_REQUEST", 0)
        self.invoices = self._create_open_invoices(5, 10.0)
        entries = [self._entry(10.0, self._detail(move.name)) for move in self.invoices]
        payments = [self._detail(f"t{number}", amount="3.00") for number in range(2)]
        self.content = self._camt(*entries, self._entry(6.0, *payments), self._entry(7.0))
        self.imports = self.env["bank.statement.import"].sudo()

    def _patch(self, *target):
        patcher = patch.object(*target)
        patcher.start()
        self.addCleanup(patcher.stop)

    @contextmanager
    def _commits(self, seconds_left=float("inf"), crash_at=None):
        """Let the job work in the transaction of the test; yield the chunks it committed."""
        steps = []

        def commit_progress(cron, processed=0, *, remaining=None, deactivate=False):
            cron.env.flush_all()
            steps.append(processed)
            if crash_at == len(steps):
                raise Crash
            return seconds_left

        with patch.object(self.registry["ir.cron"], "_commit_progress", commit_progress):
            yield steps

    def _assert_whole(self, record):
        self.assertEqual((record.state, record.message), ("done", ""))
        self.assertRecordValues(
            record,
            [{"entry_count": 7, "total_count": 7, "known_count": 0, "matched_count": 5,
              "progress": 100.0}],
        )  # fmt: skip
        self.assertEqual(sum(self.invoices.mapped("amount_residual")), 0.0)
        self.assertEqual(len(record.line_ids.detail_ids), 2)
        [statement] = record.statement_ids
        self.assertRecordValues(
            statement,
            [{"balance_start": 100.0, "balance_end": 163.0, "balance_end_real": 163.0,
              "is_complete": True, "journal_id": self.bank.id}],
        )  # fmt: skip
        self.assertEqual(statement.line_ids, record.line_ids)
        self.assertEqual(statement.date, max(record.line_ids.mapped("date")))
        self.assertEqual(statement.first_line_index, min(record.line_ids.mapped("internal_index")))

    def test_a_commit_per_chunk(self):
        record = self._import(self.content)
        self.assertEqual(record.state, "waiting")
        with self._commits() as steps:
            self.imports._cron_import()
        self.assertEqual(steps, [2, 2, 2, 1, 1])
        self._assert_whole(record)

    def test_crash_between_chunks(self):
        record = self._import(self.content)
        for crash_at in (1, 2, 1):
            # Not assertRaises: that takes back what was written.
            with suppress(Crash), self._commits(crash_at=crash_at):
                self.imports._cron_import()
        self.assertEqual((record.state, record.entry_count), ("waiting", 7))
        self.assertIn("7 of 7", record.message)
        with self._commits():
            self.imports._cron_import()
            self._assert_whole(record)
            self.imports._cron_import()
        self._assert_whole(record)

    def test_time_is_over(self):
        record = self._import(self.content)
        for done in (2, 4, 6, 7):
            with self._commits(seconds_left=0) as steps:
                self.imports._cron_import()
            self.assertEqual(record.entry_count, done)
            self.assertLessEqual(len(steps), 2)
        self._assert_whole(record)

    def test_error_stops_this_file_only(self):
        record = self._import(self.content)
        other = self._import(self._camt(self._entry(1.0, self._detail("x")), number="2"))
        create = type(self.env["account.bank.statement.line"]).create

        closed = UserError("The period is closed.")

        def fail(lines, values):
            if any(value["amount"] == 7.0 for value in values):
                raise closed
            return create(lines, values)

        with self._commits(), patch.object(
            type(self.env["account.bank.statement.line"]), "create", fail
        ):  # fmt: skip
            self.imports._cron_import()
        self.assertEqual((record.state, record.entry_count), ("stopped", 6))
        self.assertIn("The period is closed.", record.message)
        self.assertEqual(other.state, "done")
        record.action_continue()
        with self._commits():
            self.imports._cron_import()
        self._assert_whole(record)

    def test_unexpected_error_is_not_shown(self):
        record = self._import(self.content)
        path = "odoo.addons.bank_statement_matching.models.bank_statement_import_booking"
        with (
            self._commits(),
            patch.object(type(record), "_book_chunk", side_effect=ZeroDivisionError("secret")),
            self.assertLogs(path, "ERROR"),
        ):
            self.imports._cron_import()
        self.assertEqual(record.state, "stopped")
        self.assertIn("log of the server", record.message)
        self.assertNotIn("secret", record.message)

    def test_error_in_a_request_has_no_effect(self):
        self._patch(booking, "IN_REQUEST", 100)
        error = UserError("The period is closed.")
        lines = type(self.env["account.bank.statement.line"])
        with patch.object(lines, "create", side_effect=error):
            record = self._import(self.content)
        self.assertEqual(record.state, "refused")
        self.assertIn("The period is closed.", record.message)
        self.assertFalse(record.line_ids)
        self.assertFalse(record.statement_ids)

    def test_paid_meanwhile_is_not_booked(self):
        """Somebody pays an invoice after the matcher was made: the entry is proposed anew."""
        record = self._import(self.content)
        taken, partly = self.invoices[3:]
        matcher = type(self.env["account.bank.statement.line"])._get_matcher

        def get_matcher(lines, journal, payments):
            found = matcher(lines, journal, payments)
            if len(payments) > 1:
                self._pay(taken, 10.0)
                self._pay(partly, 4.0)
            return found

        with self._commits(), patch.object(
            type(self.env["account.bank.statement.line"]), "_get_matcher", get_matcher
        ):  # fmt: skip
            self.imports._cron_import()
        by_text = {line.payment_ref: line for line in record.line_ids}
        self.assertFalse(by_text[taken.name].is_reconciled)
        self.assertNotIn(taken, by_text[taken.name].proposal_ids.item_ids.move_id)
        late = by_text[partly.name]
        self.assertEqual((late.match_state, late.is_reconciled), ("proposed", False))
        self.assertEqual(late.proposal_difference, 4.0)
        self.assertEqual((record.matched_count, partly.amount_residual), (3, 6.0))

    def _pay(self, invoice, amount):
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        wizard.create({"journal_id": self.bank.id, "amount": amount})._create_payments()

    # === MATCHING AFTERWARDS === #

    def test_matching_job_in_chunks_with_one_matcher(self):
        from ..models import account_bank_statement_line_matching as matching

        names = [f"LATER-{number}-2026" for number in range(5)]
        entries = [self._entry(8.0, self._detail(name)) for name in names]
        self._patch(booking, "IN_REQUEST", 100)
        lines = self._import(self._camt(*entries)).line_ids
        self.assertEqual(set(lines.mapped("match_state")), {"open"})
        for name in names:
            self._create_open_invoices(1, 8.0, payment_reference=name)
        self._patch(matching, "CHUNK", 2)
        get_matcher = type(lines)._get_matcher
        calls = []

        def count(*args):
            calls.append(args)
            return get_matcher(*args)

        with patch.object(type(lines), "_get_matcher", count):
            for left in (3, 1, 0):
                with self._commits(seconds_left=0) as steps:
                    self.env["account.bank.statement.line"].sudo()._cron_match()
                self.assertEqual(len(steps), 1)
                open_lines = lines.filtered(lambda line: not line.is_reconciled)
                self.assertEqual(len(open_lines), left)
            self.assertEqual(len(calls), 3)

import base64
import logging
from itertools import islice

import psycopg2

from odoo import models
from odoo.exceptions import UserError

from ..core import detect
from ..core.records import StatementError
from .bank_statement_import import IN_REQUEST
from .bank_statement_import_entries import make_keys

_logger = logging.getLogger(__name__)

CHUNK = 250
# Tracking and followers would cost more than the entries: the import is their message.
QUIET = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
}


class BankStatementImport(models.Model):
    """Booking the entries of a file, chunk by chunk.

    In the background each chunk is committed. What is booked is in the database and nowhere else:
    a run that was killed is continued by reading the file again and leaving out what is there.
    """

    _inherit = "bank.statement.import"

    # === THE FILE === #

    def _process(self, content):
        """Read a file and import it, or leave it to the background when it is large.

        An import of a request is all or nothing.
        """
        self.ensure_one()
        statements = self._read(content)
        if statements is None:
            return
        if self.total_count > IN_REQUEST:
            self.content = base64.b64encode(content)
            self._set_state("waiting", self._get_waiting_message())
            self.env.ref("bank_statement_matching.ir_cron_import")._trigger()
            return
        try:
            with self.env.cr.savepoint():
                self._import_statements(statements, content)
        except UserError as error:
            self.invalidate_recordset()
            self._set_state("refused", self._get_stopped_message(error))

    def _process_waiting(self):
        """Book what is not booked yet of a file that waits, with a commit per chunk."""
        self.ensure_one()
        content = base64.b64decode(self.content or b"")
        try:
            statements = self._read(content)
            if statements is not None:
                self._import_statements(statements, content, is_committing=True)
        except psycopg2.OperationalError:
            # Somebody else was at the same items: the job comes again.
            raise
        except Exception as error:  # whatever it is must not keep other files out
            if not isinstance(error, UserError):
                _logger.exception("Import of bank statements %s stopped", self.id)
            self._set_state("stopped", self._get_stopped_message(error))

    def _read(self, content):
        """Return the statements of a file, or ``None``: then the state says why not."""
        try:
            kind, statements = detect.read(content)
        except StatementError as error:
            self._set_state("refused", self._get_error_message(error))
            return None
        problems = [problem for statement in statements for problem in statement.problems]
        if problems:
            self._set_state("refused", "\n".join(map(self._get_error_message, problems)))
            return None
        self.format = kind
        self.total_count = sum(
            entry.is_booked for statement in statements for entry in statement.entries
        )
        return statements

    def _import_statements(self, statements, content, is_committing=False):
        """Import all statements that have a journal; the others become notes."""
        pairs, notes = self._find_journals(statements)
        if not pairs:
            self._set_state("refused", "\n".join(notes))
            return
        known = 0
        for number, (journal, statement) in enumerate(pairs):
            if statement.kind == "statement":
                left, skipped = self._import_statement(journal, statement, number, is_committing)
                if left:
                    self._set_state("waiting", self._get_waiting_message())
                    return
                known += skipped
            else:
                notes.append(self._keep_notification(journal, statement))
        self._count_entries()
        if known and not self.entry_count:
            notes.insert(0, self._get_all_known_message())
            self._set_state("known", "\n".join(notes), known_count=known)
            return
        self._set_state(
            "done", "\n".join(notes), content=base64.b64encode(content), known_count=known
        )

    def _find_journals(self, statements):
        """Return the statements with their journals, and a note for each that has none."""
        journals = self.env["account.journal"].with_company(self.company_id)
        pairs, notes = [], []
        for statement in statements:
            found = journals._find_by_account(
                statement.account, statement.currency, self.company_id
            )
            if self.journal_id and found and self.journal_id not in found:
                notes.append(self._get_other_journal_message(statement, found))
            elif len(found) == 1:
                pairs.append((found, statement))
            else:
                notes.append(self._get_no_journal_message(statement, found))
        return pairs, notes

    def _count_entries(self):
        """Write how many entries are booked and matched so far."""
        lines = self.env["account.bank.statement.line"]
        mine = [("import_id", "=", self.id)]
        self.write(
            {
                "entry_count": lines.search_count(mine),
                "matched_count": lines.search_count([*mine, ("is_reconciled", "=", True)]),
            }
        )

    # === ONE STATEMENT === #

    def _import_statement(self, journal, statement, number, is_committing=False):
        """Book the entries of a statement that are not booked yet.

        :param int number: which of the file it is
        :return: how many are left when the time of the job is over, and how many an earlier file
            had brought
        """
        entries = [entry for entry in statement.entries if entry.is_booked]
        keys = make_keys(entries)
        mine, others = self._get_known_keys(journal, keys)
        fresh = [
            (key, entry)
            for key, entry in zip(keys, entries, strict=True)
            if key not in mine and key not in others
        ]
        if not self._book_entries(journal, statement, number, fresh, is_committing):
            return True, len(others)
        if fresh or mine:
            self._get_statement(journal, statement, number)._close(statement, is_whole=not others)
        return False, len(others)

    def _get_known_keys(self, journal, keys):
        """Return which keys this import has booked, and which another."""
        lines = self.env["account.bank.statement.line"]
        mine, others = set(), set()
        for start in range(0, len(keys), 5000):
            rows = lines.search_fetch(
                [("journal_id", "=", journal.id), ("entry_key", "in", keys[start : start + 5000])],
                ["entry_key", "import_id"],
            )
            for row in rows:
                (mine if row.import_id == self else others).add(row.entry_key)
        return mine, others

    def _book_entries(self, journal, statement, number, fresh, is_committing):
        """Book entries in chunks, all by one matcher.

        :return: whether all are booked; otherwise the time of the job is over
        """
        if not fresh:
            return True
        lines = (
            self.env["account.bank.statement.line"]
            .with_company(journal.company_id)
            .with_context(**QUIET)
        )
        matcher = lines._get_matcher(
            journal,
            [
                lines._prepare_payment(self._prepare_line(journal, statement, key, entry))
                for key, entry in fresh
            ],
        )
        statement_id = self._get_statement(journal, statement, number).id
        left, rows = len(fresh), iter(fresh)
        while chunk := list(islice(rows, CHUNK)):
            # An error takes back this chunk only, those before are committed.
            with self.env.cr.savepoint():
                self._book_chunk(lines, journal, statement, statement_id, chunk, matcher)
            left -= len(chunk)
            if not self._end_chunk(is_committing, len(chunk), left) and left:
                return False
        return True

    def _book_chunk(self, lines, journal, statement, statement_id, chunk, matcher):
        values = [
            {**self._prepare_line(journal, statement, key, entry), "statement_id": statement_id}
            for key, entry in chunk
        ]
        booked = lines._book_values(values, matcher)
        self._create_details(
            [(line, entry) for line, (_key, entry) in zip(booked, chunk, strict=True)]
        )
        self._attach_notifications(journal, booked)
        booked.filtered("is_return")._process_returns()

    def _end_chunk(self, is_committing, processed, left):
        """Let go of what the chunk needed; in the background it is safe from here on.

        :return: whether there is time for another one
        """
        self.env.flush_all()
        if is_committing:
            self._count_entries()
            self.message = self._get_waiting_message()
            self.env.flush_all()
        self.env.invalidate_all()
        if not is_committing:
            return True
        return self.env["ir.cron"]._commit_progress(processed, remaining=left + 1)

    def _get_statement(self, journal, statement, number):
        """The bank statement for the entries, made when there is none yet."""
        statements = self.env["account.bank.statement"].with_context(**QUIET)
        key = f"{self.id}/{number}"
        found = statements.search([("import_key", "=", key)], limit=1)
        return found or statements.create(
            {
                "name": " ".join(filter(None, (journal.code, statement.number or statement.id))),
                "reference": self.name,
                "journal_id": journal.id,
                "import_id": self.id,
                "import_key": key,
                "balance_start": float(statement.opening or 0),
                "balance_end_real": float(statement.closing or 0),
            }
        )

import base64
import hashlib
from collections import Counter
from itertools import islice

from odoo import models

from ..core import detect
from ..core.records import Entry, StatementError
from ..core.returns import classify
from .bank_statement_import import IN_REQUEST

CHUNK = 250
# Tracking and followers would cost more than the entries: the import is their message.
QUIET = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
}


class BankStatementImport(models.Model):
    _inherit = "bank.statement.import"

    def _process(self, content):
        """Read a file and import it, or leave it to the background when it is large."""
        self.ensure_one()
        try:
            kind, statements = detect.read(content)
        except StatementError as error:
            self._set_state("refused", self._get_error_message(error))
            return
        self.format = kind
        count = sum(len(statement.entries) for statement in statements)
        if count > IN_REQUEST and not self.env.context.get("import_large_statements"):
            self.content = base64.b64encode(content)
            self._set_state("waiting", self._get_waiting_message(count))
            self.env.ref("bank_statement_matching.ir_cron_import")._trigger()
            return
        self._import_statements(statements, content)

    def _process_waiting(self):
        self.with_context(import_large_statements=True)._process(
            base64.b64decode(self.content or b"")
        )

    def _import_statements(self, statements, content):
        """Import all statements of a file, or nothing of it when one is not right."""
        problems = [problem for statement in statements for problem in statement.problems]
        if problems:
            self._set_state("refused", "\n".join(map(self._get_error_message, problems)))
            return
        pairs, notes = self._find_journals(statements)
        if not pairs:
            self._set_state("refused", "\n".join(notes))
            return
        known = matched = booked = 0
        for journal, statement in pairs:
            if statement.kind == "statement":
                lines, skipped = self._import_statement(journal, statement)
                booked += len(lines)
                known += skipped
                matched += len(lines.filtered("is_reconciled"))
            else:
                notes.append(self._keep_notification(journal, statement))
        if not booked and known:
            self._set_state("known", "\n".join([self._get_all_known_message(), *notes]),
                            known_count=known)  # fmt: skip
            return
        self._set_state(
            "done",
            "\n".join(notes),
            content=base64.b64encode(content),
            entry_count=booked,
            known_count=known,
            matched_count=matched,
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

    # === ONE STATEMENT === #

    def _import_statement(self, journal, statement):
        """Book the entries of a statement that are not booked yet.

        :return: the lines, and how many entries were known before
        """
        company = journal.company_id
        lines_model = (
            self.env["account.bank.statement.line"].with_company(company).with_context(**QUIET)
        )
        entries = [entry for entry in statement.entries if entry.is_booked]
        keys = make_keys(entries)
        known = self._get_known_keys(journal, keys)
        fresh = [
            (key, entry) for key, entry in zip(keys, entries, strict=True) if key not in known
        ]
        values = [self._prepare_line(journal, statement, key, entry) for key, entry in fresh]
        lines = self._book_entries(lines_model, journal, values)
        for line, (_key, entry) in zip(lines, fresh, strict=True):
            if len(entry.details) > 1:
                self._create_details(line, entry)
        self._attach_notifications(journal, lines)
        if lines:
            self._create_statement(journal, statement, lines, bool(known))
        lines.filtered("is_return")._process_returns()
        return lines, len(entries) - len(fresh)

    def _get_known_keys(self, journal, keys):
        rows = self.env["account.bank.statement.line"].search_fetch(
            [("journal_id", "=", journal.id), ("entry_key", "in", keys)], ["entry_key"]
        )
        return set(rows.mapped("entry_key"))

    def _book_entries(self, lines_model, journal, values):
        """Create the lines, those that match for certain on the right account at once.

        That saves to book them on the suspense account first and to rewrite each afterwards.
        """
        payments = [lines_model._prepare_payment(value) for value in values]
        matcher = lines_model._get_matcher(journal, payments)
        lines = lines_model.browse()
        rows = iter(zip(values, payments, strict=True))
        while chunk := list(islice(rows, CHUNK)):
            decisions = [
                None if value["is_return"] else matcher.decide(payment) for value, payment in chunk
            ]
            lines |= self._book_chunk(lines_model, [value for value, _pay in chunk], decisions)
            self.env.flush_all()
        return lines

    def _book_chunk(self, lines_model, values, decisions):
        items_model = self.env["account.move.line"]
        targets, proposed = {}, {}
        all_keys = [
            key
            for decision in decisions
            if decision and decision.match
            for key in decision.match.keys
        ]
        all_items = items_model.browse(all_keys)
        for number, (value, decision) in enumerate(zip(values, decisions, strict=True)):
            if not decision:
                continue
            if not decision.match or value["entry_problems"]:
                proposed[number] = decision.proposals or tuple(filter(None, (decision.match,)))
                continue
            items = all_items.browse(decision.match.keys).with_prefetch(all_items._prefetch_ids)
            targets[number] = items
            if len(items.account_id) == 1 and len(items.partner_id) <= 1:
                value["counterpart_account_id"] = items.account_id.id
                value["partner_id"] = items.partner_id.id
                value.update(match_state="matched", match_reason=decision.match.reason)
        lines = lines_model.create(values)
        plan, split = [], []
        for number, items in targets.items():
            line = lines[number]
            if line.match_state == "matched":
                plan.append(line._seek_for_lines()[2] | items)
            else:
                split.append((line, line._split_on(items), decisions[number].match.reason))
        if plan:
            items_model._reconcile_plan(plan)
        if split:
            lines_model._book(
                [(line, parts) for line, parts, _reason in split],
                {line.id: reason for line, _parts, reason in split},
            )
        lines_model._store_proposals(
            {lines[number].id: found for number, found in proposed.items()}
        )
        return lines

    def _create_statement(self, journal, statement, lines, is_partial):
        """One statement for the lines; balances only where all its entries are in it."""
        values = {
            "name": " ".join(filter(None, (journal.code, statement.number or statement.id))),
            "reference": self.name,
            "journal_id": journal.id,
            "import_id": self.id,
        }
        if statement.is_proved and not is_partial:
            values["balance_start"] = float(statement.opening)
            values["balance_end_real"] = float(statement.closing)
        record = self.env["account.bank.statement"].with_context(**QUIET).create(values)
        lines.with_context(skip_account_move_synchronization=True).write(
            {"statement_id": record.id}
        )
        if statement.is_proved and not is_partial:
            record.write(
                {
                    "balance_start": float(statement.opening),
                    "balance_end_real": float(statement.closing),
                }
            )
        return record

    # === VALUES === #

    def _prepare_line(self, journal, statement, key, entry):
        """Values of a line; those of the only payment are its own."""
        detail = entry.details[0] if len(entry.details) == 1 else None
        returned = classify(entry)
        problems = list(entry.problems)
        if entry.is_reversal and not statement.is_proved:
            problems.append("unproved")
        texts = detail.text if detail else ""
        charges = (detail.charges if detail else None) or entry.charges
        return {
            "journal_id": journal.id,
            "import_id": self.id,
            "entry_key": key,
            "date": entry.booking_date
            or entry.value_date
            or statement.date
            or self.company_id._get_billing_today(),
            "value_date": entry.value_date,
            "amount": float(entry.amount),
            "payment_ref": texts or entry.info or entry.reference or statement.number or "/",
            "partner_name": detail.name if detail else "",
            "account_number": detail.iban if detail else "",
            "bank_reference": entry.reference,
            "bank_codes": " ".join(entry.codes),
            "transaction_type": entry.info[:200],
            "batch_reference": entry.batch_id or (detail.batch_id if detail else ""),
            "batch_count": entry.batch_count or len(entry.details),
            "end_to_end_id": detail.end_to_end_id if detail else "",
            "mandate_reference": detail.mandate_id if detail else "",
            "creditor_reference": detail.reference if detail else "",
            "original_amount": float((detail.original_amount if detail else None) or 0),
            "charge_amount": float(charges or 0),
            "return_reason": detail.reason if detail else "",
            "is_reversal": entry.is_reversal,
            "is_return": bool(returned),
            "entry_problems": " ".join(problems),
            "match_state": "look" if returned or problems else "open",
        }

    def _create_details(self, line, entry):
        details = self.env["bank.statement.detail"]
        return details.create(
            [
                {
                    **details._prepare_values(detail, line.currency_id),
                    "import_id": self.id,
                    "line_id": line.id,
                }
                for detail in entry.details
            ]
        )

    # === NOTIFICATIONS === #

    def _keep_notification(self, journal, statement):
        """Keep the payments of a notification (camt.052, camt.054) for the entry in the statement.

        They move no money: what is booked is what the statement books.
        """
        details = self.env["bank.statement.detail"]
        currency = journal.currency_id or journal.company_id.currency_id
        seen = set(
            details.search([("company_id", "=", self.company_id.id), ("notice_key", "!=", False)])
            .mapped("notice_key")
        )  # fmt: skip
        values, count = [], 0
        for entry in statement.entries:
            key = make_notice_key(journal, entry)
            if not key or key in seen:
                continue
            seen.add(key)
            count += 1
            values += [
                {
                    **details._prepare_values(detail, currency),
                    "import_id": self.id,
                    "notice_key": key,
                    "notice_count": len(entry.details),
                }
                for detail in entry.details
            ]
        details.create(values)
        lines = self.env["account.bank.statement.line"].search(
            [("journal_id", "=", journal.id), ("is_reconciled", "=", False),
             ("import_id", "!=", False)]
        )  # fmt: skip
        attached = self._attach_notifications(journal, lines)
        attached.filtered("is_return")._process_returns()
        return self._get_notification_message(statement, count)

    def _attach_notifications(self, journal, lines):
        """Give collective entries without payments those that a notification told of.

        :return: the lines that got some
        """
        bare = lines.filtered(lambda line: not line.detail_ids and line.batch_count != 1)
        keys = {}
        for line in bare:
            entry = line._get_entry()
            key = make_notice_key(journal, entry, line.bank_reference, line.date)
            keys.setdefault(key, line)
        details = self.env["bank.statement.detail"].search(
            [("notice_key", "in", [key for key in keys if key]), ("line_id", "=", False)]
        )
        attached = lines.browse()
        for key, found in details.grouped("notice_key").items():
            line = keys[key]
            if line.currency_id.compare_amounts(sum(found.mapped("amount")), line.amount) == 0:
                found.write({"line_id": line.id})
                attached |= line
        return attached


def make_keys(entries):
    """Names by which entries are known again, also from another file: what they say, counted.

    Two entries that say the same on one day are two payments, not one twice.
    """
    seen, keys = Counter(), []
    for entry in entries:
        said = _say(entry)
        seen[said] += 1
        keys.append(hashlib.sha256(f"{said}|{seen[said]}".encode()).hexdigest()[:40])
    return keys


def _say(entry: Entry):
    day = entry.booking_date or entry.value_date
    parts = [str(day), str(entry.amount), entry.currency]
    if entry.reference:
        return "|".join([*parts, entry.reference])
    for detail in entry.details:
        parts += [detail.end_to_end_id, detail.mandate_id, detail.iban, detail.name, detail.text]
    return "|".join([*parts, entry.entry_reference, entry.batch_id, entry.info])


def make_notice_key(journal, entry, reference="", day=None):
    """How a notification and the statement call the same entry; nothing when they cannot."""
    name = reference or entry.reference or entry.batch_id
    day = day or entry.booking_date or entry.value_date
    return f"{journal.id}|{day}|{entry.amount:.3f}|{name}" if name else ""

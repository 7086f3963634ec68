from odoo import models


class BankStatementImport(models.Model):
    """Notifications tell of payments, statements book them."""

    _inherit = "bank.statement.import"

    def _keep_notification(self, journal, statement):
        """Keep the payments of a notification (camt.052, camt.054) for the entry in the statement.

        They move no money: what is booked is what the statement books.
        """
        details = self.env["bank.statement.detail"]
        currency = journal.currency_id or journal.company_id.currency_id
        keys = [make_notice_key(journal, entry) for entry in statement.entries]
        known = details.search_fetch([("notice_key", "in", list(set(keys)))], ["notice_key"])
        seen = set(known.mapped("notice_key"))
        values, count = [], 0
        for key, entry in zip(keys, statement.entries, strict=True):
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
        """Give entries that tell nothing of their payments those that a notification told of.

        :return: the lines that got some
        """
        bare = lines.filtered(_is_bare)
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


def _is_bare(line):
    """Whether an entry says only how much: a bundle of one looks like a single payment."""
    told = line.end_to_end_id or line.mandate_reference or line.account_number
    return not line.detail_ids and not (line.batch_count == 1 and told)


def make_notice_key(journal, entry, reference="", day=None):
    """How a notification and the statement call the same entry; nothing when they cannot."""
    name = reference or entry.reference or entry.batch_id
    day = day or entry.booking_date or entry.value_date
    return f"{journal.id}|{day}|{entry.amount:.3f}|{name}" if name else ""

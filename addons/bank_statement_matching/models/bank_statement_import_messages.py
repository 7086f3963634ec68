from odoo import models
from odoo.exceptions import UserError


class BankStatementImport(models.Model):
    _inherit = "bank.statement.import"

    def _get_error_message(self, error):
        """Say what is wrong with a file and what to do about it.

        :param error: ``core.records.StatementError``
        """
        data = {key: _show(value) for key, value in error.data.items()}
        texts = {**self._get_file_messages(data), **self._get_content_messages(data)}
        return texts[error.code]()

    def _get_file_messages(self, data):
        """Messages for files that are wrong as a whole, made when they are asked for."""
        return {
            "too_large": lambda: self.env._(
                "The file is larger than %(limit)s MB. Ask your bank for smaller files.", **data
            ),
            "empty": lambda: self.env._("The file is empty. Download it again."),
            "unknown_format": lambda: self.env._(
                "This is no bank statement in camt.052, camt.053, camt.054, MT940 or CSV-CAMT. "
                "Choose one of these formats at your bank."
            ),
            "encoding": lambda: self.env._(
                "The text of the file cannot be read. Download it again, and do not save it with "
                "another program in between."
            ),
            "malformed": lambda: self._get_malformed_message(data),
            "doctype": lambda: self.env._(
                "The file contains a document type definition, which no bank sends and which "
                "could do harm. Download it from your bank again."
            ),
            "too_deep": lambda: self.env._(
                "The file is nested deeper than any statement. Download it from your bank again."
            ),
            "too_many": lambda: self.env._(
                "The file holds more than %(limit)s parts. Ask your bank for smaller files.",
                **data,
            ),
            "no_statement": lambda: self.env._(
                "The file holds no statement. Check that you downloaded statements, not orders "
                "or status reports."
            ),
            "no_account": lambda: self.env._(
                "A statement does not say for which account it is. Ask your bank for a complete "
                "file."
            ),
        }

    def _get_content_messages(self, data):
        """Messages for what stands in a file."""
        return {
            "amount": lambda: self.env._(
                "%(place)s: “%(value)s” is no amount. Download the file again; if it stays like "
                "this, ask your bank.",
                **{"place": "", "value": "", **data},
            ),
            "precision": lambda: self.env._(
                "%(place)s: %(value)s %(currency)s is more precise than the currency. It cannot "
                "be booked; ask your bank for rounded amounts.",
                **{"place": "", **data},
            ),
            "currency": lambda: self.env._(
                "The statement of %(account)s in %(currency)s has entries in %(others)s. Ask your "
                "bank for amounts in the currency of the account.",
                **data,
            ),
            "date": lambda: self.env._(
                "%(place)s: “%(value)s” is no date. Download the file again; if it stays like "
                "this, ask your bank.",
                **{"place": "", **data},
            ),
            "sum": lambda: self.env._(
                "Statement %(statement)s of %(account)s: opening balance %(opening)s and entries "
                "%(entries)s do not add up to the closing balance %(closing)s; %(difference)s is "
                "missing. Nothing was imported: ask your bank for a complete file.",
                **data,
            ),
            "columns": lambda: self.env._(
                "Columns are missing: %(columns)s. Export the file as CSV-CAMT.", **data
            ),
        }

    def _get_malformed_message(self, data):
        if data.get("line") not in (None, "0"):
            return self.env._(
                "The file is damaged or cut off (line %(line)s). Download it again.", **data
            )
        return self.env._("The file is damaged or cut off. Download it again.")

    def _get_known_message(self, twin):
        return self.env._(
            "The same file was imported before, as “%(name)s” on %(date)s. Nothing was booked "
            "again.",
            name=twin.name,
            date=twin.create_date.date(),
        )

    def _get_all_known_message(self):
        return self.env._(
            "All entries of this file were booked from an earlier one. Nothing was booked again."
        )

    def _get_waiting_message(self):
        if self.entry_count:
            return self.env._(
                "%(done)s of %(total)s entries are booked; the others follow in the background.",
                done=self.entry_count,
                total=self.total_count,
            )
        return self.env._("%s entries: they are imported in the background.", self.total_count)

    def _get_stopped_message(self, error):
        """Say why the import stopped on the way.

        :param error: an exception; only those made for people are shown
        """
        reason = str(error) if isinstance(error, UserError) else None
        return self.env._(
            "%(done)s of %(total)s entries are booked. Then this came up: %(reason)s Put it "
            "right, then continue here or import the file again: no entry is booked twice.",
            done=self.entry_count,
            total=self.total_count,
            reason=reason or self.env._("An error that only the log of the server explains."),
        )

    def _get_no_journal_message(self, statement, found):
        if found:
            return self.env._(
                "Account %(account)s in %(currency)s belongs to several journals: %(journals)s. "
                "Give it to one of them only.",
                account=statement.account,
                currency=statement.currency,
                journals=", ".join(found.mapped("display_name")),
            )
        return self.env._(
            "No bank journal of %(company)s has the account %(account)s in %(currency)s. Its "
            "entries were not imported: enter the account number in the journal, or choose the "
            "company that owns the account.",
            company=self.company_id.display_name,
            account=statement.account,
            currency=statement.currency,
        )

    def _get_other_journal_message(self, statement, found):
        return self.env._(
            "Account %(account)s is that of %(found)s, but the file was given for %(journal)s. "
            "Its entries were not imported: put the file into the right folder.",
            account=statement.account,
            found=", ".join(found.mapped("display_name")),
            journal=self.journal_id.display_name,
        )

    def _get_notification_message(self, statement, count):
        return self.env._(
            "%(account)s: a notification with %(count)s new entries. It moves no money; its "
            "payments are added to the entries of the statement.",
            account=statement.account,
            count=count,
        )


def _show(value):
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)

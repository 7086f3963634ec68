import hashlib
from collections import Counter

from odoo import models

from ..core.records import Entry
from ..core.returns import classify


class BankStatementImport(models.Model):
    """Entries of files as values of bank statement lines."""

    _inherit = "bank.statement.import"

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

    def _create_details(self, pairs):
        """Keep the payments of collective entries, given as pairs of line and entry."""
        details = self.env["bank.statement.detail"]
        return details.create(
            [
                {
                    **details._prepare_values(detail, line.currency_id),
                    "import_id": self.id,
                    "line_id": line.id,
                }
                for line, entry in pairs
                if len(entry.details) > 1
                for detail in entry.details
            ]
        )


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

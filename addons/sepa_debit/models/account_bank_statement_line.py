from odoo import api, models
from odoo.fields import Domain
from odoo.tools import escape_psql

from ..core.recognition import Came, Register, SentDebit, find_words
from .sepa_collection_notice import _cents


class AccountBankStatementLine(models.Model):
    """Bank entries and debits: what was collected comes in, what was returned goes out."""

    _inherit = "account.bank.statement.line"

    @api.model
    def _get_matching_candidates(self, journal, payments):
        batches = self.env["sepa.collection.batch"].sudo()
        batches._book_what_arrived(journal, payments)
        items = super()._get_matching_candidates(journal, payments)
        return [*items, *batches._get_awaited_items(journal)]

    # === RETURNS === #

    def _process_return(self, returned):
        """Undo our debit that came back; see the contract of the base."""
        self.ensure_one()
        collection = self._recognise_debit(returned)
        counterparts = collection and collection._take_back(self, returned)
        return counterparts or super()._process_return(returned)

    def _recognise_debit(self, returned):
        """Return the debit that a return is about, empty when it is none of ours or not plain."""
        none = self.env["sepa.collection"].sudo()
        if returned.is_bundle:
            return none
        collections = self._search_debits(returned)
        register = Register([self._get_sent_debit(collection) for collection in collections])
        original = returned.original_amount
        found = register.recognise(
            Came(
                booked_on=self.date,
                cents=_cents(returned.amount),
                original_cents=None if original is None else _cents(original),
                end_to_end_id=returned.end_to_end_id,
                mandate=returned.mandate_id,
                iban=returned.iban,
                text=returned.text,
            )
        )
        return none.browse(found.key) if found else none

    def _search_debits(self, returned):
        """All debits that were with the bank and that anything in the return points to."""
        words = {returned.end_to_end_id, *find_words(returned.text)} - {""}
        names = words | {word.upper() for word in words}
        points = Domain("end_to_end_id", "in", list(names))
        if returned.mandate_id:
            points |= Domain("sent_reference", "=ilike", escape_psql(returned.mandate_id))
        if returned.iban:
            points |= Domain("sent_iban", "=", returned.iban)
        return (
            self.env["sepa.collection"]
            .sudo()
            .search(
                Domain("company_id", "=", self.company_id.id)
                & Domain("state", "in", ("submitted", "settled", "failed"))
                & points
            )
        )

    def _get_sent_debit(self, collection):
        """Facts of a debit for the rules; this entry may have told of its return before."""
        entries = collection.return_ids.statement_line_id - self
        return SentDebit(
            key=collection.id,
            end_to_end_id=collection.end_to_end_id or "",
            mandate=collection.sent_reference or "",
            iban=collection.sent_iban or "",
            cents=_cents(collection.amount),
            collect_on=collection.collect_on,
            is_open=not entries,
        )

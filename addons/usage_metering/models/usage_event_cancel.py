from odoo import api, models
from odoo.tools import split_every

from . import usage_event_writer as writer

CHUNK = 10_000


class UsageEvent(models.Model):
    """Events that no longer count."""

    _inherit = "usage.event"

    @api.model
    def _cancel_events(self, keys, reason=None, company=None):
        """Cancel events: they stay, and do not count any more. Their keys stay used.

        Contract: as ``_ingest()``, in transactions of its own that are committed on return.
        Periods that are billed already are rated again and corrected. Events of contracts that
        the user may not see count as unknown.

        :param keys: list of keys
        :param reason: text, shown with the event
        :return: dict of key to ``cancelled``, ``already_cancelled`` or ``unknown``
        """
        company = company or self.env.company
        results = {}
        for part in split_every(CHUNK, dict.fromkeys(keys), list):
            with self._ingestion_cursor() as cr:
                results |= self._cancel_part(cr, part, reason, company)
        self.invalidate_model()
        return results

    @api.model
    def _cancel_here(self, keys, reason=None, company=None):
        """Like ``_cancel_events()``, in the caller's transaction."""
        company = company or self.env.company
        results = self._cancel_part(self.env.cr, list(dict.fromkeys(keys)), reason, company)
        self.invalidate_model()
        return results

    def _cancel_part(self, cr, keys, reason, company):
        texts = [key for key in keys if isinstance(key, str) and "\x00" not in key]
        found = writer.find_events(cr, company.id, texts)
        contract_ids = {contract_id for _id, contract_id, _is_cancelled in found.values()}
        contracts = self.env["billing.subscription"].browse(contract_ids)
        visible = set(contracts._filtered_access("read").ids)
        # Read and written in two statements: who cancels in between has cancelled before us.
        wanted = [key for key, (_id, contract, _is) in found.items() if contract in visible]
        done = writer.cancel_keys(cr, company.id, wanted, reason, self.env.uid) if wanted else ()
        results = dict.fromkeys(keys, "unknown")
        for key in wanted:
            results[key] = "cancelled" if found[key][0] in done else "already_cancelled"
        return results

from collections import defaultdict
from contextlib import contextmanager

from odoo import models
from odoo.tools import float_repr

from ..core import settlement

# Key in the cursor's cache: moves that somebody up the call stack already watches.
WATCHED = "billing_base.settlement_watched"


class AccountMove(models.Model):
    _inherit = "account.move"

    # === WHAT IS SETTLED === #

    def _get_open_items(self):
        """Return the receivable lines of those moves in self that are posted.

        With sudo: what an item is must not depend on who asks.
        """
        return (
            self.env["account.move.line"]
            .sudo()
            .search(
                [
                    ("move_id", "in", self.ids),
                    ("parent_state", "=", "posted"),
                    ("account_id.account_type", "=", "asset_receivable"),
                ],
                order="id",
            )
        )

    def _is_settled(self):
        """Whether this move is posted, has open items and all of them are settled.

        Unlike ``payment_state`` this also asks whether money is still under way, and knows the
        way back (returned debits, removed reconciliations).
        """
        self.ensure_one()
        items = self._get_open_items()
        return bool(items) and len(items._get_settled_items()) == len(items)

    # === TRACKING === #

    @contextmanager
    def _track_settlement(self):
        """Compare which open items of these moves are settled before and after the block.

        The hooks ``_settled_hook`` / ``_unsettled_hook`` of journal items and moves are called
        once, when the outermost block that watches a move ends without an error, in the same
        transaction. Blocks nested in it leave the moves it watches alone, so reconciling and
        closing a collection in one block is one transition. A fixed number of queries per block,
        whatever the number of moves.

        Everything core does to a move or its partial reconciliations is tracked already.
        Collectors put it around changes of what ``_get_amount_in_collection()`` answers.
        """
        watched = self.env.cr.cache.setdefault(WATCHED, set())
        moves = self.sudo().browse(id_ for id_ in self.ids if id_ not in watched)
        if not moves:
            yield
            return
        watched.update(moves.ids)
        try:
            before = moves._get_settlement_snapshot()
            yield
            after = moves._get_settlement_snapshot()
        finally:
            watched.difference_update(moves.ids)
        moves._call_settlement_hooks(settlement.compare(before, after))

    def _get_settlement_snapshot(self):
        items = self._get_open_items()
        settled = set(items._get_settled_items().ids)
        snapshot = defaultdict(dict)
        for item in items:
            snapshot[item.move_id.id][item.id] = item.id in settled
        return snapshot

    def _call_settlement_hooks(self, transitions):
        lines = self.env["account.move.line"].sudo()
        if transitions.unsettled_items:
            lines.browse(transitions.unsettled_items)._unsettled_hook()
        if transitions.settled_items:
            lines.browse(transitions.settled_items)._settled_hook()
        if transitions.unsettled_documents:
            self.sudo().browse(transitions.unsettled_documents)._unsettled_hook()
        if transitions.settled_documents:
            self.sudo().browse(transitions.settled_documents)._settled_hook()

    # === SEAMS === #

    def _settled_hook(self):
        """Called for moves whose last open item just became settled.

        Contract: call super. ``self`` is never empty, comes with sudo (whoever reconciles needs
        no rights on what reacts) and may hold moves of several companies and types. Runs in the
        transaction of the change: keep it short, talk to the outside from a cron.
        """
        self._record_settlement("invoice.settled")

    def _unsettled_hook(self):
        """Called for moves that were settled and are not any more.

        Contract as ``_settled_hook``. The move may be back in draft or cancelled.
        """
        self._record_settlement("invoice.unsettled")

    def _record_settlement(self, event_type):
        invoices = self.filtered(lambda move: move.move_type == "out_invoice")
        self.env["billing.event"]._record(
            event_type, invoices, lambda move: move._prepare_settlement_payload()
        )

    def _prepare_settlement_payload(self):
        """Return the payload of ``invoice.settled`` and ``invoice.unsettled``."""
        self.ensure_one()
        return {
            "number": self.name,
            "amount_total": float_repr(self.amount_total, self.currency_id.decimal_places),
            "currency": self.currency_id.name,
        }

    # === WHERE CORE CHANGES IT === #

    def _post(self, soft=True):
        # With the invoices a credit note is going to be reconciled with, so that all hooks run
        # when core is done.
        with (self | self.sudo().reversed_entry_id)._track_settlement():
            return super()._post(soft=soft)

    def write(self, vals):
        # Drafts can be reconciled, and going back to draft keeps the reconciliation.
        if "state" not in vals:
            return super().write(vals)
        with self._track_settlement():
            return super().write(vals)

from contextlib import contextmanager
from decimal import Decimal

from odoo import api, models
from odoo.exceptions import LockError
from odoo.tools import SQL

from ..core.collection import collectable


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    # === AMOUNT IN COLLECTION === #

    def _get_amount_in_collection(self):
        """Return how much of each line is being collected right now.

        Contract: every collector (direct debit, saved card, prepaid balance, portal payment)
        overrides this, calls super and adds the amounts it has under way and that are not yet
        reconciled for good:

            amounts = super()._get_amount_in_collection()
            for line, amount in ...:
                amounts[line.id] += amount
            return amounts

        One query per collector for all lines, and sudo where the user may lack rights: the
        answer must be the same for everybody.

        :return: dict of line id to a float >= 0 in the line's currency; an entry for every
            line in ``self``
        """
        return dict.fromkeys(self.ids, 0.0)

    def _get_amount_collectable(self):
        """Return how much a collector may still take for each line.

        Contract: not to be overridden. Lock first with ``_lock_for_collection()``; without the
        lock the figure is good for display only.

        :return: dict of line id to a float >= 0 in the line's currency: the open amount of a
            posted receivable minus what is in collection, 0.0 for any other line
        """
        in_collection = self._get_amount_in_collection()
        amounts = dict.fromkeys(self.ids, 0.0)
        for line in self.filtered(lambda line: line._is_open_item()):
            amount = collectable(
                Decimal(str(line.amount_residual_currency)), Decimal(str(in_collection[line.id]))
            )
            amounts[line.id] = line.currency_id.round(float(amount))
        return amounts

    def _lock_for_collection(self):
        """Lock these lines until the end of the transaction and read them afresh.

        Contract: to be called before ``_get_amount_collectable()`` by whoever is about to
        collect, in the transaction that records the collection. It never waits.

        Odoo's transactions see the database as of their first query. A row lock alone would
        let a second collector in as soon as the first has committed, blind for the collection
        just recorded. So the row gets a new version: a collector whose view is older fails with
        a serialization error (which requests repeat and runs must set aside), instead of
        collecting twice.

        :return: ``self``, with nothing left in the cache
        :raise LockError: (a UserError) when somebody else works on one of the lines
        """
        self.flush_recordset()
        try:
            self.lock_for_update()
        except LockError as error:
            raise LockError(
                self.env._(
                    "Another collection or payment is just being booked for one of these open "
                    "items. Try again in a moment."
                )
            ) from error
        if self.ids:
            self.env.cr.execute(
                SQL(
                    "UPDATE account_move_line SET write_date = write_date WHERE id IN %s",
                    tuple(self.ids),
                )
            )
        self.invalidate_recordset()
        return self

    # === SETTLED === #

    def _is_open_item(self):
        """Whether this is a receivable line of a posted move, paid or not."""
        self.ensure_one()
        return self.parent_state == "posted" and self.account_id.account_type == "asset_receivable"

    def _is_settled(self):
        """Whether this open item is reconciled and no money for it is still under way.

        False for anything that is no open item (drafts, other accounts).
        """
        self.ensure_one()
        return bool(self._get_settled_items())

    def _get_settled_items(self):
        """Return those lines in self that are settled (see ``_is_settled``), in batch.

        With sudo: whether money is under way must not depend on who asks.
        """
        reconciled = self.sudo().filtered(lambda line: line._is_open_item() and line.reconciled)
        amounts = reconciled._get_amount_in_collection()
        return self.browse(
            line.id for line in reconciled if line.currency_id.is_zero(amounts[line.id])
        )

    @contextmanager
    def _track_settlement(self):
        """Watch the moves of these lines, see ``account.move._track_settlement()``.

        For collectors::

            with lines._track_settlement():
                collections._set_collected()
        """
        with self.sudo().move_id._track_settlement():
            yield

    def _settled_hook(self):
        """Called for open items that just became settled.

        Contract: override, call super, react; nothing to return. ``self`` is never empty, comes
        with sudo and may hold lines of several companies and of payments as well as invoices:
        filter. Called once per transition, in the transaction of the change.
        """

    def _unsettled_hook(self):
        """Called for open items that were settled and are not any more.

        Contract as ``_settled_hook``. The move may be back in draft or cancelled.
        """

    # === WHERE CORE CHANGES IT === #

    @api.model
    def _reconcile_plan(self, reconciliation_plan):
        # Watched from here, the hooks run when core is done with the whole plan.
        with self.browse(_get_plan_line_ids(reconciliation_plan))._track_settlement():
            return super()._reconcile_plan(reconciliation_plan)


def _get_plan_line_ids(plan):
    """Return the ids of all lines in a plan of core: nested lists of recordsets."""
    if isinstance(plan, models.BaseModel):
        return set(plan.ids)
    return {id_ for node in plan for id_ in _get_plan_line_ids(node)}

from odoo import api, fields, models
from odoo.fields import Domain

from ..core.collection import LIVE
from .account_payment_method import SEPA_DEBIT


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    sepa_collection_ids = fields.One2many("sepa.collection", "move_line_id", "Debits")

    # === AMOUNT IN COLLECTION === #

    def _get_amount_in_collection(self):
        """Add what is planned or on its way to the bank.

        A plan for an item that is paid by other means meanwhile is void. A collection that is
        booked has reduced the open amount already; it counts for an item that is reconciled,
        which is not settled before the money is there.
        """
        amounts = super()._get_amount_in_collection()
        groups = (
            self.env["sepa.collection"]
            .sudo()
            ._read_group(
                [("move_line_id", "in", self.ids), ("state", "in", LIVE)],
                ["move_line_id", "is_booked", "state"],
                ["amount:sum"],
            )
        )
        for line, is_booked, state, amount in groups:
            is_pending = state == "submitted" and (not is_booked or line.reconciled)
            is_plan = state != "submitted" and not line.reconciled
            if is_pending or is_plan:
                amounts[line.id] += amount
        return amounts

    @api.model
    def _get_sepa_due_domain(self, company):
        """Open items that are to be collected by direct debit and are not yet.

        After a failure an item waits until a reason or a person allows another attempt.
        """
        busy = Domain("state", "in", LIVE) | (
            Domain("state", "=", "failed") & Domain("is_retry_allowed", "=", False)
        )
        return (
            Domain("company_id", "=", company.id)
            & Domain("parent_state", "=", "posted")
            & Domain("account_id.account_type", "=", "asset_receivable")
            & Domain("reconciled", "=", False)
            & Domain("amount_residual_currency", ">", 0)
            & Domain("move_id.preferred_payment_method_line_id.code", "=", SEPA_DEBIT)
            & ~Domain("sepa_collection_ids", "any", busy)
        )

    # === WHERE CORE CHANGES IT === #

    @api.model
    def _reconcile_plan(self, reconciliation_plan):
        result = super()._reconcile_plan(reconciliation_plan)
        moves = _get_moves(reconciliation_plan)
        if batches := moves.sudo().sepa_batch_id:
            batches._settle_received()
        return result


def _get_moves(plan):
    """Return the moves of all lines in a plan of core: nested lists of recordsets."""
    if isinstance(plan, models.BaseModel):
        return plan.move_id
    moves = [_get_moves(node) for node in plan]
    return moves[0].union(*moves[1:]) if moves else _Nothing()


class _Nothing:
    """An empty plan has no moves."""

    def sudo(self):
        return self

    sepa_batch_id = ()

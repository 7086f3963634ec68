from odoo import models


class SepaReturn(models.Model):
    """A return in the books: posted entries stay, what they paid is open again."""

    _inherit = "sepa.return"

    def _undo_booking(self):
        """Open the invoices again; take back through the clearing what was never credited.

        What came back is booked by the entry of the bank (see ``_prepare_counterparts``).
        """
        collections = self.collection_id
        collections.booking_line_id.remove_move_reconcile()
        rejected = self.filtered(
            lambda r: (
                r.kind == "rejected" and r.collection_id.booking_line_id and not r.reversal_id
            )
        )
        for batch, returns in rejected.grouped(lambda r: r.collection_id.batch_id).items():
            returns._take_back_from_clearing(batch)

    def _take_back_from_clearing(self, batch):
        """Book that the bank will credit less: one entry for all rejected debits of a file."""
        lines = [returned._prepare_take_back_values() for returned in self]
        values = batch._prepare_entry_values(lines, self[0].returned_on)
        move = self.env["account.move"].create(values)
        move.with_context(tracking_disable=True)._post(soft=False)
        self.write({"reversal_id": move.id})
        debits = move.line_ids.filtered(lambda line: line.debit > 0).sorted("id")
        credit = move.line_ids - debits
        plan = [
            returned.collection_id.booking_line_id | line
            for returned, line in zip(self, debits, strict=True)
        ]
        waiting = batch._get_clearing_lines().filtered(lambda line: not line.reconciled)
        if waiting:
            plan.append(waiting | credit)
        self.env["account.move.line"]._reconcile_plan(plan)

    def _prepare_take_back_values(self):
        self.ensure_one()
        booked = self.collection_id.booking_line_id
        return {
            "account_id": booked.account_id.id,
            "partner_id": booked.partner_id.id,
            "name": self.env._(
                "%(reference)s rejected (%(reason)s)",
                reference=self.collection_id.end_to_end_id,
                reason=self.reason_code or "–",
            ),
            "currency_id": booked.currency_id.id,
            "amount_currency": -booked.amount_currency,
            "balance": -booked.balance,
        }

    # === THE ENTRY OF THE BANK === #

    def _prepare_counterparts(self, line):
        """Return how the entry of the bank is booked: what was collected, and the charges.

        Without an account for charges they stay open on the entry: somebody assigns them.

        :param line: ``account.bank.statement.line``
        """
        self.ensure_one()
        account, partner, items = self._get_counterpart_target()
        name = self.env._(
            "Return of %(reference)s (%(reason)s)",
            reference=self.collection_id.end_to_end_id,
            reason=self.reason_code or "–",
        )
        counterparts = [
            {
                "account_id": account.id,
                "partner_id": partner.id,
                "amount": -self.amount,
                "name": name,
                "items": items,
            }
        ]
        charges = self.creditor_id.charge_account_id
        if charges and not self.currency_id.is_zero(self.charge_amount):
            counterparts.append(
                {
                    "account_id": charges.id,
                    "partner_id": False,
                    "amount": -self.charge_amount,
                    "name": self.env._(
                        "Charges for the return of %s", self.collection_id.end_to_end_id
                    ),
                    "items": self.env["account.move.line"],
                }
            )
        return counterparts

    def _get_counterpart_target(self):
        """Return account, partner and items that the collected amount is booked on.

        Usually the customer, reconciled with what the debit had paid. What was taken back through
        the clearing before belongs there: the bank has credited the whole file after all. Where
        the invoice stays paid (collected twice, says the bank), it is open on the customer.
        """
        none = self.env["account.move.line"]
        booked = self.collection_id.booking_line_id
        if self.reversal_id or not booked:
            clearing = self.creditor_id.clearing_account_id
            back = self.reversal_id.line_ids.filtered(
                lambda item: item.account_id == clearing and not item.reconciled
            )
            return clearing, self.env["res.partner"], back
        return booked.account_id, booked.partner_id, none if booked.reconciled else booked

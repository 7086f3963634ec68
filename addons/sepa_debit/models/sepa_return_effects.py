from odoo import models

from ..core.returns import AccountAction, action_for, mandate_action, next_step

MANDATE_STATES = {"suspend": "suspended", "end": "ended", "revoke": "revoked"}


class SepaCollection(models.Model):
    """From a debit that failed to its return."""

    _inherit = "sepa.collection"

    def _fail(self, reason, kind="rejected", returned_on=None, **values):
        """These did not bring money, or it was taken back: undo them and do what follows.

        Contract: for whoever hears of it (statement, status report, person). Only what is with
        the bank or collected can fail; the others are left out, so nothing happens twice.

        :param str reason: code of the bank, "" without
        :param str kind: "rejected" before the debtor's account was debited: as if it had never
            been collected; "returned" after: the bank shows the money leaving again
        :param date returned_on: day of it, today by default
        :param values: further values of the ``sepa.return`` records
        :return: the new ``sepa.return`` records, with sudo
        """
        failed = self.sudo()._set_state("failed", reason_code=reason)
        if kind == "returned":
            failed._remember_settled()
        returns = self.env["sepa.return"].sudo()
        returns = returns.create(
            [
                {
                    "collection_id": collection.id,
                    "kind": kind,
                    "reason_code": reason,
                    "returned_on": returned_on or collection.company_id._get_billing_today(),
                    **values,
                }
                for collection in failed
            ]
        )
        if returns:
            returns._apply()
        return returns

    def _count_failures_in_a_row(self, reason):
        """Return per mandate id how many of its last debits failed for this reason."""
        counts = {}
        latest = self.search_fetch(
            [("mandate_id", "in", self.mandate_id.ids), ("state", "in", ("failed", "settled"))],
            ["mandate_id", "reason_code", "state"],
            order="mandate_id, id desc",
        )
        for mandate, collections in latest.grouped("mandate_id").items():
            codes = [c.reason_code if c.state == "failed" else None for c in collections]
            counts[mandate.id] = next(
                (n for n, code in enumerate(codes) if code != reason), len(codes)
            )
        return counts


class SepaReturn(models.Model):
    """What follows from a return, by its reason (see ``core/returns.py``)."""

    _inherit = "sepa.return"

    def _apply(self):
        """Undo the bookings, then mandate, account, next attempt, fee, notice, events."""
        reopening = self.filtered(lambda r: action_for(r.reason_code or "").reopens)
        reopening._undo_booking()
        for reason, returns in self.grouped(lambda r: r.reason_code or "").items():
            returns._apply_to_mandates(reason)
            returns._apply_to_accounts(reason)
            returns._decide_next_step(reason)
        self._charge_fees()
        self._tell_customers()
        self._record_events()
        self._returned_hook()

    def _apply_to_mandates(self, reason):
        counts = self.collection_id._count_failures_in_a_row(reason)
        by_state = {}
        for mandate in self.mandate_id:
            action = mandate_action(reason, counts.get(mandate.id, 0))
            state = MANDATE_STATES.get(action.value)
            if state and mandate.state in ("active", "suspended") and mandate.state != state:
                by_state.setdefault(state, []).append(mandate.id)
        for state, ids in by_state.items():
            mandates = self.env["sepa.mandate"].sudo().browse(ids)
            mandates._set_state(state)
            waiting = mandates.collection_ids.filtered(lambda c: c.batch_id.state != "written")
            waiting._cancel_open(self.env._("An earlier debit came back."))

    def _apply_to_accounts(self, reason):
        action = action_for(reason).account
        if action is not AccountAction.KEEP:
            problem = "closed" if reason == "AC04" else action.value
            self.mandate_id.partner_bank_id.write({"sepa_problem": problem})

    def _decide_next_step(self, reason):
        action = action_for(reason)
        for returned in self:
            collection, creditor = returned.collection_id, returned.creditor_id
            step = next_step(
                reason,
                collection.attempt,
                creditor.max_attempts,
                returned.returned_on,
                creditor.retry_days,
                is_usable=returned.mandate_id.state == "active",
            )
            collection.write(
                {
                    "is_retry_allowed": step.kind == "retry",
                    "retry_on": step.not_before,
                    "is_attempt": step.counts,
                }
            )
            waits = action.needs_task or step.kind in ("fix", "person")
            returned.write(
                {
                    "is_disputed": action.is_disputed,
                    "next_step": step.kind,
                    "retry_on": step.not_before,
                    "state": "open" if waits else "done",
                }
            )

    def _record_events(self):
        self.env["billing.event"]._record(
            "collection.failed", self.collection_id, lambda c: c.return_ids._get_payload()
        )
        for returned in self:
            returned.move_id._message_log(body=returned._get_log_text())

    def _get_payload(self):
        """What the outside is told: plain values."""
        self.ensure_one()
        return {
            "reason": self.reason_code or "",
            "kind": self.kind,
            "invoice": self.move_id.name,
            "amount": str(self.amount),
            "charges": str(self.charge_amount),
            "next_step": self.next_step,
            "retry_on": str(self.retry_on or ""),
            "is_disputed": self.is_disputed,
        }

    def _get_log_text(self):
        steps = dict(self._fields["next_step"]._description_selection(self.env))
        return self.env._(
            "The debit %(reference)s failed: %(reason)s. %(step)s.",
            reference=self.collection_id.end_to_end_id,
            reason=self.reason,
            step=steps[self.next_step],
        )

from decimal import Decimal

from odoo import models

from ..core.records import Detail, Entry
from ..core.returns import classify


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    def _process_return(self, returned):
        """Undo a collection that came back, and say how the line is to be booked.

        Contract: addons that collect override this. If the return is one of theirs they undo the
        collection and return counterparts as ``_book`` takes them, adding up to the amount of the
        return (below zero): usually what was collected, reconciled with the item that is to be
        open again, and the charges on an account of costs. Otherwise they return what super
        returns. Called once per return while it is not booked: another file that tells of the
        same return must have no second effect. The original amount may be unknown
        (``None``): then it is the collection's.

        :param returned: ``core.returns.ReturnDebit``
        :return: list of counterparts, or None when the return is nobody's
        """
        self.ensure_one()
        return

    def _process_returns(self):
        """Book the return debits in self that somebody knows of; the others need a look.

        :return: the lines that are booked whole
        """
        plans, rest = [], self.browse()
        for line in self:
            counterparts = line._get_return_counterparts()
            if counterparts:
                plans.append((line, counterparts))
            else:
                rest |= line
        if plans:
            self._book(plans, dict.fromkeys((line.id for line, _parts in plans), "return"))
        if rest:
            rest._propose()
        return self.filtered("is_reconciled")

    def _get_return_counterparts(self):
        """Ask for each return of the line; one that is known is not asked for again."""
        self.ensure_one()
        counterparts = []
        details = self.detail_ids.filtered(lambda detail: not detail.is_processed)
        for detail in details or [None]:
            if detail is None and self.detail_ids:
                break
            for returned in classify(self._get_entry(detail)):
                found = None if returned.problems else self._process_return(returned)
                if found:
                    counterparts += found
                    if detail:
                        detail.sudo().is_processed = True
        return counterparts

    def _get_entry(self, detail=None):
        """This line, or one payment of it, as the rules see it (``core.records.Entry``)."""
        self.ensure_one()
        source = detail or self
        amount = source.amount if not detail or detail.is_amount_known else self.amount
        part = Detail(
            amount=_decimal(amount),
            end_to_end_id=source.end_to_end_id or "",
            mandate_id=source.mandate_reference or "",
            batch_id=source.batch_reference or "",
            original_amount=_decimal(source.original_amount) or None,
            charges=_decimal(source.charge_amount) or None,
            reason=source.return_reason or "",
            name=source.partner_name or "",
            iban=source.account_number or "",
            remittance=(source.payment_ref or "",),
            codes=tuple((source.bank_codes or "").split()),
        )
        has_payments = detail or self.end_to_end_id or self.mandate_reference or self.payment_ref
        return Entry(
            amount=_decimal(amount),
            currency=self.currency_id.name,
            is_reversal=self.is_reversal,
            codes=tuple((self.bank_codes or "").split()),
            batch_id=self.batch_reference or "",
            batch_count=None if detail else self.batch_count or None,
            details=(part,) if has_payments else (),
        )


def _decimal(amount):
    return Decimal(str(amount or 0))

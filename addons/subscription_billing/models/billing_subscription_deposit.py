from dataclasses import dataclass

from odoo import models

from ..core import repair
from ..core.deposit import Deposit, due_deposit, due_return, next_deposit_day
from .billing_subscription_line_facts import DueItem


@dataclass(frozen=True)
class DepositStanding:
    """A deposit as the rules see it; answers the same questions as ``LineStanding``.

    :ivar entries: all rows of the ledger of the line
    """

    deposit: Deposit
    entries: tuple[repair.LedgerEntry, ...]

    @property
    def next_day(self):
        """The day on which it is to charge or to give back."""
        return next_deposit_day(self.deposit, self.entries)

    def get_due(self, today, digits):
        """What goes on an invoice on a day: list of :class:`DueItem`, at most one."""
        charge = due_deposit(self.deposit, self.entries, today, digits)
        if charge:
            return [DueItem(*charge)]
        back = due_return(self.deposit, self.entries, today)
        return [DueItem(back, back.entry)] if back else []

    def get_settled(self, items, today):
        """The mark of the line: behind the deposit, and behind its return."""
        returned = any(item.is_credit for item in items)
        return max(today, self.deposit.period.end) if returned else self.deposit.period.end


class BillingSubscriptionLine(models.Model):
    """Deposits: charged once, given back at the end, whatever the periods of the contract."""

    _inherit = "billing.subscription.line"

    def _prepare_standing(self, entries):
        if not self._is_deposit():
            return super()._prepare_standing(entries)
        ends = (self.subscription_id.end_date, self.end_date)
        deposit = Deposit(
            day=self._get_first_day(),
            end=min(filter(None, ends), default=None),
            terms=self._get_terms(),
            quantity=self._get_quantity(),
        )
        return DepositStanding(deposit, entries)

    def _is_deposit(self):
        self.ensure_one()
        return self.charge_id.recurrence == "deposit"

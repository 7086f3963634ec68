from dataclasses import dataclass, replace

from odoo import api, fields, models

from ..core import repair
from ..core.deposit import Deposit, due_deposit, due_return, next_deposit_day
from .billing_subscription_line_facts import DueItem, entries_of


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

    def get_next_day(self, items):
        """The day on which something is to charge or to give back; nothing waits for it."""
        return None if items else self.next_day

    def get_due(self, today, digits):
        """What goes on an invoice on a day: list of :class:`DueItem`, at most one."""
        charge = due_deposit(self.deposit, self.entries, today, digits)
        if charge:
            return [DueItem(*charge)]
        back = due_return(self.deposit, self.entries, today)
        return [DueItem(back, back.entry)] if back else []

    def after(self, items):
        """The standing once items are billed, for looking ahead."""
        return replace(self, entries=(*self.entries, *entries_of(items, self.entries)))

    def get_settled(self, items, today):
        """The mark of the line: behind the deposit, and behind its return."""
        returned = any(item.is_credit for item in items)
        return max(today, self.deposit.period.end) if returned else self.deposit.period.end


class BillingCharge(models.Model):
    _inherit = "billing.charge"

    deposit_warning = fields.Char(compute="_compute_deposit_warning")

    @api.depends("recurrence", "product_id")
    @api.depends_context("company", "lang")
    def _compute_deposit_warning(self):
        for charge in self:
            charge.deposit_warning = charge._get_deposit_warning()

    def _get_deposit_warning(self):
        """A deposit is owed to the customer: neither income nor taxed when it comes in."""
        if self.recurrence != "deposit" or not self.product_id:
            return False
        account = self.product_id.product_tmpl_id.get_product_accounts()["income"]
        if account.internal_group == "income" or not account:
            return self.env._(
                "Product: a deposit is owed to the customer. Choose a product whose income "
                "account is a liability."
            )
        if self.product_id.taxes_id.filtered("amount"):
            return self.env._("Product: a deposit is not taxed. Choose a product without taxes.")
        return False


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

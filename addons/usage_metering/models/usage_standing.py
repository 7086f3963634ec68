"""Contract lines whose amounts follow from usage, as the rules see them."""

from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

from odoo.addons.subscription_billing.core import invoicing, repair
from odoo.addons.subscription_billing.core.pricing import Terms
from odoo.addons.subscription_billing.models.billing_subscription_line_facts import (
    AHEAD,
    DueItem,
)

from ..core.correction import Decision
from ..core.quota import Draw
from ..core.rating import Rated, Task, Window

ZERO = Decimal(0)


@dataclass(frozen=True)
class UsageEntry(repair.LedgerEntry):
    """A row of the ledger with what its rating was.

    :ivar rated: amount as it was computed, even where people changed it on the draft
    :ivar is_interim: billed before the period was over
    :ivar terms: by which it was priced, None for commitments
    """

    rated: Decimal = ZERO
    quantity: Decimal = ZERO
    draws: tuple[Draw, ...] = ()
    is_interim: bool = False
    terms: Terms | None = None


@dataclass(frozen=True)
class UsageItem(DueItem):
    """A period of a metered line to bill, or the difference to what was billed of it.

    :ivar rated: the whole period as it is rated now
    :ivar draws: what is taken from quotas beyond what was taken before
    :ivar before: quantity that was billed, None for a first charge
    :ivar number: counts the ratings of the period, from 0
    :ivar is_interim: billed before the period is over
    :ivar is_rest: the rest of a period that was billed before it was over: no correction
    """

    rated: Rated | None = None
    draws: tuple[Draw, ...] = ()
    before: Decimal | None = None
    number: int = 0
    is_interim: bool = False
    is_rest: bool = False
    terms: Terms | None = None

    @property
    def kind(self):
        return repair.Kind.ADJUSTMENT if self.corrects else repair.Kind.CHARGE

    @property
    def mirrors(self):
        return bool(self.corrects)

    @property
    def gives_back(self):
        return self.draft.amount < 0

    @property
    def needs_document(self):
        return bool(self.draft.amount)

    @property
    def is_correction(self):
        return bool(self.corrects) and not self.is_rest


@dataclass(frozen=True)
class UsageStanding:
    """A metered line or a commitment; answers the same questions as ``LineStanding``.

    What it costs is rated from outside, because usage is measured for many lines at once.

    :ivar entries: rows of the ledger to be rated again, charges with their adjustments
    :ivar window: the longer time over which tiers count, None for the billing period
    :ivar interim_from: amount from which usage is billed before its period is over, 0 for never
    :ivar is_patient: differences wait for the next invoice
    :ivar items: what is due; None before it was rated
    :ivar decision: what becomes of differences
    """

    facts: invoicing.LineFacts
    entries: tuple[UsageEntry, ...]
    window: Window | None = None
    interim_from: Decimal = ZERO
    is_patient: bool = False
    items: tuple[UsageItem, ...] | None = None
    decision: Decision = Decision.BILL

    @cached_property
    def charges(self):
        return [entry for entry in self.entries if entry.kind is repair.Kind.CHARGE]

    def get_ratings(self, charge):
        """The rows of one period: its charge and the adjustments since, in their order."""
        return [charge, *(other for other in self.entries if other.corrects == charge.id)]

    # === TASKS === #

    def get_tasks(self, line_id, today):
        """The periods to rate on a day, each with the charge that was made of it or None.

        :return: list of pairs
        """
        again = [
            (charge.period, charge, charge.period.end > today)
            for charge in self.charges
            if charge.period.end <= today or self.interim_from
        ]
        first = [(period, None, False) for period in invoicing.due_periods(self.facts, today)]
        if self.interim_from:
            first += [(period, None, True) for period in self._get_running(today)]
        return [
            (self._prepare_task(line_id, period, charge, is_interim), charge)
            for period, charge, is_interim in sorted(again + first, key=lambda row: row[0])
        ]

    def _get_running(self, today):
        """The period that is not over and not billed, as a list of one or none."""
        for period in invoicing.unbilled(self.facts):
            if period.start > today:
                return []
            if period.end > today:
                return [period]
        return []

    def get_running_task(self, line_id, today):
        """The period that contains a day, billed early or not: a list as of ``get_tasks()``."""
        charged = [
            (charge.period, charge)
            for charge in self.charges
            if charge.period.start <= today < charge.period.end
        ]
        found = charged or [(period, None) for period in self._get_running(today)]
        return [
            (self._prepare_task(line_id, period, charge, True), charge) for period, charge in found
        ]

    def _prepare_task(self, line_id, period, charge, is_interim):
        facts = self.facts
        return Task(
            line=line_id,
            period=period,
            span=period.cut(facts.start, facts.end),
            terms=(charge and charge.terms) or facts.terms_on(facts.began(period.start)),
            window=self.window,
            is_interim=is_interim,
        )

    # === AS OF ``LineStanding`` === #

    @property
    def next_day(self):
        """The day on which the line has something to charge, or to look at again."""
        following = invoicing.next_due_day(self.facts)
        if self.is_patient and following:
            return following
        days = [charge.period.end for charge in self.charges if charge.id < AHEAD]
        return min(filter(None, [following, *days]), default=None)

    def get_next_day(self, items):
        billed = [item.draft.period for item in items if not item.corrects]
        return invoicing.next_due_day(invoicing.with_billed(self.facts, billed))

    def get_due(self, _today, _digits):
        """What was rated and is due, without what waits or is ignored."""
        return [item for item in self.items or () if self._is_billed(item)]

    def _is_billed(self, item):
        return self.decision is Decision.BILL or not item.is_correction

    def after(self, items):
        """The standing once items are billed, for looking ahead."""
        first = AHEAD + len(self.entries)
        entries = tuple(
            UsageEntry(
                id=first + number,
                kind=item.kind,
                period=item.draft.period,
                amount=item.draft.amount,
                full=item.draft.full,
                full_amount=item.draft.full_amount,
                corrects=item.corrects.id if item.corrects else None,
                rated=item.draft.amount,
                quantity=item.rated.quantity,
                draws=item.draws,
                is_interim=item.is_interim,
                terms=item.terms,
            )
            for number, item in enumerate(items)
        )
        billed = [entry.period for entry in entries if entry.kind is repair.Kind.CHARGE]
        return replace(
            self,
            facts=invoicing.with_billed(self.facts, billed),
            entries=(*self.entries, *entries),
            items=None,
        )

    def get_settled(self, items, today):
        """The day before which all is billed and rated for good, None if unknown."""
        charged = [item.draft.period for item in items if not item.corrects]
        days = [charge.period.start for charge in self.charges if charge.period.end > today]
        days += [item.draft.period.start for item in items if item.is_interim]
        first_open = invoicing.covered_until(invoicing.with_billed(self.facts, charged))
        if first_open:
            days.append(first_open)
        ends = [charge.period.end for charge in self.charges]
        ends += [period.end for period in charged]
        return min(days, default=max(ends, default=self.facts.settled))

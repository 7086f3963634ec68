from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from odoo import models
from odoo.tools import SQL

from ..core import invoicing, repair
from ..core.alignment import AlignmentType, billing_day_anchor, grid_anchor
from ..core.periods import BillingPeriod, Cadence, Unit
from ..core.pricing import Flat, PerUnit
from ..core.proration import Proration
from ..core.spans import Span, without

ONE_DAY = Cadence(Unit.DAY)
# Entries that are only looked ahead at have ids from here on: later than all that exist.
AHEAD = 2**40


@dataclass(frozen=True)
class LineStanding:
    """A line as the rules see it: what it is, what of it was billed, what may stay billed.

    :ivar facts: :class:`core.invoicing.LineFacts`
    :ivar entries: rows of the ledger that are not settled yet
    :ivar kept: time that may stay billed, served or not (paid time kept after a cancellation)
    """

    facts: invoicing.LineFacts
    entries: tuple[repair.LedgerEntry, ...]
    kept: tuple[Span, ...]

    @property
    def may_stay(self) -> list[Span]:
        return [*self.facts.served, *self.kept]

    @property
    def next_day(self) -> date | None:
        """The day on which the line has something to charge or credit next."""
        credit = repair.next_credit_day(self.entries, self.may_stay, self.facts.settled)
        days = [invoicing.next_due_day(self.facts), credit]
        return min(filter(None, days), default=None)

    def get_next_day(self, items):
        """The day on which the line has something to charge once the items are billed."""
        billed = [item.draft.period for item in items if not item.is_credit]
        return invoicing.next_due_day(invoicing.with_billed(self.facts, billed))

    def get_due(self, today, digits):
        """What goes on an invoice on a day, in order of time.

        :return: list of :class:`DueItem`
        """
        items = [
            DueItem(invoicing.charge(self.facts, part, digits), undone)
            for period in invoicing.due_periods(self.facts, today)
            for part, undone in repair.recharged(period, self.entries)
        ]
        back = repair.due_credits(
            self.entries, self.may_stay, today, self.facts.proration, digits, self.facts.settled
        )
        items += [DueItem(credit, credit.entry) for credit in back]
        return sorted(items, key=lambda item: (item.draft.period, item.draft.amount))

    def after(self, items):
        """The standing once items are billed, for looking ahead."""
        entries = (*self.entries, *entries_of(items, self.entries))
        facts = invoicing.with_billed(replace(self.facts, billed=()), repair.billed_time(entries))
        return replace(self, facts=facts, entries=entries)

    def get_settled(self, items, today):
        """The day before which all is settled once the items are billed, None if unknown."""
        new = [item.draft.period for item in items]
        charged = [item.draft.period for item in items if not item.is_credit]
        open_days = [
            part.start
            for _entry, part in repair.unserved(self.entries, self.may_stay, self.facts.settled)
            if part.start > today
        ]
        first_open = invoicing.covered_until(invoicing.with_billed(self.facts, charged))
        if first_open:
            open_days.append(first_open)
        ends = [entry.period.end for entry in self.entries] + [period.end for period in new]
        return min(open_days, default=max(ends, default=None))


@dataclass(frozen=True)
class DueItem:
    """One line of an invoice to be: a charge or a credit of some time.

    :ivar draft: :class:`core.invoicing.DraftCharge` or :class:`core.repair.DraftCredit`
    :ivar corrects: the entry of the ledger that is given back, or whose credit is undone
    """

    draft: invoicing.DraftCharge | repair.DraftCredit
    corrects: repair.LedgerEntry | None = None

    @property
    def is_credit(self) -> bool:
        return isinstance(self.draft, repair.DraftCredit)

    @property
    def mirrors(self) -> bool:
        """Whether it takes the taxes of what it corrects."""
        return self.is_credit

    @property
    def gives_back(self) -> bool:
        """Whether it is in favour of the customer, and not part of a price."""
        return self.is_credit

    @property
    def needs_document(self) -> bool:
        """Whether a document is made for it, where nothing else asks for one."""
        return True

    @property
    def kind(self) -> repair.Kind:
        if self.is_credit:
            return repair.Kind.CREDIT
        return repair.Kind.CORRECTION if self.corrects else repair.Kind.CHARGE


def entries_of(items, entries):
    """What items will be in the ledger, as :class:`core.repair.LedgerEntry`."""
    found = []
    for number, item in enumerate(items, start=len(entries)):
        source = item.corrects if item.is_credit else item.draft
        found.append(
            repair.LedgerEntry(
                id=AHEAD + number,
                kind=item.kind,
                period=item.draft.period,
                amount=item.draft.amount,
                full=source.full,
                full_amount=source.full_amount,
                corrects=item.corrects.id if item.corrects else None,
            )
        )
    return found


class BillingSubscriptionLine(models.Model):
    """The facts of contract lines: from records to what the rules understand."""

    _inherit = "billing.subscription.line"

    def _get_quantity(self):
        """The quantity as a decimal, free of the noise of floats."""
        self.ensure_one()
        return Decimal(str(max(self.quantity, 0.0)))

    def _get_terms(self):
        """What a full period costs; a price agreed with the customer goes before the plan's."""
        self.ensure_one()
        terms = self.charge_id._get_terms(self.currency_id)
        agreed = Decimal(str(self.unit_price))
        if isinstance(terms, Flat) and terms.amount != agreed:
            return Flat(agreed)
        if isinstance(terms, PerUnit) and terms.unit_price != agreed:
            return PerUnit(agreed, minimum=terms.minimum, maximum=terms.maximum)
        return terms

    def _has_agreed_price(self):
        """Whether a price was agreed with this customer, apart from the plan's."""
        self.ensure_one()
        return self._get_terms() != self.charge_id._get_terms(self.currency_id)

    def _get_standings(self):
        """What the rules need to know of each line, in a fixed number of queries.

        Lines that are over and settled have none: nothing of them is ever due.

        :return: dict of line id -> :class:`LineStanding`
        """
        entries = self._get_ledger_entries(self._get_ledger_floors())
        standings = {line.id: line._prepare_standing(entries[line._origin.id]) for line in self}
        return {line_id: standing for line_id, standing in standings.items() if standing}

    def _get_ledger_floors(self):
        """The day of each line before which its ledger need not be read.

        Override to have earlier time looked at again.

        :return: dict of line id -> date, None to read all of it
        """
        return {line.id: line.billed_until or None for line in self._origin}

    def _get_ledger_entries(self, floors):
        """Rows of the ledger behind the point up to which all is settled, by line.

        For an undisturbed line these are none or one, however long its history. A credit comes
        with the charge it belongs to.

        :param dict floors: as of ``_get_ledger_floors()``
        """
        entries = defaultdict(tuple)
        if not floors:
            return entries
        self.env["billing.period"].flush_model()
        query = SQL(LEDGER_QUERY, list(floors), list(floors.values()))
        for row in self.env.execute_query_dict(query):
            entries[row["line_id"]] += (self._prepare_entry(row),)
        return entries

    def _prepare_entry(self, row):
        explanation = row["explanation"] or {}
        period = BillingPeriod(row["start_date"], row["end_date"])
        full = explanation.get("full")
        return repair.LedgerEntry(
            id=row["id"],
            kind=repair.Kind(row["kind"]),
            period=period,
            amount=Decimal(str(row["amount"])),
            full=BillingPeriod(*map(date.fromisoformat, full)) if full else period,
            full_amount=Decimal(explanation.get("full_amount") or str(row["amount"])),
            corrects=row["corrects_id"],
        )

    def _prepare_standing(self, entries):
        self.ensure_one()
        end = self._get_end()
        settled = self.billed_until or None
        if end and settled and settled >= end and not entries:
            return None
        kept = self._get_kept_spans()
        facts = self._prepare_facts(end, settled, repair.billed_time(entries))
        return LineStanding(facts, entries, kept)

    def _get_end(self):
        """The first day that is not charged any more, None while the line is open."""
        self.ensure_one()
        ends = (self.subscription_id.end_date, self.end_date, self._get_once_end())
        return min(filter(None, ends), default=None)

    def _get_continued_from(self):
        """The first day of the charge, where the line goes on with it at another quantity."""
        self.ensure_one()
        line = found = self
        while found:
            line = found[0]
            found = line.subscription_id.line_ids.filtered(line._is_continuing)
        return line._get_first_day()

    def _get_concluded_day(self):
        """The day from which on the customer has the charge, whatever its quantity was."""
        self.ensure_one()
        line = found = self
        while found:
            line = found[0]
            start = line.start_date
            found = line.subscription_id.line_ids.filtered(
                lambda other, line=line, start=start: (
                    start
                    and other.charge_id == line.charge_id
                    and other.end_date == start
                    and other.start_date != start
                )
            )
        return line.start_date or line.subscription_id.start_date

    def _is_continuing(self, other):
        """Whether the line goes on where another one of the same charge and grid has ended."""
        return (
            other.charge_id == self.charge_id
            and other.anchor_date == self.anchor_date
            and other.end_date == self._get_first_day()
            and other._get_first_day() < other.end_date
        )

    def _get_kept_spans(self):
        """Paid time that stays billed after a cancellation without credit.

        Only what the cancellation took away: neither what a change had ended before, nor pauses.
        """
        self.ensure_one()
        end = self.subscription_id.end_date
        if not end or self.subscription_id.is_end_credited:
            return ()
        if self.end_date and self.end_date < end:
            return ()
        return tuple(without(Span(end), self.subscription_id._get_unbilled_spans()))

    def _prepare_facts(self, end, settled, billed):
        """The line as :class:`core.invoicing.LineFacts`."""
        version = self.charge_id.version_id
        changes = () if self._has_agreed_price() else self._get_price_changes()
        discounts = self._get_line_discounts()
        once = self.charge_id.recurrence == "once"
        timing = invoicing.Timing.IN_ADVANCE if once else invoicing.Timing(version.timing)
        return invoicing.LineFacts(
            anchor=self.anchor_date or self._get_grid_anchor(),
            cadence=ONE_DAY if once else version._get_cadence(),
            timing=timing,
            start=self._get_first_day(),
            end=end,
            billed=billed,
            terms=self._get_terms(),
            quantity=self._get_quantity(),
            proration=Proration(version.proration),
            settled=settled,
            pauses=() if once else self.subscription_id._get_unbilled_spans(),
            periods_per_invoice=1 if once else version.periods_per_invoice,
            price_changes=changes,
            continues=self._get_continued_from() if changes or discounts else None,
            discounts=discounts,
        )

    def _get_once_end(self):
        """A charge that comes once is for the first day alone: nothing of it is owed back."""
        self.ensure_one()
        if self.charge_id.recurrence == "once":
            return self._get_first_day() + timedelta(days=1)
        return False

    def _get_first_day(self):
        """The first day that is charged: the line's start, not before the trial is over."""
        self.ensure_one()
        subscription = self.subscription_id
        first_charged = subscription.trial_end_date or subscription.start_date
        return max(filter(None, (first_charged, self.start_date)))

    def _get_price_changes(self):
        """Planned prices for existing contracts, as pairs of day and terms."""
        self.ensure_one()
        changes = self.charge_id._get_planned_prices(self.currency_id, self._get_concluded_day())
        return tuple((change.effective_date, change._get_own_terms()) for change in changes)

    def _get_grid_anchor(self):
        """The day from which the periods of the line are counted."""
        self.ensure_one()
        subscription, version = self.subscription_id, self.charge_id.version_id
        cadence, first = version._get_cadence(), self._get_first_day()
        if self.charge_id.recurrence != "recurring":
            return first
        if subscription.billing_day:
            return billing_day_anchor(subscription.billing_day, first, cadence)
        if version.alignment == AlignmentType.ANNIVERSARY.value:
            return subscription.anchor_date
        return grid_anchor(version._get_alignment(), first, cadence)

    def _get_next_due_days(self):
        """The day each line is due next; lines with nothing left are absent.

        :return: dict of line id -> date
        """
        days = {line_id: standing.next_day for line_id, standing in self._get_standings().items()}
        return {line_id: day for line_id, day in days.items() if day}

    def _resettle(self, day):
        """Have the run look again at everything from ``day`` on, because it has changed."""
        later = self.filtered(lambda line: line.billed_until and line.billed_until > day)
        later.billed_until = day


LEDGER_QUERY = """
    SELECT period.id, period.line_id, period.kind, period.start_date, period.end_date,
           period.amount, period.corrects_id, period.explanation
      FROM unnest(%s::int[], %s::date[]) AS line(id, floor)
      JOIN billing_period period ON period.line_id = line.id
      JOIN billing_subscription_line contract_line ON contract_line.id = line.id
      JOIN billing_charge charge ON charge.id = contract_line.charge_id
      LEFT JOIN billing_period origin ON origin.id = period.corrects_id
     WHERE period.voided IS NOT TRUE
       AND (line.floor IS NULL
            OR period.end_date > line.floor
            OR origin.end_date > line.floor
            OR charge.recurrence = 'deposit')
     ORDER BY period.id
"""

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal

from odoo import models

from odoo.addons.subscription_billing.core import invoicing
from odoo.addons.subscription_billing.core.discounts import reductions
from odoo.addons.subscription_billing.core.pricing import round_amount

from ..core.commitment import committed, part_in, shortfall
from ..core.correction import difference
from ..core.quota import changes
from ..core.rating import Rated, rate, spans_of
from .usage_standing import UsageItem

ZERO = Decimal(0)
ONE = Decimal(1)


class BillingSubscriptionLine(models.Model):
    """What metered lines and minimums cost, from the usage that was measured."""

    _inherit = "billing.subscription.line"

    # === METERED === #

    def _rate(self, standings, due, today):
        """Standings with what is due on a day, for metered lines.

        :param dict due: what is due of other lines
        :return: dict of line id -> :class:`UsageStanding`
        """
        tasks = {line: standings[line.id].get_tasks(line.id, today) for line in self}
        quotas = self._get_quotas(tasks, standings, due)
        usage = self._measure_tasks(tasks, quotas)
        items = self._rate_tasks(tasks, quotas, usage, standings)
        for contract, lines in self.grouped("subscription_id").items():
            contract._drop_early(lines, items)
        return {line.id: replace(standings[line.id], items=tuple(items[line.id])) for line in self}

    def _measure_tasks(self, tasks, quotas):
        """The usage that tasks need, measured in one go.

        :param dict tasks: line -> pairs of task and charge
        :return: as of ``usage.rating._measure()``
        """
        return self.env["usage.rating"]._measure(
            {
                line: {
                    span: task.terms
                    for task, _charge in rows
                    for span in spans_of(task, quotas.of(line))
                }
                for line, rows in tasks.items()
            }
        )

    def _rate_tasks(self, tasks, quotas, usage, standings, is_whole=False):
        """What is to bill of each period, nothing where nothing has changed.

        :param bool is_whole: look at periods as if nothing of them was billed yet

        :return: dict of line id -> list of :class:`UsageItem`
        """
        items = defaultdict(list)
        for lines in self.grouped("subscription_id").values():
            todo = [(task, charge, line) for line in lines for task, charge in tasks[line]]
            taken = defaultdict(Decimal)
            # In order of time: quotas are used up by whatever was used first.
            for task, charge, line in sorted(todo, key=_moment):
                rated = rate(task, usage.get(line.id, {}), quotas.of(line), quotas.left)
                quotas.take(rated.draws)
                standing = standings[line.id]
                found = _reductions(standing.facts, task, rated, taken)
                billed = None if is_whole else charge
                item = line._prepare_usage_item(standing, task, billed, rated, found)
                if item:
                    items[line.id].append(item)
        return items

    def _find_lines_ahead(self, discount):
        """Fees take from a fixed amount before usage does, which goes by the order of rating."""
        if not self._follows_usage():
            ahead = super()._find_lines_ahead(discount)
            return ahead.filtered(lambda line: not line._follows_usage())
        return self.subscription_id.line_ids.filtered(
            lambda line: not line._follows_usage() and discount._applies_to(line.charge_id)
        )

    def _prepare_usage_item(self, standing, task, charge, rated, found=()):
        """What is to bill of a period, None where nothing has changed since it was billed."""
        digits = self.currency_id.decimal_places
        off = sum((reduction.amount for reduction in found), ZERO)
        if charge is None:
            return UsageItem(
                draft=_draft(task, rated, round_amount(rated.price.amount - off, digits), found),
                rated=rated,
                draws=rated.draws,
                is_interim=task.is_interim,
                terms=task.terms,
            )
        ratings = standing.get_ratings(charge)
        before = sum((entry.rated for entry in ratings), ZERO)
        draws = changes([draw for entry in ratings for draw in entry.draws], rated.draws)
        amount, price = difference(rated.price, off, before, digits)
        last = ratings[-1]
        if not amount and not draws and rated.quantity == last.quantity:
            return None
        settled = standing.facts.settled
        return UsageItem(
            draft=_draft(task, replace(rated, price=price), amount, found),
            corrects=charge,
            rated=rated,
            draws=tuple(draws),
            before=last.quantity,
            number=len(ratings),
            is_interim=task.is_interim,
            is_rest=charge.is_interim and (settled is None or settled < charge.period.end),
            terms=task.terms,
        )

    # === MINIMUMS === #

    def _rate_minimums(self, standings, due, today):
        """Standings of minimum commitments with what usage and fees fall short of them."""
        found = {}
        for line in self:
            standing = standings[line.id]
            items = []
            for task, charge in standing.get_tasks(line.id, today):
                rated = line._rate_minimum(standing, task, standings, due)
                items.append(line._prepare_usage_item(standing, task, charge, rated))
            found[line.id] = replace(standing, items=tuple(filter(None, items)))
        return found

    def _rate_minimum(self, standing, task, standings, due):
        """A commitment counts what is billed of the contract for the time of the period."""
        digits, method = self.currency_id.decimal_places, standing.facts.proration
        reached = []
        for line in self.subscription_id.line_ids:
            if line == self or line.charge_id.is_commitment or not line._counts_for_minimum():
                continue
            entries = standings[line.id].entries if line.id in standings else ()
            for row in [*entries, *(item.draft for item in due.get(line.id, ()))]:
                reached.append(part_in(row.amount, row.period, task.period, method, digits))
        span = task.span
        minimum = ZERO
        if span:
            full = invoicing.full_period(standing.facts.anchor, standing.facts.cadence, span.start)
            amount = task.terms.price(ONE).amount
            minimum = committed(amount, span, full, method, digits)
        return Rated(ZERO, 0, shortfall(minimum, reached))

    def _counts_for_minimum(self):
        return self.charge_id.recurrence == "recurring"


def _moment(row):
    task, _charge, line = row
    return task.period, line.sequence, line.id


def _draft(task, rated, amount, found):
    """The period as a draft of a charge: whole, because usage is never prorated."""
    days = task.period.days
    return invoicing.DraftCharge(
        period=task.period,
        quantity=rated.quantity,
        price=rated.price,
        days=(days, days),
        amount=amount,
        full=task.period,
        reductions=tuple(found),
    )


def _reductions(facts, task, rated, taken):
    """What discounts take off a rated period.

    :param taken: what lines rated before have taken of a fixed amount, by discount and period
    """
    discounts = []
    for item in facts.discounts:
        discount = item.discount
        if discount.amount is not None:
            left = max(discount.amount - taken[discount.key, task.period.start], ZERO)
            item = replace(item, discount=replace(discount, amount=left))
        discounts.append(item)
    began = facts.began(task.period.start)
    quantity = max(rated.quantity, ZERO)
    found = reductions(discounts, began, task.terms, quantity, rated.price)
    for reduction in found:
        if reduction.discount.amount is not None:
            taken[reduction.discount.key, task.period.start] += reduction.amount
    return found

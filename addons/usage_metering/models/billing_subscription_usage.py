from collections import defaultdict
from dataclasses import replace
from decimal import Decimal

from odoo import models

from odoo.addons.subscription_billing.core import invoicing
from odoo.addons.subscription_billing.core.discounts import reductions
from odoo.addons.subscription_billing.core.pricing import Price, Step, StepKind, round_amount

from ..core.commitment import committed, part_in, shortfall
from ..core.correction import Policy, When, decide
from ..core.quota import changes
from ..core.rating import Rated, rate, spans_of
from .usage_standing import UsageItem, UsageStanding

ZERO = Decimal(0)
ONE = Decimal(1)


class BillingSubscription(models.Model):
    """Usage is measured for all contracts of a batch together, then rated period by period."""

    _inherit = "billing.subscription"

    def _get_due_items(self, standings, today):
        """With what usage costs; the standings of metered lines are replaced by rated ones."""
        metered = self.line_ids.filtered(
            lambda line: isinstance(standings.get(line.id), UsageStanding)
        )
        if not metered:
            return super()._get_due_items(standings, today)
        counted = metered.filtered("charge_id.meter_id")
        fees = {
            line_id: found for line_id, found in standings.items() if line_id not in metered.ids
        }
        due = super()._get_due_items(fees, today)
        standings.update(counted._rate(standings, due, today))
        due |= {line.id: standings[line.id].get_due(today, 0) for line in counted}
        minimums = metered - counted
        standings.update(minimums._rate_minimums(standings, due, today))
        for contract in metered.subscription_id:
            contract._decide_differences(standings, due)
        return due | {line.id: standings[line.id].get_due(today, 0) for line in metered}

    def _decide_differences(self, standings, due):
        """Bill differences now, have them wait, or ignore them: of a contract as a whole."""
        self.ensure_one()
        lines = self.line_ids.filtered(
            lambda line: isinstance(standings.get(line.id), UsageStanding)
        )
        items = [item for line in lines for item in standings[line.id].items or ()]
        found = [item.draft.amount for item in items if item.is_correction]
        if not found:
            return
        has_other = any(not item.is_correction for item in items) or any(
            due.get(line.id) for line in self.line_ids - lines
        )
        decision = decide(
            self.version_id._get_usage_policy(),
            found,
            has_other,
            has_later=any(
                standings[line.id].get_next_day(())
                for line in self.line_ids
                if line.id in standings
            ),
        )
        for line in lines:
            standings[line.id] = replace(standings[line.id], decision=decision)


class BillingPlanVersion(models.Model):
    _inherit = "billing.plan.version"

    def _get_usage_policy(self):
        """What becomes of differences, as :class:`core.correction.Policy`."""
        return Policy(When(self.usage_correction), Decimal(str(self.usage_ignore_below or 0)))


class BillingSubscriptionLine(models.Model):
    _inherit = "billing.subscription.line"

    # === METERED === #

    def _rate(self, standings, due, today):
        """Standings with what is due on a day, for metered lines.

        :param dict due: what is due of other lines
        :return: dict of line id -> :class:`UsageStanding`
        """
        tasks = {line: standings[line.id].get_tasks(line.id, today) for line in self}
        quotas = self._get_quotas(tasks, standings, due)
        wanted = {
            line: {
                span: task.terms
                for task, _charge in rows
                for span in spans_of(task, quotas.of(line))
            }
            for line, rows in tasks.items()
        }
        usage = self.env["usage.rating"]._measure(wanted)
        items = defaultdict(list)
        for contract, lines in self.grouped("subscription_id").items():
            todo = [(task, charge, line) for line in lines for task, charge in tasks[line]]
            taken = defaultdict(Decimal)
            # In order of time: quotas are used up by whatever was used first.
            for task, charge, line in sorted(
                todo, key=lambda row: (row[0].period, row[2].sequence, row[2].id)
            ):
                rated = rate(task, usage.get(line.id, {}), quotas.of(line), quotas.left)
                quotas.take(rated.draws)
                standing = standings[line.id]
                found = _reductions(standing.facts, task, rated, taken)
                item = line._prepare_usage_item(standing, task, charge, rated, found)
                if item:
                    items[line.id].append(item)
            contract._drop_early(lines, items)
        return {line.id: replace(standings[line.id], items=tuple(items[line.id])) for line in self}

    def _prepare_usage_item(self, standing, task, charge, rated, found=()):
        """What is to bill of a period, None where nothing has changed since it was billed."""
        digits = self.currency_id.decimal_places
        off = sum((reduction.amount for reduction in found), ZERO)
        amount = round_amount(rated.price.amount - off, digits)
        if charge is None:
            return UsageItem(
                draft=_draft(task, rated, amount, found),
                rated=rated,
                draws=rated.draws,
                is_interim=task.is_interim,
                terms=task.terms,
            )
        ratings = standing.get_ratings(charge)
        before = sum((entry.rated for entry in ratings), ZERO)
        draws = changes([draw for entry in ratings for draw in entry.draws], rated.draws)
        last = ratings[-1]
        if amount == before and not draws and rated.quantity == last.quantity:
            return None
        exact = rated.price.amount - off
        steps = [*rated.price.steps, Step(ONE, -before, StepKind.BILLED)]
        if exact != amount:
            steps.append(Step(ONE, amount - exact, StepKind.ROUNDING))
        difference = replace(rated, price=Price(tuple(steps)))
        settled = standing.facts.settled
        return UsageItem(
            draft=_draft(task, difference, amount - before, found),
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


class BillingSubscriptionEarly(models.Model):
    _inherit = "billing.subscription"

    def _drop_early(self, lines, items):
        """Bill before the end of a period only what has become enough together."""
        early = [item for line in lines for item in items[line.id] if item.is_interim]
        limit = Decimal(str(self.version_id.usage_interim_amount or 0))
        if sum((item.draft.amount for item in early), ZERO) >= limit > 0:
            return
        for line in lines:
            items[line.id] = [item for item in items[line.id] if not item.is_interim]


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

"""What contracts owe for usage, computed from the events alone: no database, no ledger."""

from collections import defaultdict
from decimal import Decimal

from odoo.addons.subscription_billing.core.periods import BillingPeriod
from odoo.addons.subscription_billing.core.pricing import Percentage, round_amount
from odoo.addons.subscription_billing.core.spans import Span

from ..core.aggregation import Event, aggregate, charged_part, level_after
from ..core.quota import Quota
from ..core.rating import Task, Usage, rate, spans_of
from ..models.usage_rating import to_utc

ZERO = Decimal(0)


def read_events(contract):
    """Counted events of a contract by meter, in order of time.

    :return: dict of meter id -> list of :class:`Event`
    """
    contract.env.cr.execute(
        """
        SELECT meter_id, at, quantity::text, value FROM usage_event_store event
         WHERE subscription_id = %s
           AND id NOT IN (SELECT event_id FROM usage_event_cancellation)
         ORDER BY at, id
        """,
        [contract.id],
    )
    found = defaultdict(list)
    for meter_id, at, quantity, value in contract.env.cr.fetchall():
        found[meter_id].append(Event(at, Decimal(quantity), value))
    return found


def measure(line, events, span, terms):
    """The usage of a span, from events."""
    zone = line.subscription_id._get_usage_zone()
    meter = line.charge_id.meter_id
    each = meter._get_measure()
    start, end = to_utc(span.start, zone), to_utc(span.end, zone)
    counted = [Event(event.at, each.of(event.quantity), event.value) for event in events]
    inside = [event for event in counted if start <= event.at < end]
    carried = ZERO
    if meter.is_persistent:
        carried = level_after(meter.aggregation, [event for event in counted if event.at < start])
    quantity = each.billed(aggregate(meter.aggregation, inside, start, end, carried))
    if isinstance(terms, Percentage):
        values = [event.quantity for event in inside]
        free_units = terms.free_units * each.divisor
        _count, _total, fees, charged = charged_part(values, terms.free_events, free_units)
        return Usage(quantity, len(inside), fees, each.billed(charged))
    return Usage(quantity, len(inside), len(inside), quantity)


def rate_contract(contract, today):
    """The amounts of all periods of metered lines that are over, without discounts.

    :return: dict of (line id, first day) -> decimal
    """
    events = read_events(contract)
    tasks = []
    for line in contract.line_ids.filtered("charge_id.meter_id"):
        facts = line._prepare_usage_facts(line._get_end(), None, ())
        rows = line.period_ids.filtered(lambda row: row.kind == "charge" and not row.voided)
        for row in rows:
            period = BillingPeriod(row.start_date, row.end_date)
            terms = facts.terms_on(facts.began(period.start))
            span = period.cut(facts.start, facts.end)
            tasks.append((Task(line.id, period, span, terms, line._get_window()), line))
    quotas = _sold(contract)
    left = {quota.key: quota.quantity for quota in quotas}
    found = {}
    for task, line in sorted(tasks, key=lambda row: (row[0].period, row[1].sequence, row[1].id)):
        mine = quotas if _takes(line) else ()
        usage = {
            span: measure(line, events[line.charge_id.meter_id.id], span, task.terms)
            for span in spans_of(task, mine)
        }
        rated = rate(task, usage, mine, left)
        for draw in rated.draws:
            left[draw.key] -= draw.quantity
        digits = line.currency_id.decimal_places
        found[line.id, task.period.start] = round_amount(rated.price.amount, digits)
    return found


def _takes(line):
    charge = line.charge_id
    return (
        not charge.window_count
        and charge.meter_id.aggregation in ("sum", "count")
        and not charge.meter_id.is_persistent
        and charge.charge_model not in ("percentage", "graduated_percentage")
    )


def _sold(contract):
    rows = contract.line_ids.filtered("charge_id.quota_meter_id").period_ids.filtered(
        lambda row: row.kind == "charge" and not row.voided
    )
    return [
        Quota(
            f"{row.id}",
            Span(row.start_date, None),
            Decimal(str(row.quantity)) * Decimal(str(row.charge_id.quota_units)),
        )
        for row in rows
    ]

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal

import pytz

from odoo import api, models
from odoo.tools import SQL

from odoo.addons.subscription_billing.core.periods import BillingPeriod

from ..core.aggregation import Aggregation, Measure, weighted
from ..core.rating import Usage

ZERO = Decimal(0)


@dataclass(frozen=True)
class Request:
    """Usage that is asked for: of a contract line in a span of days.

    :ivar line: ``billing.subscription.line`` record
    :ivar lower: first moment, UTC without zone
    :ivar upper: first moment after
    """

    line: models.Model
    span: BillingPeriod
    lower: datetime
    upper: datetime


class UsageRating(models.AbstractModel):
    """Measures usage in the database: one query per way of measuring, whatever the contracts.

    Quantities leave the database as text: as numbers they would come as floats.
    """

    _name = "usage.rating"
    _description = "Usage Rating"

    @api.model
    def _measure(self, wanted):
        """The usage of contract lines.

        :param dict wanted: ``billing.subscription.line`` record -> dict of span of days -> terms
            (:class:`core.pricing.Terms`) that it will be priced by
        :return: dict of line id -> dict of span -> :class:`core.rating.Usage`; a span in which
            nothing was used may be missing
        """
        groups = defaultdict(list)
        for line, spans in wanted.items():
            zone = line.subscription_id._get_usage_zone()
            for span, terms in spans.items():
                bounds = (to_utc(span.start, zone), to_utc(span.end, zone))
                measuring = line.charge_id._get_measuring(terms)
                groups[measuring].append(Request(line, span, *bounds))
        found = defaultdict(dict)
        for measuring, requests in groups.items():
            for request, usage in self._measure_alike(measuring, requests):
                found[request.line.id][request.span] = usage
        return found

    @api.model
    def _measure_alike(self, measuring, requests):
        """Usage of requests that are measured in the same way, as pairs of request and usage."""
        rows = self._query(measuring, requests)
        levels = self._query_levels(measuring, requests) if measuring.is_persistent else {}
        for number, request in enumerate(requests):
            row = rows.get(number)
            level = levels.get(number, ZERO)
            if row or level:
                yield request, _usage(measuring, request, row or {}, level)

    @api.model
    def _query(self, measuring, requests):
        """Dict of number of the request -> dict of columns; empty spans are missing."""
        query = SQL(
            """
            WITH request AS MATERIALIZED (%(requests)s)
            SELECT request.number AS number, count(*) AS count, %(columns)s
              FROM request
              JOIN %(events)s ON event.subscription_id = request.subscription_id
                             AND event.at >= request.lower AND event.at < request.upper
             WHERE event.at >= %(first)s AND event.at < %(last)s
             GROUP BY request.number
            """,
            requests=_requests(requests),
            columns=_columns(measuring),
            events=_events(measuring, requests),
            first=min(request.lower for request in requests),
            last=max(request.upper for request in requests),
        )
        if measuring.counts_free:
            query = _counting_query(measuring, requests)
        return {row["number"]: row for row in self.env.execute_query_dict(query)}

    @api.model
    def _query_levels(self, measuring, requests):
        """Dict of number of the request -> level at its beginning."""
        if measuring.aggregation in (Aggregation.SUM, Aggregation.WEIGHTED_SUM):
            level = SQL("sum(event.quantity)")
        else:
            level = _last()
        query = SQL(
            """
            WITH request AS MATERIALIZED (%(requests)s)
            SELECT request.number, (%(level)s)::text
              FROM request
              JOIN %(events)s ON event.subscription_id = request.subscription_id
                             AND event.at < request.lower
             WHERE event.at < %(last)s
             GROUP BY request.number
            """,
            requests=_requests(requests),
            level=level,
            events=_events(measuring, requests),
            last=max(request.lower for request in requests),
        )
        return {number: Decimal(level) for number, level in self.env.execute_query(query)}


@dataclass(frozen=True)
class Measuring:
    """How usage is measured; what is alike is measured together.

    :ivar filters: tuples of property, whether its values count or do not, and the values
    :ivar free_events: of percentage prices, as is ``free_units``
    """

    meter_id: int
    aggregation: Aggregation
    measure: Measure
    is_persistent: bool
    filters: tuple[tuple[str, bool, tuple[str, ...]], ...] = ()
    free_events: int = 0
    free_units: Decimal = ZERO

    @property
    def counts_free(self):
        """Whether the order of events matters because the first ones are free."""
        return bool(self.free_events or self.free_units)


def to_utc(day, zone):
    """The moment a day begins in a time zone, as Odoo stores it.

    Where clocks are set at midnight, a day begins with the first moment that bears its date.
    """
    midnight = datetime.combine(day, time.min)
    try:
        local = zone.localize(midnight, is_dst=None)
    except pytz.AmbiguousTimeError:
        local = zone.localize(midnight, is_dst=True)
    except pytz.NonExistentTimeError:
        local = zone.normalize(zone.localize(midnight, is_dst=True))
    return local.astimezone(pytz.utc).replace(tzinfo=None)


def _requests(requests):
    """The requests as rows of SQL."""
    return SQL(
        """
        SELECT * FROM unnest(%s::int[], %s::int[], %s::timestamp[], %s::timestamp[])
            AS given(number, subscription_id, lower, upper)
        """,
        list(range(len(requests))),
        [request.line.subscription_id.id for request in requests],
        [request.lower for request in requests],
        [request.upper for request in requests],
    )


def _events(measuring, requests):
    """The events that count, each with the quantity that it counts for.

    The contracts are named once more, because the planner does not take them from the join.
    """
    contracts = {request.line.subscription_id.id for request in requests}
    conditions = [
        SQL("stored.subscription_id = ANY(%s)", sorted(contracts)),
        SQL("stored.meter_id = %s", measuring.meter_id),
        SQL(
            "NOT EXISTS (SELECT FROM usage_event_cancellation cancelled"
            " WHERE cancelled.event_id = stored.id)"
        ),
        *(_condition(*rule) for rule in measuring.filters),
    ]
    return SQL(
        """
        (SELECT stored.id, stored.subscription_id, stored.at, stored.value, %s AS quantity
           FROM usage_event_store stored
          WHERE %s) event
        """,
        _quantity(measuring.measure),
        SQL(" AND ").join(conditions),
    )


def _condition(name, is_wanted, values):
    """Whether a property of an event lets it count; one that is missing has no value."""
    found = SQL("coalesce(stored.properties ->> %s, '') = ANY(%s)", name, list(values))
    return found if is_wanted else SQL("NOT (%s)", found)


def _quantity(measure):
    """What an event counts for; the same as :meth:`core.aggregation.Measure.of`."""
    if not (measure.least or measure.increment):
        return SQL("stored.quantity")
    size = SQL("greatest(abs(stored.quantity), %s::numeric)", measure.least)
    if measure.increment:
        size = SQL(
            "ceil(%s / %s::numeric) * %s::numeric", size, measure.increment, measure.increment
        )
    return SQL("CASE WHEN stored.quantity < 0 THEN -(%s) ELSE %s END", size, size)


def _last():
    return SQL("(array_agg(event.quantity ORDER BY event.at DESC, event.id DESC))[1]")


def _columns(measuring):
    """What is computed of the events of a request."""
    columns = {
        Aggregation.SUM: SQL("sum(event.quantity)::text AS quantity"),
        Aggregation.COUNT: SQL("count(*)::text AS quantity"),
        Aggregation.MAX: SQL("max(event.quantity)::text AS quantity"),
        Aggregation.LAST: SQL("(%s)::text AS quantity", _last()),
        Aggregation.UNIQUE: SQL("count(DISTINCT event.value)::text AS quantity"),
        Aggregation.WEIGHTED_SUM: SQL(
            "sum(event.quantity * extract(epoch FROM request.upper - event.at))::text AS quantity"
        ),
    }
    return columns[measuring.aggregation]


def _counting_query(measuring, requests):
    """As the other query, with what is beyond the first events and the first value.

    The same as :meth:`Percentage.price_events`; an event of a negative value takes value back
    from beyond what is free, and is none that pays a fee.
    """
    return SQL(
        """
        WITH request AS MATERIALIZED (%(requests)s),
        running AS (
            SELECT request.number, event.quantity,
                   count(*) OVER happened AS position,
                   sum(event.quantity) OVER happened AS total
              FROM request
              JOIN %(events)s ON event.subscription_id = request.subscription_id
                             AND event.at >= request.lower AND event.at < request.upper
             WHERE event.at >= %(first)s AND event.at < %(last)s
            WINDOW happened AS (
                PARTITION BY request.number ORDER BY event.at, event.id
                ROWS UNBOUNDED PRECEDING
            )
        ),
        judged AS (
            SELECT *, total - quantity AS before,
                   position > %(free_events)s
                       AND NOT (total - quantity < %(free_units)s AND total <= %(free_units)s)
                       AS is_charged
              FROM running
        )
        SELECT number, count(*) AS count, sum(quantity)::text AS quantity,
               count(*) FILTER (WHERE is_charged AND quantity >= 0) AS fees,
               coalesce(sum(greatest(total, %(free_units)s) - greatest(before, %(free_units)s))
                   FILTER (WHERE is_charged), 0)::text AS charged
          FROM judged
         GROUP BY number
        """,
        requests=_requests(requests),
        events=_events(measuring, requests),
        first=min(request.lower for request in requests),
        last=max(request.upper for request in requests),
        free_events=measuring.free_events,
        free_units=measuring.free_units,
    )


def _usage(measuring, request, row, level):
    """The usage of a request from its row."""
    quantity = Decimal(row.get("quantity") or 0)
    count = row.get("count", 0)
    if measuring.aggregation is Aggregation.WEIGHTED_SUM:
        length = request.upper - request.lower
        seconds = Decimal(length.days * 86400 + length.seconds)
        quantity = weighted(level, quantity, seconds)
    elif measuring.aggregation is Aggregation.SUM:
        quantity += level
    elif measuring.aggregation is Aggregation.MAX:
        quantity = max(quantity, level)
    elif not count:
        quantity = level
    quantity = measuring.measure.billed(quantity)
    if measuring.counts_free:
        charged = measuring.measure.billed(Decimal(row.get("charged", 0)))
        return Usage(quantity, count, row.get("fees", 0), charged)
    return Usage(quantity, count, count, quantity)

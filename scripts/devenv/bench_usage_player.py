# mypy: ignore-errors
# ruff: noqa: F821
"""Take in usage events and copy the same rows, in turns; read by Odoo's shell on stdin.

A million events are drawn piece by piece, so that the memory measured is that of the work. The
turns write into the same tables: what COPY writes goes into the events' table under other
contracts, that is into the same partitions with the same indexes.
"""

import gc
import json
import os
import random
import resource
import time
from datetime import date, datetime, timedelta
from io import StringIO
from unittest.mock import patch

from odoo import Command

from odoo.addons.usage_metering.models import usage_event_ingest, usage_event_writer

COUNT = int(os.environ["BENCH_COUNT"])
CONTRACTS = int(os.environ["BENCH_CONTRACTS"])
PIECE = usage_event_ingest.CHUNK
START, DAYS = date(2026, 7, 1), 92
REGIONS = ("eu", "us", "ap")
env = env(context={**env.context, "lang": "en_US"})
random.seed(20261124)


def resident_kilobytes():
    with open("/proc/self/statm") as source:
        return int(source.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024


# === SET-UP === #


def create_contracts():
    company = env.company
    company.country_id = env.ref("base.de")
    charts = env["account.chart.template"]
    charts.try_loading("de_skr03", company=company, install_demo=False)
    env["ir.cron"].search([]).active = False
    product = env["product.product"].create({"name": "Calls", "type": "service"})
    meter = env["usage.meter"].create({"name": "Calls", "code": "calls"})
    charge = {
        "product_id": product.id,
        "meter_id": meter.id,
        "charge_model": "per_unit",
        "unit_price": 0.01,
    }
    plan = env["billing.plan"].create(
        {"name": "Metered", "timing": "in_arrears", "charge_ids": [Command.create(charge)]}
    )
    contracts = env["billing.subscription"]
    for first in range(0, CONTRACTS, 100):
        count = min(100, CONTRACTS - first)
        partners = env["res.partner"].create(
            [{"name": f"Customer {first + n}", "customer_rank": 1} for n in range(count)]
        )
        made = contracts.create(
            [
                {"partner_id": p.id, "plan_id": plan.id, "start_date": START, "usage_tz": "UTC"}
                for p in partners
            ]
        )
        for contract in made:
            contract._activate(START)
        contracts += made
        env.cr.commit()
    return contracts, meter


def draw_events(first, count):
    """Events as they come out of a queue: about in order of time, keys without any order."""
    begin = datetime.combine(START, datetime.min.time())
    step = timedelta(days=DAYS) / COUNT
    events = []
    for number in range(first, first + count):
        at = begin + step * number - timedelta(seconds=random.randrange(60))
        event = {
            "key": f"evt-{random.getrandbits(96):024x}",
            "contract": random.choice(names),
            "meter": "calls",
            "at": f"{max(at, begin).isoformat(timespec='milliseconds')}Z",
            "quantity": random.randrange(1, 100),
        }
        if number % 2:
            event["properties"] = {"region": random.choice(REGIONS), "path": "/v1/orders"}
        events.append(event)
    return events


# === MEASURING === #

steps = {}


def timed(name, function):
    """The function, its time added up under ``name``."""

    def call(*args, **kwargs):
        started = time.perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            steps[name] = steps.get(name, 0.0) + time.perf_counter() - started

    return call


def ingest(events):
    started = time.perf_counter()
    results = env["usage.event"]._ingest(events)
    seconds = time.perf_counter() - started
    assert all(result["status"] == "accepted" for result in results), results[:3]
    return seconds


def copy_rows(events):
    """The same rows by COPY, written out beforehand."""
    lines = []
    for event in events:
        properties = json.dumps(event["properties"]) if "properties" in event else r"\N"
        lines.append(
            f"{company_id}\t{meter.id}\t{other_ids[event['contract']]}\t{event['at'][:-1]}\t"
            f"2026-11-24 00:00:00\t{event['quantity']}\t\\N\t{properties}\t{event['key']}\n"
        )
    text = "".join(lines)
    started = time.perf_counter()
    with env.registry.cursor() as cr:
        cr.copy_expert(
            "COPY usage_event_store (company_id, meter_id, subscription_id, at, received_at, "
            "quantity, value, properties, key) FROM STDIN",
            StringIO(text),
        )
    return time.perf_counter() - started


def measure():
    """Piece by piece in turns, so that what the machine does meanwhile meets both alike."""
    ours = copied = 0.0
    for first in range(0, COUNT, PIECE):
        events = draw_events(first, min(PIECE, COUNT - first))
        ours += ingest(events)
        copied += copy_rows(events)
    return ours, copied


def watch_steps():
    """Time the steps of a chunk where they happen."""
    parse = timed("checking (Python)", usage_event_ingest.parse_events)
    keys = timed("keys", usage_event_writer._insert_keys)
    store = timed("storing, marks", usage_event_writer._insert_events)
    whole = timed("batch", usage_event_writer.store_batch)
    results = timed("answers (Python)", type(env["usage.event"])._prepare_results)
    return [
        patch.object(usage_event_ingest, "parse_events", parse),
        patch.object(usage_event_writer, "_insert_keys", keys),
        patch.object(usage_event_writer, "_insert_events", store),
        patch.object(usage_event_writer, "store_batch", whole),
        patch.object(type(env["usage.event"]), "_prepare_results", results),
    ]


def summarise_steps(ours):
    steps["copy to staging"] = steps.pop("batch") - steps["keys"] - steps["storing, marks"]
    steps["commit, look-ups, other"] = ours - sum(steps.values())
    return steps


def _rate():
    """Rate the contracts as a billing run does, chunk by chunk: lines for the report."""
    rating = env["usage.rating"]
    env.cr.execute("ANALYZE usage_event_store")
    measuring = timed("rating in SQL", type(rating)._measure)
    quantity = 0
    started = time.perf_counter()
    with patch.object(type(rating), "_measure", measuring):
        for first in range(0, len(contracts), 100):
            env.invalidate_all()
            chunk = contracts[first : first + 100]
            standings = chunk.line_ids._get_standings()
            due = chunk._get_due_items(standings, START + timedelta(days=DAYS))
            quantity += sum(item.rated.count for items in due.values() for item in items)
    seconds = time.perf_counter() - started
    assert quantity == COUNT, quantity
    in_sql = steps.pop("rating in SQL")
    return [
        f"rating: {len(contracts)} contracts with 3 periods in {seconds:.2f} s, "
        f"{seconds * 1e6 / COUNT:.2f} s per million events (aim: below 5), {in_sql:.2f} s in SQL"
    ]


contracts, meter = create_contracts()
company_id = env.company.id
names = contracts.mapped("name")
other_ids = {name: 1_000_000 + number for number, name in enumerate(names)}
env.cr.commit()

# Once through all code before it counts.
usage_event_ingest.CHUNK = PIECE
for _warm_up in range(2):
    events = draw_events(0, min(2000, COUNT))
    ingest(events)
    copy_rows(events)
env.cr.execute(
    "TRUNCATE usage_event_store, usage_event_key, usage_event_mark, usage_event_cancellation"
)
env.cr.commit()
gc.collect()

before = resident_kilobytes()
patches = watch_steps()
for each in patches:
    each.start()
ours, copied = measure()
for each in patches:
    each.stop()
gc.collect()
after = resident_kilobytes()
env.cr.commit()  # whose snapshot is older than the events
env.cr.execute("SELECT count(*) FROM usage_event_store WHERE subscription_id < 1000000")
assert env.cr.fetchone() == (COUNT,)
env.cr.execute("DELETE FROM usage_event_store WHERE subscription_id >= 1000000")
env.cr.commit()
result = {
    "count": COUNT,
    "ours": ours,
    "copy": copied,
    "steps": summarise_steps(ours),
    "before": before,
    "after": after,
    "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
    "rating": _rate(),
}
with open(os.environ["BENCH_RESULT"], "w") as out:
    json.dump(result, out)

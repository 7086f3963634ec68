# mypy: ignore-errors
# ruff: noqa: F821
"""Bill the same contracts in three ways, chunk by chunk in turn; read by Odoo's shell on stdin.

The sides are a whole billing run (due, price, create, post, commit), plain ``account.move``
documents with the same contents, and OCA's ``contract``. They take turns in one process and one
database, so that what the machine does meanwhile meets all of them alike.
"""

import cProfile
import gc
import json
import os
import pstats
import resource
import time
from dataclasses import dataclass
from datetime import date
from unittest.mock import patch

from odoo import Command
from odoo.fields import Domain

COUNT = int(os.environ["BENCH_COUNT"])
SIDES = os.environ["BENCH_SIDES"].split(",")
RESULT = os.environ["BENCH_RESULT"]
PROFILE = os.environ.get("BENCH_PROFILE")
CHUNK = 100
START, TODAY = date(2026, 7, 1), date(2026, 7, 31)  # one month in advance is due
LINES = (("Base fee", "flat", 1, 29.0), ("Seats", "per_unit", 3, 7.35), ("Support", "flat", 1, 5))
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Lap:
    """What one chunk cost."""

    invoices: int = 0
    seconds: float = 0.0
    cpu: float = 0.0
    queries: int = 0
    memory: int = 0


class Meter:
    """Measures the laps of one side, commit included, with pauses for the others."""

    def __init__(self, profile=None):
        self.laps, self.lap, self.profile = [], Lap(), profile

    def start(self):
        gc.collect()
        self.began = now()
        if self.profile:
            self.profile.enable()

    def pause(self):
        if self.profile:
            self.profile.disable()
        seconds, cpu, queries = (new - old for new, old in zip(now(), self.began, strict=True))
        self.lap.seconds += seconds
        self.lap.cpu += cpu
        self.lap.queries += queries

    def finish_lap(self, invoices):
        """End a lap; what comes without an invoice is put on the one before."""
        self.pause()
        self.lap.invoices, self.lap.memory = invoices, resident_kilobytes()
        self.laps.append(self.lap)
        self.lap = Lap()


def now():
    return time.perf_counter(), time.process_time() + database_seconds(), env.cr.sql_log_count


def database_seconds():
    """Processor time of our PostgreSQL backend, where it runs on this machine."""
    try:
        with open(f"/proc/{BACKEND}/stat") as source:
            values = source.read().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(values[11]) + int(values[12])) / TICKS


def resident_kilobytes():
    with open("/proc/self/statm") as source:
        return int(source.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024


# === SET-UP === #


def set_up_company():
    company = env.company
    company.country_id = env.ref("base.de")
    charts = env["account.chart.template"]
    charts.try_loading("de_skr03", company=company, install_demo=False)
    env["ir.cron"].search([]).active = False
    return company


def create_product():
    tax = company.account_sale_tax_id
    assert tax, "the invoices must be taxed"
    return env["product.product"].create(
        {"name": "Service", "type": "service", "taxes_id": [Command.set(tax.ids)]}
    )


def create_customers(count):
    return env["res.partner"].create(
        [{"name": f"Customer {number}", "customer_rank": 1} for number in range(count)]
    )


def in_chunks(records):
    return [records[first : first + CHUNK] for first in range(0, len(records), CHUNK)]


class Ours:
    """The billing run of this suite."""

    def __init__(self, customers):
        charges = [
            {
                "name": name,
                "product_id": product.id,
                "charge_model": model,
                "default_quantity": quantity,
                "unit_price": price,
            }
            for name, model, quantity, price in LINES
        ]
        plan = env["billing.plan"].create(
            {"name": "Monthly", "charge_ids": [Command.create(charge) for charge in charges]}
        )
        values = [
            {"partner_id": customer.id, "plan_id": plan.id, "start_date": START}
            for customer in customers
        ]
        self.contracts = env["billing.subscription"]
        for chunk in in_chunks(values):
            contracts = env["billing.subscription"].create(chunk)
            for contract in contracts:
                contract._activate(START)
            self.contracts |= contracts
            env.cr.commit()

    def warm_up(self, ids):
        env["billing.run"]._run_billing(company, TODAY, Domain("id", "in", ids))

    def run(self, meter, others_turn):
        """One whole run; its commits are where the others get their turns."""
        crons = type(env["ir.cron"])
        commit = crons._commit_progress

        def commit_and_wait(cron, processed=0, *, remaining=None, deactivate=False):
            seconds_left = commit(cron, processed, remaining=remaining, deactivate=deactivate)
            if processed:
                meter.finish_lap(processed)
                others_turn()
                meter.start()
            return seconds_left

        with patch.object(crons, "_commit_progress", commit_and_wait):
            meter.start()
            env["billing.run"]._run_billing(company, TODAY)
            meter.pause()
        # Closing the run is part of it: on the average, not on the last chunk.
        meter.closing = meter.lap

    def get_moves(self):
        return self.contracts.period_ids.move_id


class Plain:
    """What Odoo itself needs for documents with the same contents."""

    def __init__(self, customers):
        self.customers, self.moves = customers, env["account.move"]

    def bill(self, customers):
        moves = env["account.move"].with_context(tracking_disable=True)
        moves = moves.create([self.prepare(customer) for customer in customers])
        moves._post(soft=False)
        env.cr.commit()
        self.moves += moves

    def prepare(self, customer):
        lines = [
            {
                "product_id": product.id,
                "name": f"{name}\n07/01/2026 – 07/31/2026",
                "quantity": quantity,
                "price_unit": price,
            }
            for name, _model, quantity, price in LINES
        ]
        return {
            "move_type": "out_invoice",
            "company_id": company.id,
            "partner_id": customer.id,
            "currency_id": company.currency_id.id,
            "invoice_date": TODAY,
            "invoice_date_due": TODAY,
            "delivery_date": TODAY,
            "invoice_origin": "S00001",
            "invoice_user_id": env.uid,
            "invoice_line_ids": [Command.create(line) for line in lines],
        }

    def get_chunks(self, first):
        return in_chunks(self.customers[first:])

    def get_moves(self):
        return self.moves


class Oca:
    """OCA's contracts, invoiced in the same chunks."""

    def __init__(self, customers):
        self.contracts, self.moves = env["contract.contract"], env["account.move"]
        lines = [
            {
                "product_id": product.id,
                "name": f"{name}\n#START# – #END#",
                "quantity": quantity,
                "price_unit": price,
                "specific_price": price,
                "date_start": START,
                "recurring_next_date": START,
                "recurring_rule_type": "monthly",
                "recurring_invoicing_type": "pre-paid",
            }
            for name, _model, quantity, price in LINES
        ]
        for chunk in in_chunks(customers):
            self.contracts += env["contract.contract"].create(
                [
                    {
                        "name": f"Contract of {customer.name}",
                        "partner_id": customer.id,
                        "date_start": START,
                        "line_recurrence": True,
                        "contract_line_ids": [Command.create(line) for line in lines],
                    }
                    for customer in chunk
                ]
            )
            env.cr.commit()

    def bill(self, contracts):
        moves = contracts._recurring_create_invoice(TODAY)
        moves._post(soft=False)
        env.cr.commit()
        self.moves += moves

    def get_chunks(self, first):
        return in_chunks(self.contracts[first:])

    def get_moves(self):
        return self.moves


# === MEASURING === #


def measure(sides):
    """Let the sides take turns; the order of the others changes with every round."""
    meters = {name: Meter() for name in sides}
    if PROFILE:
        meters["ours"].profile = cProfile.Profile()
    others = [name for name in sides if name != "ours"]
    chunks = {name: sides[name].get_chunks(CHUNK) for name in others}

    def others_turn():
        for name in others:
            if chunks[name]:
                meters[name].start()
                chunk = chunks[name].pop(0)
                sides[name].bill(chunk)
                meters[name].finish_lap(len(chunk))
        others.reverse()

    sides["ours"].run(meters["ours"], others_turn)
    return meters


def check_alike(sides):
    """The comparison only counts if all made the same documents."""
    found = {}
    for name, side in sides.items():
        moves = side.get_moves()
        assert set(moves.mapped("state")) == {"posted"}, name
        assert set(moves.mapped(lambda move: len(move.invoice_line_ids))) == {len(LINES)}, name
        found[name] = (len(moves), set(moves.mapped("amount_total")), bool(moves.line_ids.tax_ids))
        env.invalidate_all()
    assert len(set(map(str, found.values()))) == 1, found


def summarise(meter):
    laps, closing = meter.laps, getattr(meter, "closing", Lap())
    invoices = sum(lap.invoices for lap in laps)
    return {
        "invoices": invoices,
        "ms": 1000 * (sum(lap.seconds for lap in laps) + closing.seconds) / invoices,
        "cpu_ms": 1000 * (sum(lap.cpu for lap in laps) + closing.cpu) / invoices,
        "queries": (sum(lap.queries for lap in laps) + closing.queries) / invoices,
        "laps": [[lap.invoices, lap.seconds, lap.cpu, lap.queries, lap.memory] for lap in laps],
    }


env = env(context={**env.context, "lang": "en_US"})
company = set_up_company()
product = create_product()
customers = create_customers(COUNT + CHUNK)
kinds = {"ours": Ours, "plain": Plain, "oca": Oca}
sides = {name: kinds[name](customers) for name in kinds if name in SIDES}
env.cr.execute("SELECT pg_backend_pid()")
BACKEND = env.cr.fetchone()[0]
for name, side in sides.items():
    if name == "ours":
        side.warm_up(side.contracts[:CHUNK].ids)
    else:
        side.bill(side.get_chunks(0)[0])
# As autovacuum does sooner or later: without statistics the first chunks are no measure.
env.cr.execute("ANALYZE")
env.cr.commit()

meters = measure(sides)
check_alike(sides)
result = {name: summarise(meter) for name, meter in meters.items()}
result["peak_kilobytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
with open(RESULT, "w") as out:
    json.dump(result, out)
if PROFILE:
    with open(PROFILE, "w") as out:
        profile = pstats.Stats(meters["ours"].profile, stream=out)
        profile.sort_stats("cumulative").print_stats(150)

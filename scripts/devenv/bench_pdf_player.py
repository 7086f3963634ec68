# mypy: ignore-errors
# ruff: noqa: F821
"""Print the same invoices in two ways, in turns; read by Odoo's shell on stdin."""

import cProfile
import gc
import io
import json
import os
import pstats
import resource
import time

from pypdf import PdfReader

from odoo import Command

COUNT = int(os.environ["BENCH_COUNT"])
CORE = int(os.environ["BENCH_CORE"])
MEMORY = int(os.environ["BENCH_MEMORY"])
PROFILE = os.environ.get("BENCH_PROFILE")
CHUNK = 10
MARKS = 10
LINES = (("Base fee", 1, 29.0), ("Seats", 3, 7.35), ("Support", 1, 5.0))
NAME = "account.account_invoices"


def set_up_company():
    company = env.company
    company.country_id = env.ref("base.de")
    env["account.chart.template"].try_loading("de_skr03", company=company, install_demo=False)
    env["ir.cron"].search([]).active = False
    company.external_report_layout_id = env.ref("web.external_layout_standard")
    parameters = env["ir.config_parameter"].sudo()
    for key in ("report.url", "web.base.url"):
        parameters.set_param(key, os.environ["BENCH_URL"])
    bank = {"acc_number": "DE02120300000000202051", "partner_id": company.partner_id.id}
    env["res.partner.bank"].create(bank)
    return company


def create_invoices(count):
    taxes = company.account_sale_tax_id
    partners = env["res.partner"].create(
        [
            {
                "name": f"Customer {number}",
                "street": "Hafenstr. 27",
                "zip": "20457",
                "city": "Hamburg",
                "country_id": env.ref("base.de").id,
                "lang": "de_DE" if number % 2 else "en_US",
                "customer_rank": 1,
            }
            for number in range(count)
        ]
    )
    lines = [
        Command.create(
            {
                "name": f"{name}\n01/01/2026 – 01/31/2026",
                "quantity": quantity,
                "price_unit": price,
                "tax_ids": [Command.set(taxes.ids)],
            }
        )
        for name, quantity, price in LINES
    ]
    values = [
        {
            "move_type": "out_invoice",
            "partner_id": partner.id,
            "invoice_date": "2026-01-31",
            "invoice_line_ids": lines,
        }
        for partner in partners
    ]
    moves = env["account.move"].with_context(tracking_disable=True).create(values)
    moves._post(soft=False)
    env.cr.commit()
    return moves.with_context(tracking_disable=False)


class Side:
    """One way of printing, with what it has cost so far."""

    def __init__(self, moves, in_batches, **context):
        self.moves, self.in_batches = moves, in_batches
        self.reports = env["ir.actions.report"].with_context(**context)
        self.seconds = self.cpu = self.queries = self.bytes = self.count = 0

    def print_next(self):
        ids, self.moves = self.moves[:CHUNK].ids, self.moves[CHUNK:]
        env.invalidate_all()
        gc.collect()
        began = now()
        files = self.print_ids(ids)
        self.seconds, self.cpu, self.queries = (
            old + new - start
            for old, new, start in zip(
                (self.seconds, self.cpu, self.queries), now(), began, strict=True
            )
        )
        self.count += len(ids)
        self.bytes += sum(map(len, files))
        return files

    def print_ids(self, ids):
        """As sending does: in process for a batch, with wkhtmltopdf one by one."""
        batches = [ids] if self.in_batches else [[one] for one in ids]
        files = []
        for batch in batches:
            streams = self.reports._render_qweb_pdf_prepare_streams(NAME, {}, res_ids=batch)
            files += [streams[one]["stream"].getvalue() for one in batch]
        return files

    def summarise(self):
        return {
            "count": self.count,
            "ms": 1000 * self.seconds / self.count,
            "cpu_ms": 1000 * self.cpu / self.count,
            "queries": self.queries / self.count,
            "kilobytes": self.bytes / self.count / 1024,
        }


def now():
    """Time, processor time of this process and of the programs it called, queries."""
    own, called = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    cpu = own.ru_utime + own.ru_stime + called.ru_utime + called.ru_stime
    return time.perf_counter(), cpu, env.cr.sql_log_count


def resident_kilobytes():
    with open("/proc/self/statm") as source:
        return int(source.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024


def check(files, moves, has_text):
    """The comparison only counts if each file is the right invoice.

    What Debian's wkhtmltopdf writes can be seen, but not read: its letters are drawings.
    """
    for content, move in zip(files, moves, strict=True):
        pages = PdfReader(io.BytesIO(content)).pages
        assert len(pages) == 1, (move.name, len(pages))
        text = "".join("".join(page.extract_text() for page in pages).split())
        assert not has_text or move.name in text, (move.name, text[:500])


company = set_up_company()
moves = create_invoices(max(COUNT, CORE) + CHUNK)
warm_up, moves = moves[:CHUNK], moves[CHUNK:]
sides = {"ours": Side(moves[:COUNT], True)}
if CORE:
    sides["core"] = Side(moves[:CORE], False, billing_exact_report=True)
for side in sides.values():
    check(side.print_ids(warm_up[:2].ids), warm_up[:2], side.in_batches)
env.cr.execute("ANALYZE")
env.cr.commit()

profile = cProfile.Profile()
while any(side.moves for side in sides.values()):
    for name, side in sides.items():
        if side.moves:
            if PROFILE and name == "ours":
                profile.enable()
            first = side.moves[:CHUNK]
            files = side.print_next()
            profile.disable()
            check(files[:1], first[:1], side.in_batches)
result = {name: side.summarise() for name, side in sides.items()}

# Memory: documents one batch after the other, as a night of sending does.
memory, printed = [], 0
step = max(MEMORY // MARKS, 1)
while printed < MEMORY:
    batch = moves[printed % COUNT : printed % COUNT + CHUNK]
    sides["ours"].print_ids(batch.ids)
    env.invalidate_all()
    printed += len(batch)
    if printed % step < CHUNK:
        gc.collect()
        memory.append((printed, resident_kilobytes()))
result["memory"] = memory
with open(os.environ["BENCH_RESULT"], "w") as out:
    json.dump(result, out)
if PROFILE:
    with open(PROFILE, "w") as out:
        pstats.Stats(profile, stream=out).sort_stats("cumulative").print_stats(150)

# mypy: ignore-errors
# ruff: noqa: F821
"""Dun the same open items in two ways; read by Odoo's shell on stdin.

Invoices are one posted by Odoo, cloned row by row, five per customer. The sides are the proposals
of our run (decide, group, create cases and letters, commit) and OCA's credit control lines of the
same items; then the letters of some customers as PDF.
"""

import cProfile
import gc
import json
import os
import pstats
import resource
import time
from datetime import date, timedelta
from unittest.mock import patch

from odoo import Command

COUNT, LETTERS = int(os.environ["BENCH_COUNT"]), int(os.environ["BENCH_LETTERS"])
RESULT, PROFILE = os.environ["BENCH_RESULT"], os.environ.get("BENCH_PROFILE")
PER_CUSTOMER = 5
DUE = date(2026, 3, 2)
TODAY = DUE + timedelta(days=30)


def set_up_company():
    company = env.company
    company.country_id = env.ref("base.de")
    charts = env["account.chart.template"]
    charts.try_loading("de_skr03", company=company, install_demo=False)
    env["ir.cron"].search([]).active = False
    company.currency_id = env.ref("base.EUR")
    return company


def clone(table, origin, count, **changes):
    """Clone a row ``count`` times; ``changes`` are SQL expressions of ``n`` from 1 on."""
    env.cr.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s", [table]
    )
    names = [name for (name,) in env.cr.fetchall() if name not in ("id", *changes)]
    quoted = ", ".join(f'"{name}"' for name in (*names, *changes))
    values = ", ".join([*(f't."{name}"' for name in names), *changes.values()])
    env.cr.execute(
        f"INSERT INTO {table} ({quoted}) SELECT {values} FROM {table} t, "
        f"generate_series(1, {count}) n WHERE t.id = %s ORDER BY n RETURNING id",
        [origin],
    )
    return [row_id for (row_id,) in env.cr.fetchall()]


def create_items(count):
    """Posted invoices over 119.00, due a month ago."""
    customers = env["res.partner"].create(
        [
            {"name": f"Customer {n}", "is_company": True, "email": f"c{n}@example.com"}
            for n in range(max(count // PER_CUSTOMER, 1))
        ]
    )
    env.flush_all()
    invoice = env["account.move"].create(
        {
            "move_type": "out_invoice",
            "partner_id": customers[0].id,
            "invoice_date": DUE,
            "invoice_date_due": DUE,
            "invoice_line_ids": [
                Command.create({"name": "Service", "price_unit": 119.0, "tax_ids": []})
            ],
        }
    )
    invoice._post(soft=False)
    env.flush_all()
    ids = f"(ARRAY[{','.join(map(str, customers.ids))}])[(n %% {len(customers)}) + 1]"
    moves = clone(
        "account_move",
        invoice.id,
        count - 1,
        name="'INV/2026/X' || n",
        sequence_number="n + 100",
        partner_id=ids,
        commercial_partner_id=ids,
        access_token="NULL",
        payment_reference="'INV/2026/X' || n",
    )
    env.cr.execute("CREATE TEMP TABLE bench_moves AS SELECT * FROM unnest(%s) "
                   "WITH ORDINALITY AS m(id, n)", [moves])  # fmt: skip
    env.cr.execute("CREATE UNIQUE INDEX ON bench_moves (n)")
    env.cr.execute("ANALYZE bench_moves")
    for line in invoice.line_ids:
        clone(
            "account_move_line",
            line.id,
            count - 1,
            move_id="(SELECT m.id FROM bench_moves m WHERE m.n = n.n)",
            move_name="'INV/2026/X' || n",
            partner_id=ids,
        )
    env.invalidate_all()
    env.cr.execute("ANALYZE")
    env.cr.commit()
    return customers


def timed(count, work):
    gc.collect()
    began, queries = time.perf_counter(), env.cr.sql_log_count
    found = work()
    return {
        "count": count,
        "seconds": time.perf_counter() - began,
        "queries": env.cr.sql_log_count - queries,
    }, found


def resident_kilobytes():
    with open("/proc/self/statm") as source:
        return int(source.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024


# === OURS === #


def create_policy():
    env["dunning.policy"].search([]).active = False
    levels = [
        {"name": "Reminder", "days": 7},
        {"name": "Notice", "days": 21, "gap": 10, "is_interest": True},
        {"name": "Last", "days": 35, "gap": 10, "is_interest": True},
    ]
    env["dunning.policy"].create(
        {"name": "All", "level_ids": [Command.create(level) for level in levels]}
    )


def propose(day):
    runs = env["dunning.run"].sudo().with_company(company)
    commit, laps = type(runs)._commit_step, []

    def commit_and_count(run, *args, **kwargs):
        left = commit(run, *args, **kwargs)
        laps.append(
            {"queries": env.cr.sql_log_count - commit_and_count.queries,
             "memory": resident_kilobytes()}
        )  # fmt: skip
        commit_and_count.queries = env.cr.sql_log_count
        return left

    commit_and_count.queries = env.cr.sql_log_count
    with patch.object(type(runs), "_commit_step", commit_and_count):
        runs._run_proposals(company, day, Domain.TRUE)
    env.cr.commit()
    return laps


def print_letters():
    notices = env["dunning.notice"].search([("state", "=", "proposed")], limit=LETTERS)
    pages = [notice._render_letter() for notice in notices]
    assert all(page.startswith(b"%PDF") for page in pages)


# === OCA === #


def decide_with_oca():
    policy = env.ref("account_credit_control.credit_control_3_time")
    accounts = env["account.account"].search([("account_type", "=", "asset_receivable")])
    policy.account_ids = accounts
    company.credit_policy_id = policy
    run = env["credit.control.run"].create({"date": TODAY, "policy_ids": policy.ids})
    env.cr.commit()
    measured, _none = timed(COUNT, lambda: (run.generate_credit_lines(), env.cr.commit()))
    assert len(run.line_ids) == COUNT, len(run.line_ids)
    return measured, run


def print_with_oca(run):
    """The documents of as many customers, one by one, as its mails do."""
    lines = run.line_ids.filtered(lambda line: line.partner_id in some)
    lines.write({"state": "to_be_sent"})
    communications = env["credit.control.communication"]._generate_comm_from_credit_lines(lines)
    env.cr.commit()
    reports = env["ir.actions.report"]
    measured, pages = timed(
        len(communications),
        lambda: [
            reports._render_qweb_pdf(
                "account_credit_control.report_credit_control_summary", [c.id]
            )
            for c in communications
        ],
    )
    return measured if all(page[0].startswith(b"%PDF") for page in pages) else None


from odoo.fields import Domain  # noqa: E402

env = env(context={**env.context, "lang": "en_US"})
company = set_up_company()
create_policy()
customers = create_items(COUNT)
some = customers[:LETTERS]
sides = {}
before = resident_kilobytes()
profile = cProfile.Profile() if PROFILE else None
if profile:
    profile.enable()
sides["ours decide"], chunks = timed(COUNT, lambda: propose(TODAY))
if profile:
    profile.disable()
after = resident_kilobytes()
assert env["dunning.notice.line"].search_count([]) == COUNT
assert env["dunning.notice"].search_count([]) == len(customers)
env.invalidate_all()
sides["ours decide again"], _laps = timed(COUNT, lambda: propose(TODAY + timedelta(days=1)))
assert env["dunning.notice"].search_count([]) == len(customers)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
env.invalidate_all()
sides["oca decide"], run = decide_with_oca()
sides["ours letters"], _none = timed(LETTERS, print_letters)
if theirs := print_with_oca(run):
    sides["oca letters"] = theirs
with open(RESULT, "w") as out:
    json.dump(
        {
            "items": COUNT,
            "customers": len(customers),
            "sides": sides,
            "chunks": [lap for lap in chunks if lap["queries"] > 3],
            "before": before,
            "after": after,
            "peak": peak,
        },
        out,
    )
if profile:
    with open(PROFILE, "w") as out:
        found = pstats.Stats(profile, stream=out)
        found.sort_stats("cumulative").print_stats(90)
        found.sort_stats("tottime").print_stats(40)

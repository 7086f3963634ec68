# mypy: ignore-errors
# ruff: noqa: F821
"""Collect due invoices by direct debit; read by Odoo's shell on stdin.

The steps are those of the daily run, each measured with its commits: planning, the look at what is
open, notices, files, writing, submitting, booking. Notices are taken as delivered in between,
which is not counted: mails are another benchmark's.
"""

import cProfile
import gc
import json
import os
import pstats
import resource
import time
from datetime import UTC, date, datetime
from unittest.mock import patch

from sepaxml import SepaDD

from odoo import Command
from odoo.fields import Domain

from odoo.addons.sepa_debit.core.pain008 import Debit, File, Group, Party, render
from odoo.addons.sepa_debit.core.profile import GERMANY

COUNT = int(os.environ["BENCH_COUNT"])
PROFILE = os.environ.get("BENCH_PROFILE")
PIECE = 500
PLANNED, SUBMITTED, COLLECTED = date(2026, 3, 2), date(2026, 3, 18), date(2026, 3, 20)
TICKS = os.sysconf("SC_CLK_TCK")
env = env(context={**env.context, "lang": "en_US"})


def resident_kilobytes():
    with open("/proc/self/statm") as source:
        return int(source.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024


def database_seconds():
    try:
        with open(f"/proc/{BACKEND}/stat") as source:
            values = source.read().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(values[11]) + int(values[12])) / TICKS


# === SET-UP === #


def german_iban(number):
    body = f"37040044{number:010d}"
    return f"DE{98 - int(body + '131400') % 97:02d}{body}"


def set_up():
    company = env.company
    company.country_id = env.ref("base.de")
    charts = env["account.chart.template"]
    charts.try_loading("de_skr03", company=company, install_demo=False)
    env["ir.cron"].search([]).active = False
    journal = env["account.journal"].search(
        [("type", "=", "bank"), ("company_id", "=", company.id)], limit=1
    )
    journal.bank_account_id = env["res.partner.bank"].create(
        {"acc_number": "DE89370400440532013000", "partner_id": company.partner_id.id}
    )
    creditor = env["sepa.creditor"].create(
        {"name": "Muster GmbH", "identifier": "DE98ZZZ09999999999", "journal_id": journal.id}
    )
    lines = env["account.payment.method.line"]
    method = env.ref("sepa_debit.payment_method_sepa_debit")
    line = lines.search(
        [("payment_method_id", "=", method.id), ("journal_id", "=", journal.id)], limit=1
    ) or lines.create({"payment_method_id": method.id, "journal_id": journal.id})
    env.cr.commit()
    return company, creditor, line


def create_mandates(first, count):
    numbers = range(first, first + count)
    partners = env["res.partner"].create(
        [{"name": f"Customer {n}", "email": f"c{n}@example.com"} for n in numbers]
    )
    accounts = env["res.partner.bank"].create(
        [
            {"partner_id": partner.id, "acc_number": german_iban(n)}
            for n, partner in zip(numbers, partners, strict=True)
        ]
    )
    quiet = env["sepa.mandate"].with_context(tracking_disable=True, mail_create_nosubscribe=True)
    mandates = quiet.create(
        [
            {
                "partner_id": account.partner_id.id,
                "partner_bank_id": account.id,
                "creditor_id": creditor.id,
                "signed_on": date(2026, 1, 10),
                "name": f"KD-{n}",
            }
            for n, account in zip(numbers, accounts, strict=True)
        ]
    )
    mandates._set_state("active")
    return partners


def create_invoices(partners):
    """Posted without payment method, which is chosen afterwards: planning is the run's."""
    tax = company.account_sale_tax_id
    moves = env["account.move"].with_context(tracking_disable=True)
    moves = moves.create(
        [
            {
                "move_type": "out_invoice",
                "partner_id": partner.id,
                "invoice_date": PLANNED,
                "invoice_date_due": COLLECTED,
                "preferred_payment_method_line_id": False,
                "invoice_line_ids": [
                    Command.create(
                        {"name": "Fee", "price_unit": 100, "tax_ids": [Command.set(tax.ids)]}
                    )
                ],
            }
            for partner in partners
        ]
    )
    moves._post(soft=False)
    moves.preferred_payment_method_line_id = method
    env.cr.commit()
    env.invalidate_all()


# === MEASURING === #

steps = {}
profile = cProfile.Profile() if PROFILE else None


def measured(name, work):
    gc.collect()
    began = time.perf_counter(), time.process_time() + database_seconds(), env.cr.sql_log_count
    if profile:
        profile.enable()
    work()
    env.cr.commit()
    if profile:
        profile.disable()
    ended = time.perf_counter(), time.process_time() + database_seconds(), env.cr.sql_log_count
    steps[name] = [b - a for a, b in zip(began, ended, strict=True)] + [resident_kilobytes()]
    env.invalidate_all()


def on(day, hour=6):
    """Let it be a day for the company and its bank."""
    moment = datetime(day.year, day.month, day.day, hour)
    today = patch.object(type(company), "_get_billing_today", lambda company: day)
    now = patch.object(type(creditor), "_get_utc_now", lambda creditor: moment)
    today.start(), now.start()


def collect():
    runs = env["sepa.collection.batch"]
    on(PLANNED)
    measured("planning", lambda: runs._run_planning(company, PLANNED, Domain.TRUE))
    env.cr.execute(
        """UPDATE sepa_collection SET state = 'notified', told_amount = amount,
           told_collect_on = collect_on, told_creditor = 'DE98ZZZ09999999999', told_on = %s,
           told_mandate = (SELECT name FROM sepa_mandate m WHERE m.id = mandate_id)""",
        [PLANNED],
    )
    env.cr.execute("ANALYZE")
    env.cr.commit()
    env.invalidate_all()
    on(SUBMITTED)
    for name in ("cancelling", "planning", "rescheduling", "notices", "batches"):
        step = getattr(runs, f"_run_{name}")
        label = "again planning" if name == "planning" else name
        measured(label, lambda step=step: step(company, SUBMITTED, Domain.TRUE))
    batch = runs.search([])
    assert batch.mapped("count") == [COUNT], batch.mapped("count")
    measured("writing", batch.action_write)
    measured("submitting", batch.action_submit)
    on(COLLECTED)
    measured("booking", lambda: runs._run_booking(company, COLLECTED, Domain.TRUE))
    check(batch)


def check(batch):
    env.cr.execute("SELECT count(*) FROM sepa_collection WHERE is_booked")
    assert env.cr.fetchone() == (COUNT,)
    env.cr.execute(
        "SELECT count(*) FROM account_move_line l JOIN sepa_collection c ON c.move_line_id = l.id "
        "WHERE NOT l.reconciled OR l.amount_residual != 0"
    )
    assert env.cr.fetchone() == (0,)


def compare_writers(rounds=3):
    """The best of some turns each, over the same facts."""
    ibans = [german_iban(n) for n in range(COUNT)]
    ours, theirs = [], []
    for _round in range(rounds):
        gc.collect()
        began = time.perf_counter()
        written = write_ours(ibans)
        ours.append(time.perf_counter() - began)
        gc.collect()
        began = time.perf_counter()
        exported = write_theirs(ibans)
        theirs.append(time.perf_counter() - began)
    assert written.count(b"<EndToEndId>") == exported.count(b"<EndToEndId>") == COUNT
    return min(ours), min(theirs)


def write_ours(ibans):
    debits = (
        Debit(f"E{n}", 11900, f"KD-{n}", PLANNED, Party(f"Müller {n}"), iban, text=f"INV {n}")
        for n, iban in enumerate(ibans)
    )
    group = Group(
        "SDD1-1", "CORE", "RCUR", COLLECTED, Party("Muster"), "DE98ZZZ09999999999",
        "DE89370400440532013000", COUNT, COUNT * 11900, debits,
    )  # fmt: skip
    created = datetime(2026, 3, 18, 6, tzinfo=UTC)
    return b"".join(render(File("SDD1", created, "Muster", (group,)), GERMANY))


def write_theirs(ibans):
    config = {
        "name": "Muster",
        "IBAN": "DE89370400440532013000",
        "BIC": "COBADEFFXXX",
        "batch": True,
        "creditor_id": "DE98ZZZ09999999999",
        "currency": "EUR",
    }
    writer = SepaDD(config, schema="pain.008.001.08", clean=True)
    for n, iban in enumerate(ibans):
        writer.add_payment(
            {
                "name": f"Müller {n}",
                "IBAN": iban,
                "BIC": "COBADEFFXXX",
                "amount": 11900,
                "type": "RCUR",
                "collection_date": COLLECTED,
                "mandate_id": f"KD-{n}",
                "mandate_date": PLANNED,
                "description": f"INV {n}",
                "endtoend_id": f"E{n}",
            }
        )
    return writer.export(validate=False)


env.cr.execute("SELECT pg_backend_pid()")
BACKEND = env.cr.fetchone()[0]
company, creditor, method = set_up()
for first in range(0, COUNT, PIECE):
    create_invoices(create_mandates(first, min(PIECE, COUNT - first)))
env.cr.execute("ANALYZE")
env.cr.commit()
collect()
ours, theirs = compare_writers()
result = {
    "count": COUNT,
    "steps": steps,
    "ours": ours,
    "sepaxml": theirs,
    "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
}
with open(os.environ["BENCH_RESULT"], "w") as out:
    json.dump(result, out)
if PROFILE:
    with open(PROFILE, "w") as out:
        pstats.Stats(profile, stream=out).sort_stats("cumulative").print_stats(80)

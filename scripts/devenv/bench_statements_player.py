# mypy: ignore-errors
# ruff: noqa: F821
"""Import a file of entries, and pay as many invoices by payments; read by Odoo's shell on stdin.

The invoices of both sides are copies of a real one, made in the database: to make them one by one
would take longer than what is measured. The turns are chunks: where our job commits, core's side
does its next chunk before the job goes on.
"""

import gc
import json
import os
import time
from collections import Counter
from dataclasses import replace
from datetime import date
from unittest.mock import patch

from odoo import Command

from odoo.addons.bank_statement_matching.models import bank_statement_import_booking as booking

COUNT = int(os.environ["BENCH_COUNT"])
CORE = int(os.environ["BENCH_CORE"])
CHUNK = booking.CHUNK
IBAN = "DE02300606010002474689"
DAY = date(2026, 7, 1)
# Of ten entries: eight say an end-to-end id, one a mandate, one a number somewhere in a text.
KINDS = ("end_to_end",) * 8 + ("mandate", "number")
QUIET = booking.QUIET
env = env(context={**env.context, "lang": "en_US"})


def memory(name):
    """``VmRSS`` or ``VmHWM`` in kilobytes."""
    with open("/proc/self/status") as source:
        return next(int(line.split()[1]) for line in source if line.startswith(f"{name}:"))


def forget_peak():
    with open("/proc/self/clear_refs", "w") as control:
        control.write("5")


# === SET-UP === #


def create_company():
    company = env.company
    company.country_id = env.ref("base.de")
    env["account.chart.template"].try_loading("de_skr03", company=company, install_demo=False)
    env["ir.cron"].search([]).active = False
    bank = env["account.journal"].search(
        [("type", "=", "bank"), ("company_id", "=", company.id)], limit=1
    )
    bank.bank_account_id = env["res.partner.bank"].create(
        {"acc_number": IBAN, "partner_id": company.partner_id.id}
    )
    outstanding = env["account.account"].create(
        {"name": "Payments on the way", "code": "136099", "account_type": "asset_current",
         "reconcile": True}
    )  # fmt: skip
    bank.inbound_payment_method_line_ids.payment_account_id = outstanding
    return company, bank


def create_invoice():
    partner = env["res.partner"].create({"name": "Customer"})
    line = {"name": "Service", "quantity": 1, "price_unit": 1.0, "tax_ids": [Command.clear()]}
    move = env["account.move"].create(
        {
            "move_type": "out_invoice",
            "partner_id": partner.id,
            "invoice_date": DAY,
            "invoice_line_ids": [Command.create(line)],
        }
    )
    move.action_post()
    env.flush_all()
    return move


def columns(table):
    env.cr.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s", [table]
    )
    return [name for (name,) in env.cr.fetchall()]


def copy_rows(table, changed, source):
    """Insert copies of the rows of ``source``; ``changed`` are expressions by column."""
    names = columns(table)
    values = [changed.get(name, f'template."{name}"') for name in names]
    quoted = ", ".join(f'"{name}"' for name in names)
    env.cr.execute(f"INSERT INTO {table} ({quoted}) SELECT {', '.join(values)} FROM {source}")


MONEY = {
    "account_move": (
        "amount_untaxed", "amount_total", "amount_residual", "amount_untaxed_signed",
        "amount_total_signed", "amount_residual_signed", "amount_total_in_currency_signed",
        "amount_untaxed_in_currency_signed",
    ),
    "account_move_line": (
        "debit", "credit", "balance", "amount_currency", "amount_residual",
        "amount_residual_currency", "price_unit", "price_subtotal", "price_total",
    ),
}  # fmt: skip


def copy_invoices(move, count):
    """Copies of an invoice over one euro for a customer each, with amounts of their own."""
    first = {}
    for table in ("res_partner", "account_move", "account_move_line"):
        env.cr.execute(f"SELECT max(id) FROM {table}")
        first[table] = env.cr.fetchone()[0]
    partner = f"{first['res_partner']} + number"
    series = f"generate_series(1, {count}) AS number"
    copy_rows(
        "res_partner",
        {
            "id": partner,
            "commercial_partner_id": partner,
            "name": "'Customer ' || number",
            "complete_name": "'Customer ' || number",
        },
        f"res_partner template, {series} WHERE template.id = {move.partner_id.id}",
    )
    amount = "(10 + (number * 37 % 99991) / 100.0)"
    new_move = f"{first['account_move']} + number"
    name = "'INV/2026/' || lpad((number + 1)::text, 5, '0')"
    copy_rows(
        "account_move",
        {
            "id": new_move,
            "name": name,
            "payment_reference": name,
            "sequence_number": "number + 1",
            "partner_id": partner,
            "commercial_partner_id": partner,
            "partner_shipping_id": partner,
            "access_token": "NULL",
            **{column: f"template.{column} * {amount}" for column in MONEY["account_move"]},
        },
        f"account_move template, {series} WHERE template.id = {move.id}",
    )
    first_line, lines = first["account_move_line"], len(move.line_ids)
    base = min(move.line_ids.ids)
    copy_rows(
        "account_move_line",
        {
            "id": f"{first_line} + (number - 1) * {lines} + template.id - {base} + 1",
            "move_id": new_move,
            "move_name": name,
            "partner_id": partner,
            **{column: f"template.{column} * {amount}" for column in MONEY["account_move_line"]},
        },
        f"account_move_line template, {series} WHERE template.move_id = {move.id}",
    )
    for table in first:
        env.cr.execute(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))")
    env.cr.commit()
    env.cr.execute("ANALYZE")
    env.cr.commit()
    return env["account.move"].search([("id", ">", first["account_move"])], order="id").ids


def make_file(moves):
    entries, total = [], 0
    for number, move in enumerate(moves):
        kind = KINDS[number % len(KINDS)]
        cents = round(move["amount_total"] * 100)
        total += cents
        eref = move["name"] if kind == "end_to_end" else "NOTPROVIDED"
        mandate = f"<MndtId>M{move['id']}</MndtId>" if kind == "mandate" else ""
        text = f"Rechnung {move['name']} danke" if kind == "number" else "Danke"
        entries.append(
            f'<Ntry><Amt Ccy="EUR">{cents / 100:.2f}</Amt><CdtDbtInd>CRDT</CdtDbtInd>'
            "<Sts><Cd>BOOK</Cd></Sts>"
            f"<BookgDt><Dt>2026-07-20</Dt></BookgDt><AcctSvcrRef>R{number}</AcctSvcrRef><NtryDtls>"
            f"<TxDtls><Refs><EndToEndId>{eref}</EndToEndId>{mandate}</Refs><RltdPties><Dbtr><Pty>"
            f"<Nm>Somebody {number}</Nm></Pty></Dbtr></RltdPties><RmtInf><Ustrd>{text}</Ustrd>"
            "</RmtInf></TxDtls></NtryDtls></Ntry>"
        )
    balances = "".join(
        f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{cents / 100:.2f}'
        "</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-07-20</Dt></Dt></Bal>"
        for code, cents in (("OPBD", 0), ("CLBD", total))
    )
    return (
        '<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">'
        "<BkToCstmrStmt><GrpHdr><MsgId>M</MsgId></GrpHdr><Stmt><Id>S</Id>"
        f"<Acct><Id><IBAN>{IBAN}</IBAN></Id><Ccy>EUR</Ccy></Acct>{balances}{''.join(entries)}"
        "</Stmt></BkToCstmrStmt></Document>"
    ).encode()


# === MEASURING === #


class Watch:
    """Seconds, CPU and queries of one side, stopped while the other is at work."""

    def __init__(self):
        self.seconds = self.cpu = self.queries = 0

    def __enter__(self):
        self.started = time.perf_counter(), time.process_time(), env.cr.sql_log_count

    def __exit__(self, *_error):
        self.seconds += time.perf_counter() - self.started[0]
        self.cpu += time.process_time() - self.started[1]
        self.queries += env.cr.sql_log_count - self.started[2]

    def figures(self, count):
        return {"count": count, "seconds": self.seconds, "cpu": self.cpu, "queries": self.queries}


def pay_by_core(ids, context):
    """A chunk of payments as core does it in bulk: create, post, reconcile, commit."""
    moves = env["account.move"].browse(ids)
    payments = (
        env["account.payment"]
        .with_context(**context)
        .create(
            [
                {
                    "payment_type": "inbound",
                    "partner_type": "customer",
                    "partner_id": move.partner_id.id,
                    "amount": move.amount_residual,
                    "date": DAY,
                    "journal_id": bank.id,
                    "memo": move.name,
                }
                for move in moves
            ]
        )
    )
    payments.action_post()
    receivable = moves.line_ids.filtered(lambda line: line.account_type == "asset_receivable")
    of_payment = {
        payment: payment.move_id.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        for payment in payments
    }
    env["account.move.line"]._reconcile_plan(
        [line | of_payment[payment] for line, payment in zip(receivable, payments, strict=True)]
    )
    env.flush_all()
    env.cr.commit()
    env.invalidate_all()


def pay_next(chunks):
    """Core's next chunk: one as it is, the next without tracking and followers."""
    number, ids = next(chunks, (0, None))
    if ids:
        side = ("core", "core, tracking off")[number % 2]
        with theirs[side]:
            pay_by_core(ids, QUIET if number % 2 else {})
        counts[side] += len(ids)
    return bool(ids)


def run():
    """Our job, core's next chunk wherever it commits."""
    global peak
    chunks = enumerate(core_ids[start : start + CHUNK] for start in range(0, CORE, CHUNK))

    def commit_progress(cron, processed=0, *, remaining=None, deactivate=False):
        global peak
        env.cr.commit()
        mine.__exit__()
        peak = max(peak, memory("VmHWM"))
        if processed > 1:
            pay_next(chunks)
        forget_peak()
        mine.__enter__()
        return float("inf")

    with patch.object(type(env["ir.cron"]), "_commit_progress", commit_progress), mine:
        record = imports._take_in("bench.xml", content, company)
        imports._cron_import()
    peak = max(peak, memory("VmHWM"))
    while pay_next(chunks):
        pass
    return record


def start_watches():
    return Watch(), {"core": Watch(), "core, tracking off": Watch()}, Counter(), 0


def with_mandates(lines, journal, payments):
    """Candidates whose mandates are known, as an addon that collects would say."""
    return [
        replace(item, mandate_ids=(mandates[item.keys[0]],)) if item.keys[0] in mandates else item
        for item in candidates(lines, journal, payments)
    ]


company, bank = create_company()
ids = copy_invoices(create_invoice(), COUNT + CORE + 3 * CHUNK)
ours_ids, core_ids, warm_ids = ids[:COUNT], ids[COUNT : COUNT + CORE], ids[COUNT + CORE :]
rows = env["account.move"].browse(ours_ids).read(["name", "amount_total"], load=False)
content = make_file(rows)
warm = make_file(
    env["account.move"].browse(warm_ids[:CHUNK]).read(["name", "amount_total"], load=False)
)
env.cr.execute(
    "SELECT id, 'M' || move_id FROM account_move_line WHERE move_id = ANY(%s) AND "
    "display_type = 'payment_term'",
    [ours_ids],
)
mandates = dict(env.cr.fetchall())
del rows
imports = env["bank.statement.import"].sudo()
lines_model = type(env["account.bank.statement.line"])
candidates = lines_model._get_matching_candidates
booking.IN_REQUEST = 0

with patch.object(lines_model, "_get_matching_candidates", with_mandates):
    # Once through all code before it counts.
    mine, theirs, counts, peak = start_watches()
    all_core, CORE, core_ids, full, content = core_ids, 2 * CHUNK, warm_ids[CHUNK:], content, warm
    run()
    CORE, core_ids, content = len(all_core), all_core, full
    env.invalidate_all()
    gc.collect()
    before = memory("VmRSS")
    forget_peak()
    mine, theirs, counts, peak = start_watches()
    record = run()
gc.collect()
after = memory("VmRSS")
assert (record.state, record.entry_count) == ("done", COUNT), (record.state, record.message)
assert record.matched_count == COUNT, record.matched_count
env.cr.execute(
    "SELECT match_reason, count(*) FROM account_bank_statement_line WHERE import_id = %s "
    "GROUP BY 1",
    [record.id],
)
reasons = Counter(dict(env.cr.fetchall()))
env.cr.execute(
    "SELECT coalesce(sum(abs(amount_residual)), 0)::float, count(*) FROM account_move_line "
    "WHERE display_type = 'payment_term' AND move_id = ANY(%s)",
    [ours_ids + core_ids],
)
residual, number = env.cr.fetchone()
assert (residual, number) == (0.0, COUNT + CORE), (residual, number)
result = {
    "ours": mine.figures(COUNT),
    "theirs": {name: theirs[name].figures(count) for name, count in counts.items()},
    "reasons": reasons,
    "residual": residual,
    "before": before,
    "after": after,
    "peak": peak,
}
with open(os.environ["BENCH_RESULT"], "w") as out:
    json.dump(result, out)

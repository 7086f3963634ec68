# ruff: noqa: F821
"""700 debits with the bank that are due to be booked, and as many invoices to be planned.

Read by Odoo's shell on stdin. All days are before today, so a real cron books and plans them.
"""

from datetime import datetime, timedelta
from unittest.mock import patch

from odoo import Command
from odoo.fields import Domain

COUNT = 700
company = env.company
company.country_id = env.ref("base.de")
env["account.chart.template"].try_loading("de_skr03", company=company, install_demo=False)
env["ir.cron"].search([]).active = False
today = company._get_billing_today()
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
kind = env.ref("sepa_debit.payment_method_sepa_debit")
method = lines.search(
    [("payment_method_id", "=", kind.id), ("journal_id", "=", journal.id)], limit=1
) or lines.create({"payment_method_id": kind.id, "journal_id": journal.id})


def german_iban(number):
    body = f"37040044{number:010d}"
    return f"DE{98 - int(body + '131400') % 97:02d}{body}"


def create_invoices(first, days_ago):
    """Invoices of as many customers with mandates, due some days ago."""
    partners = env["res.partner"].create(
        [{"name": f"C{n}", "email": f"c{n}@example.com"} for n in range(first, first + COUNT)]
    )
    accounts = env["res.partner.bank"].create(
        [
            {"partner_id": partner.id, "acc_number": german_iban(n)}
            for n, partner in enumerate(partners, first)
        ]
    )
    mandates = env["sepa.mandate"].create(
        [
            {
                "partner_id": account.partner_id.id,
                "partner_bank_id": account.id,
                "creditor_id": creditor.id,
                "signed_on": today - timedelta(days=200),
            }
            for account in accounts
        ]
    )
    mandates._set_state("active")
    fee = {"name": "Fee", "price_unit": 100.0, "tax_ids": [Command.clear()]}
    moves = env["account.move"].create(
        [
            {
                "move_type": "out_invoice",
                "partner_id": partner.id,
                "invoice_date": today - timedelta(days=60),
                "invoice_date_due": today - timedelta(days=days_ago),
                "preferred_payment_method_line_id": False,
                "invoice_line_ids": [Command.create(fee)],
            }
            for partner in partners
        ]
    )
    moves._post(soft=False)
    moves.preferred_payment_method_line_id = method
    env.cr.commit()
    return moves


patches = []


def on(day):
    """Let it be a day for the company and its bank."""
    while patches:
        patches.pop().stop()
    moment = datetime(day.year, day.month, day.day, 6)
    patches.append(patch.object(type(company), "_get_billing_today", lambda company: day))
    patches.append(patch.object(type(creditor), "_get_utc_now", lambda creditor: moment))
    for patcher in patches:
        patcher.start()


create_invoices(0, 15)
runs = env["sepa.collection.batch"]
planned = today - timedelta(days=45)
on(planned)
runs._run_planning(company, planned, Domain.TRUE)
env.cr.execute(
    """UPDATE sepa_collection SET state = 'notified', told_amount = amount,
       told_collect_on = collect_on, told_creditor = 'DE98ZZZ09999999999', told_on = %s,
       told_mandate = (SELECT name FROM sepa_mandate m WHERE m.id = mandate_id)""",
    [planned],
)
env.invalidate_all()
collect_on = env["sepa.collection"].search([], limit=1).collect_on
for days in range(7, 0, -1):
    day = collect_on - timedelta(days=days)
    on(day)
    runs._run_batches(company, day, Domain.TRUE)
    if runs.search([]):
        break
batch = runs.search([])
batch.action_write()
batch.action_submit()
assert batch.mapped("count") == [COUNT], batch.mapped("count")
while patches:
    patches.pop().stop()
create_invoices(COUNT, 3)
env.ref("sepa_debit.cron_collections").active = True
env.cr.commit()

# mypy: ignore-errors
# ruff: noqa: F821
"""Books of a company that has used Odoo for a while; read by Odoo's shell on stdin.

Two companies, German and generic chart, with invoices that are open, part-paid, paid, credited,
cancelled and in draft, in two currencies.
"""

from datetime import date

from odoo import Command

JOURNAL_BANK = [("type", "=", "bank")]


def invoice(company, partner, amount, day, move_type="out_invoice", currency=None):
    return (
        env["account.move"]
        .with_company(company)
        .create(
            {
                "move_type": move_type,
                "partner_id": partner.id,
                "invoice_date": day,
                "currency_id": (currency or company.currency_id).id,
                "invoice_line_ids": [
                    Command.create({"name": "Work", "quantity": 2, "price_unit": amount})
                ],
            }
        )
    )


def pay(moves, amount=None):
    values = {"payment_date": date(2026, 3, 1)}
    if amount:
        values["amount"] = amount
    context = {"active_model": "account.move", "active_ids": moves.ids}
    wizard = env["account.payment.register"].with_context(**context).create(values)
    wizard.action_create_payments()


def books(company, partners):
    moves = env["account.move"]
    for number, partner in enumerate(partners):
        moves |= invoice(company, partner, 50 + number, date(2026, 1, 1 + number))
    moves.action_post()
    pay(moves[0])
    pay(moves[1], amount=20)
    credit = invoice(company, partners[2], 10, date(2026, 2, 1), "out_refund")
    credit.action_post()
    (credit + moves[2]).line_ids.filtered(
        lambda line: line.account_id.account_type == "asset_receivable"
    ).reconcile()
    invoice(company, partners[3], 99, date(2026, 2, 2))
    invoice(company, partners[3], 98, date(2026, 2, 3)).button_cancel()
    usd = env.ref("base.USD")
    usd.active = True
    invoice(company, partners[4], 70, date(2026, 2, 4), currency=usd).action_post()
    bill = invoice(company, partners[5], 33, date(2026, 2, 5), "in_invoice")
    bill.action_post()


german = env.company
german.write({"name": "Altbestand GmbH", "country_id": env.ref("base.de").id})
generic = env["res.company"].create({"name": "Old Books Inc."})
env.user.company_ids |= generic
charts = env["account.chart.template"]
charts.try_loading("de_skr03", company=german, install_demo=False)
charts.with_company(generic).try_loading("generic_coa", company=generic, install_demo=False)
partners = env["res.partner"].create([{"name": f"Debtor {number}"} for number in range(8)])
for company in (german, generic):
    books(company, partners)
env.cr.commit()

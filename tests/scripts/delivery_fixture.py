# mypy: ignore-errors
# ruff: noqa: F821
"""Posted invoices that wait to be mailed, for tests that drive processes; read by Odoo's shell.

Documents are rendered already: the tests are about mail.
"""

import os

from odoo import Command

INVOICES = int(os.environ.get("FIXTURE_INVOICES", "30"))

company = env.company
company.write({"country_id": env.ref("base.de").id, "email": "billing@company.example"})
env["account.chart.template"].try_loading("de_skr03", company=company, install_demo=False)
env["ir.mail_server"].search([]).active = False
customers = env["res.partner"].create(
    [
        {"name": f"Customer {n}", "email": f"customer{n}@example.com", "customer_rank": 1}
        for n in range(INVOICES)
    ]
)
moves = env["account.move"].create(
    [
        {
            "move_type": "out_invoice",
            "partner_id": customer.id,
            "invoice_date": "2026-01-15",
            "invoice_line_ids": [Command.create({"name": "Service", "price_unit": 100.0})],
        }
        for customer in customers
    ]
)
moves._post(soft=False)
for move in moves:
    env["ir.attachment"].create(
        {
            "name": f"{move.name.replace('/', '_')}.pdf",
            "raw": b"%PDF-1.4 " + move.name.encode(),
            "mimetype": "application/pdf",
            "res_model": move._name,
            "res_id": move.id,
            "res_field": "invoice_pdf_report_file",
        }
    )
moves._request_delivery()
delivery = env.ref("billing_base.ir_cron_delivery")
(env["ir.cron"].search([]) - delivery).active = False
env.cr.commit()

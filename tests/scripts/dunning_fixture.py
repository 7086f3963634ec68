# ruff: noqa: F821
"""700 customers with an invoice that is long overdue; read by Odoo's shell on stdin."""

from datetime import date

from odoo import Command

company = env.company
company.country_id = env.ref("base.de")
env["account.chart.template"].try_loading("de_skr03", company=company, install_demo=False)
env["ir.cron"].search([]).active = False
env.ref("dunning_escalation.cron_dunning").active = True
env["dunning.policy"].search([]).active = False
env["dunning.policy"].create(
    {
        "name": "All",
        "company_id": company.id,
        "is_automatic": True,
        "level_ids": [
            Command.create({"name": "Reminder", "days": 7, "channel": "mail"}),
            Command.create({"name": "Notice", "days": 21, "channel": "mail"}),
        ],
    }
)
partners = env["res.partner"].create(
    [{"name": f"Customer {n}", "email": f"c{n}@example.com"} for n in range(700)]
)
line = {"name": "Service", "quantity": 1, "price_unit": 10.0, "tax_ids": [Command.clear()]}
for first in range(0, len(partners), 100):
    moves = env["account.move"].create(
        [
            {
                "move_type": "out_invoice",
                "partner_id": partner.id,
                "invoice_date": date(2026, 7, 1),
                "invoice_date_due": date(2026, 7, 1),
                "invoice_line_ids": [Command.create(line)],
            }
            for partner in partners[first : first + 100]
        ]
    )
    moves.action_post()
    env.cr.commit()

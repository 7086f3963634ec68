# mypy: ignore-errors
# ruff: noqa: F821
"""A company and contracts for tests that drive processes; read by Odoo's shell on stdin."""

import os
from datetime import date, timedelta

from odoo import Command

CONTRACTS = int(os.environ.get("FIXTURE_CONTRACTS", "150"))

company = env.company
company.country_id = env.ref("base.de")
env["account.chart.template"].try_loading("de_skr03", company=company, install_demo=False)
product = env["product.product"].create({"name": "Service", "type": "service"})


def plan(name, unit, count, timing):
    return env["billing.plan"].create(
        {
            "name": name,
            "cadence_unit": unit,
            "cadence_count": count,
            "timing": timing,
            "charge_ids": [
                Command.create({"product_id": product.id, "unit_price": 29.0}),
                Command.create(
                    {
                        "product_id": product.id,
                        "charge_model": "per_unit",
                        "unit_price": 7.35,
                        "default_quantity": 3,
                    }
                ),
            ],
        }
    )


plans = [
    plan("Monthly", "month", 1, "in_advance"),
    plan("Quarterly", "month", 3, "in_arrears"),
    plan("Fortnightly", "week", 2, "in_arrears"),
]
customers = env["res.partner"].create(
    [{"name": f"Customer {number}", "customer_rank": 1} for number in range(CONTRACTS)]
)
contracts = env["billing.subscription"].create(
    [
        {
            "partner_id": customer.id,
            "plan_id": plans[number % len(plans)].id,
            "start_date": date(2026, 7, 31) + timedelta(days=number % 45),
            "end_date": date(2026, 10, 15) if number % 7 == 0 else False,
        }
        for number, customer in enumerate(customers)
    ]
)
contracts.action_activate()
env["ir.config_parameter"].set_param("subscription_billing.chunk_size", "4")
billing = env.ref("subscription_billing.ir_cron_billing_run")
(env["ir.cron"].search([]) - billing).active = False
env.cr.commit()

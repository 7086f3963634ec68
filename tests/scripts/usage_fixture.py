# mypy: ignore-errors
# ruff: noqa: F821
"""Metered contracts for tests that drive processes; read by Odoo's shell on stdin."""

import os

from odoo import Command

CONTRACTS = int(os.environ.get("FIXTURE_CONTRACTS", "12"))

company = env.company
company.country_id = env.ref("base.de")
env["account.chart.template"].try_loading("de_skr03", company=company, install_demo=False)
product = env["product.product"].create({"name": "Service", "type": "service"})
meter = env["usage.meter"].create({"name": "Calls", "code": "calls"})
plan = env["billing.plan"].create(
    {
        "name": "Weekly",
        "cadence_unit": "week",
        "timing": "in_arrears",
        "charge_ids": [
            Command.create(
                {
                    "product_id": product.id,
                    "charge_model": "per_unit",
                    "unit_price": 1.0,
                    "meter_id": meter.id,
                }
            ),
        ],
    }
)
customers = env["res.partner"].create(
    [{"name": f"Customer {number}", "customer_rank": 1} for number in range(CONTRACTS)]
)
contracts = env["billing.subscription"].create(
    [
        {
            "partner_id": customer.id,
            "plan_id": plan.id,
            "start_date": "2026-08-01",
            "usage_tz": "UTC",
        }
        for customer in customers
    ]
)
contracts.action_activate()
env["ir.config_parameter"].set_param("subscription_billing.chunk_size", "3")
env["ir.cron"].search([]).active = False
env.cr.commit()

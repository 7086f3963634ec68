# mypy: ignore-errors
# ruff: noqa: F821
"""Metered contracts for tests that drive processes; read by Odoo's shell on stdin."""

from datetime import date

from odoo import Command

product = env["product.product"].create({"name": "Calls", "type": "service"})
meter = env["usage.meter"].create({"name": "Calls", "code": "calls"})
charge = {
    "product_id": product.id,
    "meter_id": meter.id,
    "charge_model": "per_unit",
    "unit_price": 0.01,
}
plan = env["billing.plan"].create(
    {"name": "Metered", "timing": "in_arrears", "charge_ids": [Command.create(charge)]}
)
for number in range(5):
    customer = env["res.partner"].create({"name": f"Customer {number}", "customer_rank": 1})
    contract = env["billing.subscription"].create(
        {
            "name": f"METERED{number}",
            "partner_id": customer.id,
            "plan_id": plan.id,
            "start_date": date(2026, 1, 1),
            "usage_tz": "UTC",
        }
    )
    contract._activate(date(2026, 1, 1))
env["ir.cron"].search([]).active = False
env.cr.commit()

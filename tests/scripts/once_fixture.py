# mypy: ignore-errors
# ruff: noqa: F821
"""Orders and coupons that two people want at the same moment; read by Odoo's shell on stdin.

``ONCE_FOLDER`` gets ``tasks.json``: for each moment what is done with which record, and the
records that belong to the one and the other of the two.
"""

import json
import os
from pathlib import Path

from odoo import Command

TIMES = 4

product = env["product.product"].create({"name": "Cloud", "type": "service", "taxes_id": False})
charge = Command.create(
    {"product_id": product.id, "charge_model": "per_unit", "unit_price": 10.0, "name": "Seats"}
)
plan = env["billing.plan"].create({"name": "Cloud", "charge_ids": [charge]})
product.product_tmpl_id.billing_plan_ids = plan
customers = env["res.partner"].create([{"name": f"Customer {number}"} for number in range(2)])


def order(**values):
    line = Command.create({"product_id": product.id, "product_uom_qty": 2})
    return env["sale.order"].create(
        {"partner_id": customers[0].id, "order_line": [line], **values}
    )


def contract(customer):
    found = env["billing.subscription"].create({"partner_id": customer.id, "plan_id": plan.id})
    found.action_activate()
    return found


tasks = []
for number in range(TIMES):
    tasks.append(["confirm", order().id, None])
    # An order that is confirmed already, so that its own row keeps nobody apart.
    confirmed = order()
    confirmed.state = "sale"
    tasks.append(["conclude", confirmed.id, None])
    tasks.append(["extend", order(billing_subscription_id=contract(customers[0]).id).id, None])
    coupon = env["billing.coupon"].create(
        {"name": "Sale", "code": f"SALE{number}", "percent": 50.0, "max_redemptions": 1}
    )
    tasks.append(["redeem", coupon.id, [contract(customer).id for customer in customers]])
env["ir.cron"].search([]).active = False
(Path(os.environ["ONCE_FOLDER"]) / "tasks.json").write_text(json.dumps(tasks))
env.cr.commit()

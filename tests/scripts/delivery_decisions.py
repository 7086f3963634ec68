# mypy: ignore-errors
# ruff: noqa: F821
"""What a person does with mails of unknown outcome who has looked into the log of the mail server.

``ARRIVED`` are the ids of the deliveries that it shows; read by Odoo's shell on stdin.
"""

import os

arrived = {int(part) for part in os.environ["ARRIVED"].split()}
unknown = env["billing.delivery"].search([("state", "=", "unknown")])
unknown.filtered(lambda delivery: delivery.id in arrived).action_arrived()
unknown.filtered(lambda delivery: delivery.id not in arrived).action_retry()
env.cr.commit()

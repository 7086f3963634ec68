# mypy: ignore-errors
# ruff: noqa: F821
"""Contracts as they are, with nothing billed yet; read by Odoo's shell on stdin."""

env.cr.execute("DELETE FROM billing_period")
env.cr.execute("UPDATE billing_subscription_line SET billed_until = NULL")
env.invalidate_all()
env["billing.subscription"].search([])._compute_next_billing_date()
env.cr.commit()
